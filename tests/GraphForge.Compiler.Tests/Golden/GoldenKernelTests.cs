using GraphForge.Compiler.Emit.Targets;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Compiler.Ops;
using GraphForge.Compiler.Tests.Compiled;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Golden;

/// <summary>
/// What the compiler makes of ten graphs, to the byte, so that every change of generated code is seen in review; and that
/// the text depends on the graph alone.
/// </summary>
public class GoldenKernelTests
{
    private static readonly Dictionary<StateSlot, Literal> NoStates = [];

    /// <summary>One target and one number of workers, whatever machine the tests run on.</summary>
    private static readonly CompilerOptions Options = new() { Target = new CpuTarget(64), Threads = 2 };

    [TestCaseSource(typeof(GoldenGraphs), nameof(GoldenGraphs.All))]
    public void Compiles_to_the_kept_text(GoldenGraph golden)
    {
        var source = Compile(golden);
        Assert.Multiple(() =>
        {
            GoldenFile.AssertEqual($"{golden.Name}.plan.txt", $"{PlanPrinter.Print(source.Plan)}\n{source.Memory}");
            GoldenFile.AssertEqual($"{golden.Name}.loops.txt", string.Join('\n', source.Kernels.Select(LoopPrinter.Print)));
            GoldenFile.AssertEqual($"{golden.Name}.golden.cs.txt", WithoutPrelude(source.KernelText));
        });
    }

    [TestCaseSource(typeof(GoldenGraphs), nameof(GoldenGraphs.All))]
    public void Agrees_with_reference(GoldenGraph golden)
    {
        var graph = golden.Graph();
        var values = golden.Values(graph);
        var expected = ReferenceEvaluator.Evaluate(graph, values, NoStates);
        var actual = CompiledGraph.Evaluate(graph, values, NoStates, threads: 2);
        foreach (var (name, value) in expected.Outputs)
            Closeness.AssertClose(actual.Outputs[name], value, Closeness.Tolerance(DType.Float32), $"{golden.Name} {name}");
    }

    [TestCaseSource(typeof(GoldenGraphs), nameof(GoldenGraphs.All))]
    public void Compiles_to_the_same_text_again(GoldenGraph golden)
    {
        var first = Compile(golden);
        var again = Compile(golden);
        Assert.That(again.KernelText, Is.EqualTo(first.KernelText));
        Assert.That(PlanPrinter.Print(again.Plan), Is.EqualTo(PlanPrinter.Print(first.Plan)));
        Assert.That(again.Explain.Select(d => d.ToString()), Is.EqualTo(first.Explain.Select(d => d.ToString())));
    }

    /// <summary>
    /// Values that depend on no input are shared by all graphs of the process; that another graph made them first must not show.
    /// </summary>
    [Test]
    public void Graphs_built_before_leave_no_trace()
    {
        using (NodeScope.Enter("elsewhere", new SourceLocation("Elsewhere.cs", 99)))
            _ = Pipeline.Compile(WithTable("before"), new Dictionary<DimSymbol, long>(), Options);
        using var scope = NodeScope.Enter("model", new SourceLocation("Model.cs", 1));
        var source = Pipeline.Compile(WithTable("after"), new Dictionary<DimSymbol, long>(), Options);
        Assert.That(source.KernelText, Does.Contain("sin.").And.Contain("Model.cs(1)"));
        Assert.That(source.KernelText, Does.Not.Contain("elsewhere").IgnoreCase);
        Assert.That(source.Explain.Select(d => d.ToString()), Is.Not.Empty.And.None.Contains("lsewhere"));
    }

    /// <summary>A map and a row sum that read one table of sines, which depends on no input.</summary>
    private static ComputationGraph WithTable(string label)
    {
        var table = Nodes.Iota(53, DType.Float32).Sin();
        var x = Nodes.Input($"g_{label}", DType.Float32, Shape.Of(3, 53));
        return new ComputationGraph("with_table", [new NamedOutput("y", (x * table).Exp()), new NamedOutput("z", (x + table).Sum([1]))], []);
    }

    private static CompiledSource Compile(GoldenGraph golden) =>
        Pipeline.Compile(golden.Graph(), new Dictionary<DimSymbol, long>(), Options);

    /// <summary>The functions kernels call have tests of their own.</summary>
    private static string WithoutPrelude(string text) => text[..(text.IndexOf("\n}\n", StringComparison.Ordinal) + "\n}\n".Length)];
}
