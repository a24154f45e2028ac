using GraphForge.Compiler.Emit.Targets;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Tests.Device;
using GraphForge.Compiler.Tests.Device.Double;

namespace GraphForge.Compiler.Tests.Fuzz;

/// <summary>Random graphs, compiled for a GPU and run on the test double of one, against the reference evaluator; see <see cref="GraphFuzzTests"/>.</summary>
public class DeviceFuzzTests
{
    private static readonly int FirstSeed = GraphFuzzTests.Setting("GF_FUZZ_SEED", 1);
    private static readonly int Count = Math.Min(GraphFuzzTests.Setting("GF_FUZZ_COUNT", 120), 400);

    [Test]
    public void Device_graphs_agree_with_reference()
    {
        var cases = Enumerable.Range(FirstSeed, Count).Select(RandomGraph.Generate).OfType<FuzzCase>().ToArray();
        var problems = new string?[cases.Length];
        var sources = cases.Select((c, i) => FuzzRun.Guarded(() => FuzzRun.Compile(c, new CompilerOptions { Device = TargetOf(c), Threads = 1 }), out problems[i])).ToArray();
        var kernels = DoubleCompiler.Compile([.. sources.OfType<CompiledSource>().Select(s => s.KernelText)]).GetEnumerator();
        for (var i = 0; i < cases.Length; i++)
        {
            if (sources[i] is not { } source || !kernels.MoveNext()) continue;
            problems[i] = FuzzRun.Guarded(() => Compare(cases[i], source, kernels.Current), out var thrown) ?? thrown;
        }
        var failures = cases.Zip(problems).Where(p => p.Second is not null).Select(p => $"seed {p.First.Seed}: {p.Second}").ToArray();
        Assert.That(failures, Is.Empty, $"{failures.Length} of {cases.Length} graphs fail");
    }

    /// <summary>With and without exchange of registers in turn.</summary>
    private static GpuTarget TargetOf(FuzzCase fuzz) => fuzz.Seed % 2 == 0 ? DeviceSamples.Small : DeviceSamples.SmallWarps;

    private static string? Compare(FuzzCase fuzz, CompiledSource source, Type kernels)
    {
        var result = DeviceDouble.Evaluate(source, kernels, TargetOf(fuzz), fuzz.Inputs, fuzz.States);
        foreach (var output in fuzz.Graph.Outputs)
            if (FuzzRun.Difference(result.Outputs[output.Name], fuzz.Bounds, output.Value) is { } problem) return $"output {output.Name}: {problem}";
        foreach (var update in fuzz.Graph.Updates)
            if (FuzzRun.Difference(result.States.GetValueOrDefault(update.Slot, fuzz.States[update.Slot]), fuzz.Bounds, update.Value) is { } problem) return $"state {update.Slot}: {problem}";
        return null;
    }
}
