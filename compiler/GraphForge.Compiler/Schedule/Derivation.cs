using GraphForge.Compiler.Loops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Schedule;

/// <summary>
/// A result of a kernel as a function of its other results: the activation of a layer from the sums its contraction stored, a
/// normalised row from its mean. Where a result was given up, this costs one pass over memory where the kernel costs its sums.
/// </summary>
internal static class Derivation
{
    /// <summary>For each result of a kernel that follows from others without any reduction, the store that does so.</summary>
    public static StoreDefinition[] Of(PlannedKernel kernel)
    {
        var definition = kernel.Definition;
        if (kernel.Kind == GroupKind.Attention || definition.Serial is not null || definition.Counters.Count > 0) return [];
        var whole = definition.Stores.GroupBy(s => s.Buffer).Where(g => g.Count() == 1).Select(g => g.Single()).Where(s => s.Combine is null).ToArray();
        return [.. whole.Select(store => From(store, whole)).OfType<StoreDefinition>()];
    }

    /// <summary>The kernel without the results that follow from the others; null where none would be left.</summary>
    public static KernelDefinition? Core(KernelDefinition definition, IReadOnlyCollection<StoreDefinition> derived, string name)
    {
        var stores = definition.Stores.Where(s => derived.All(d => d.Buffer != s.Buffer)).ToArray();
        if (stores.Length == 0) return null;
        var used = stores.Select(s => s.Buffer).Concat(Loads.Of(stores.Select(s => s.Value)).Select(l => l.Buffer)).ToHashSet();
        return definition with { Name = name, Stores = stores, Arguments = [.. definition.Arguments.Where(used.Contains)] };
    }

    /// <summary>Operands whose bytes the result may take over: those of its size that are read at the element written and nowhere else.</summary>
    public static (LoopBuffer Result, LoopBuffer Operand)[] InPlace(StoreDefinition store, Func<LoopBuffer, bool> isOwned) =>
    [
        .. Loads.Of(store.Value).GroupBy(l => l.Buffer)
            .Where(g => isOwned(g.Key) && g.Key.Type == store.Buffer.Type && g.Key.Count == store.Buffer.Count && g.All(l => l.Index.Equals(store.Index)))
            .Select(g => (store.Buffer, g.Key)),
    ];

    private static StoreDefinition? From(StoreDefinition store, StoreDefinition[] others)
    {
        var value = store.Value;
        // Larger values first: what is part of a stored value must not be taken out of it before.
        foreach (var other in others.Where(o => CanRead(store, o)).OrderByDescending(o => o.Value.DescendantsAndSelf().Count()))
            value = value.Replace(other.Value, new LoadExpr(other.Buffer, other.Index));
        return ReferenceEquals(value, store.Value) || value.DescendantsAndSelf().Any(e => e is ReduceExpr) ? null : store with { Value = value };
    }

    /// <summary>
    /// Whether the other result is there wherever the store runs, is read back as it was computed, and is more than a copy of
    /// something stored.
    /// </summary>
    private static bool CanRead(StoreDefinition store, StoreDefinition other) =>
        other.Buffer != store.Buffer && other.Domain.All(store.Domain.Contains) && other.Value is not (LoadExpr or ConstantExpr) &&
        other.Buffer.Type.Arithmetic() == other.Buffer.Type && !other.Value.Equals(store.Value);
}
