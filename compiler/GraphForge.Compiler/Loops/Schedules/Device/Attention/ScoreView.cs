using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops.Schedules.Attention;

namespace GraphForge.Compiler.Loops.Schedules.Device.Attention;

/// <summary>
/// Scores as a group of a device takes them: it owns some rows and goes through all keys, or, where keys have sums, owns some keys and
/// goes through all rows.
/// </summary>
/// <param name="Definition">The kernel.</param>
/// <param name="Own">The axis of which a group owns some.</param>
/// <param name="Other">The axis that it goes through.</param>
/// <param name="Outer">Axes of which a group has one value.</param>
/// <param name="Inside">Axes that share what is owned; a group goes through them.</param>
internal sealed record ScoreView(KernelDefinition Definition, LoopVar Own, LoopVar Other, IReadOnlyList<LoopVar> Outer, IReadOnlyList<LoopVar> Inside)
{
    public ScoreDomain Scores => Definition.Scores!;

    public bool OwnsKeys => Own == Scores.Key;

    public static ScoreView Of(KernelDefinition definition)
    {
        var scores = definition.Scores!;
        var ofKeys = definition.Results.Where(s => ScoreSum.IsOfKeys(s, scores)).ToArray();
        if (ofKeys.Length == 0) return new ScoreView(definition, scores.Row, scores.Key, definition.Rows, []);
        var inside = definition.Rows.Where(v => !ofKeys[0].Domain.Contains(v)).ToArray();
        if (ofKeys.Length < definition.Results.Count() || ofKeys.Any(s => inside.Any(s.Domain.Contains)))
            throw new InternalCompilerException("attention", $"{definition.Name} sums rows and columns, or columns that are not shared alike");
        return new ScoreView(definition, scores.Key, scores.Row, [.. definition.Rows.Except(inside)], inside);
    }

    public bool IsMatrix(StoreDefinition store) => Scores.IsMatrix(store);

    public bool IsRowLocal(StoreDefinition store) => !IsMatrix(store) && Scores.Locals.Contains(store.Buffer);

    /// <summary>Whether a store is a contraction of scores with another operand.</summary>
    public bool IsProduct(StoreDefinition store) => !Scores.Locals.Contains(store.Buffer) && ScorePass.ReductionIn(store) is not null;
}
