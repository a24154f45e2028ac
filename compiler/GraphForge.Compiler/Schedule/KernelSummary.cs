using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;

namespace GraphForge.Compiler.Schedule;

/// <summary>What a reader of the generated code wants to know about a kernel before its first line.</summary>
public static class KernelSummary
{
    private const int NamedOps = 3;

    /// <summary>A method name: position, module, and the ops that say most.</summary>
    public static string Name(int position, FusionGroup group)
    {
        var scope = group.Members.Select(m => m.Scope).FirstOrDefault(s => s.Length > 0) ?? "";
        var ops = group.Members.Where(m => m.Op is not Ops.Reshape and not Ops.Expand).Select(m => m.Op.Name).Distinct().ToArray();
        var shown = ops.Length <= NamedOps ? ops : [ops[0], .. ops.TakeLast(NamedOps - 1)];
        return Emit.CSharpNames.Identifier(string.Join('_', new[] { $"K{position}", scope.Replace('.', '_') }.Concat(shown).Where(s => s.Length > 0)));
    }

    public static IReadOnlyList<string> Of(FusionGroup group, IReadOnlyList<LoopBuffer> arguments)
    {
        var lines = new List<string> { "<summary>" };
        foreach (var place in group.Members.GroupBy(m => (m.Scope, Source: m.Source.ToString())))
            lines.Add($"{string.Join(", ", place.Select(m => m.Op.Name))}{Suffix(" in ", place.Key.Scope)}{Suffix(", ", place.Key.Source)}.");
        lines.Add($"Writes {string.Join(", ", group.Stored.Select(s => s.Type))}; touches {Bytes(arguments.Sum(Size))}.");
        lines.Add("</summary>");
        return lines;
    }

    /// <summary>The header of a kernel that does the work of several: the first one's, with the lines of the others.</summary>
    public static IReadOnlyList<string> OfShared(IReadOnlyList<KernelDefinition> definitions)
    {
        string[] sizes = [.. definitions[0].Summary.TakeLast(2)];
        return
        [
            definitions[0].Summary[0],
            .. definitions.SelectMany(d => d.Summary.Skip(1).SkipLast(sizes.Length)).Distinct(),
            $"Also does the work of {string.Join(", ", definitions.Skip(1).Select(d => d.Name))}.",
            .. sizes,
        ];
    }

    private static long Size(LoopBuffer buffer) => buffer.Count * Runtime.DTypes.Size(buffer.Type);

    private static string Bytes(long bytes) => bytes < 10_000 ? $"{bytes} bytes" : bytes < 10_000_000 ? $"{bytes / 1024} KiB" : $"{bytes >> 20} MiB";

    private static string Suffix(string lead, string text) => text.Length == 0 ? "" : lead + text;
}
