using GraphForge.Compiler.Emit;
using GraphForge.Compiler.Emit.Targets;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Tests.Compiled;
using GraphForge.Jit;

namespace GraphForge.Compiler.Tests.Fuzz;

/// <summary>Compiles cases, runs them on one, two and three threads, and compares with the reference evaluator.</summary>
internal static class FuzzRun
{
    private static readonly Dictionary<DimSymbol, long> NoSymbols = [];

    /// <summary>The first difference of each case, or null. The kernels of all cases are compiled as one program text.</summary>
    public static IReadOnlyList<string?> Run(IReadOnlyList<FuzzCase> cases, CpuTarget target)
    {
        var problems = new string?[cases.Count];
        var sources = cases.Select((c, i) => Guarded(() => Compile(c, new CompilerOptions { Target = target, Threads = 3 }), out problems[i])).ToArray();
        if (Guarded(() => Load(sources, target), out var broken) is not { } library)
            return cases.Count == 1 ? [broken] : cases.SelectMany(c => Run([c], target)).ToArray();
        var first = 0;
        foreach (var (i, source) in sources.Index())
        {
            if (source is null) continue;
            var entries = library.Entries.Skip(first).Take(source.Kernels.Count).ToArray();
            first += entries.Length;
            problems[i] = Guarded(() => Compare(cases[i], source, entries, library), out var thrown) ?? thrown;
        }
        return problems;
    }

    /// <summary>Every third case with values that are given up and computed again.</summary>
    public static CompiledSource Compile(FuzzCase fuzz, CompilerOptions options) => fuzz.Seed % 3 > 0
        ? Pipeline.Compile(fuzz.Graph, NoSymbols, options)
        : Pipeline.Compile(fuzz.Graph.Name, options, log => Pipeline.Planned(
            Binding.Bind(fuzz.Graph, NoSymbols), options with { MemoryBudget = 0 }, log, (problem, budget) => RandomRepeats.Plan(problem, budget, fuzz.Seed)));

    /// <summary>The kernels of all sources, one source after the other, as one program text.</summary>
    public static KernelLibrary Load(CompiledSource?[] sources, CpuTarget target)
    {
        var kernels = sources.Index().Where(s => s.Item is not null)
            .SelectMany(s => s.Item!.Kernels.Select(k => k with { Name = $"G{s.Index}_{k.Name}" })).ToArray();
        var text = ProgramEmitter.Write("fuzz", kernels, target);
        return new KernelCompiler(KernelCacheOptions.Disabled).Load(text, kernels.Select(k => k.Name).ToArray());
    }

    private static string? Compare(FuzzCase fuzz, CompiledSource source, nint[] entries, KernelLibrary library)
    {
        var bounds = fuzz.Bounds;
        var one = CompiledGraph.Run(source, entries, library, fuzz.Inputs, fuzz.States, 1);
        foreach (var output in fuzz.Graph.Outputs)
            if (Difference(one.Outputs[output.Name], bounds, output.Value) is { } problem) return $"output {output.Name}: {problem}";
        foreach (var update in fuzz.Graph.Updates)
            if (Difference(one.States.GetValueOrDefault(update.Slot, fuzz.States[update.Slot]), bounds, update.Value) is { } problem) return $"state {update.Slot}: {problem}";
        for (var threads = 2; threads <= 3; threads++)
        {
            var many = CompiledGraph.Run(source, entries, library, fuzz.Inputs, fuzz.States, threads, poison: threads == 3);
            if (one.Outputs.Any(o => !o.Value.Equals(many.Outputs[o.Key])) || one.States.Any(s => !s.Value.Equals(many.States[s.Key])))
                return $"{threads} threads give another result than one";
        }
        return null;
    }

    /// <summary>The first element that rounding alone cannot explain.</summary>
    public static string? Difference(Literal actual, RoundingBound bounds, Node node)
    {
        var (expected, error) = (bounds.ValueOf(node), 4 * bounds.ErrorOf(node));
        for (var i = 0; i < expected.Count; i++)
            if (!(Math.Abs(actual[i].AsDouble - expected[i].AsDouble) <= error))
                return $"element {i} is {actual[i]}, expected {expected[i]} within {error:g3}";
        return null;
    }

    /// <summary>What <paramref name="run"/> returns, or null and what it threw.</summary>
    public static T? Guarded<T>(Func<T> run, out string? problem) where T : class?
    {
        problem = null;
        try
        {
            return run();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            problem = $"{e.GetType().Name}: {e.Message}\n{string.Join('\n', (e.StackTrace ?? "").Split('\n').Take(4))}";
            return null;
        }
    }
}
