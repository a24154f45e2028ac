using GraphForge.Compiler.Emit.Targets;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Memory;
using GraphForge.Compiler.Ops;
using GraphForge.Compiler.Tests.Compiled;
using GraphForge.Jit;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Memory;

/// <summary>Programs that fusion, layouts or rules would make larger than their nodes are one by one.</summary>
public sealed class LeanFusionTests
{
    private const string Reason = "together they would hold more memory at once than one by one";

    private static readonly CompilerOptions Options = new() { Threads = 1, Target = new CpuTarget(64) };

    [Test]
    public void A_kernel_that_would_hold_an_operand_while_it_writes_two_results_is_split()
    {
        var source = Compile(Product());
        Assert.That(source.Plan.Steps, Has.Count.GreaterThan(1));
        Assert.That(source.Explain.Select(d => d.Reason), Has.Some.EqualTo(Reason));
    }

    [Test]
    public void A_kernel_stays_whole_where_its_nodes_need_as_much()
    {
        // The large operand is read once more later, so that it is there in any case.
        var graph = Product();
        var large = graph.TopologicalOrder().Single(n => n.Op is Input { Label: "large" });
        var source = Compile(Graph([.. graph.Outputs.Select(o => o.Value), large.Sum([2])]));
        Assert.That(source.Explain.Select(d => d.Reason), Has.None.EqualTo(Reason));
    }

    [Test]
    public void What_is_needed_at_the_end_is_not_written_before_the_peak()
    {
        // One kernel for all that reads x would have all its results wait while the contraction holds its large operand.
        var x = Input("x", 5, 40).Tanh();
        var product = Nodes.MatMul(x.Exp().Reshape(Shape.Of(1, 200)), Input("large", 200, 16));
        Compile(Graph(product.Tanh(), x.Sin(), x.Exp().Cast(DType.Float64), x.Exp().Sin().Sqrt()));
    }

    [Test]
    public void A_window_is_gathered_before_its_operand_is_freed()
    {
        var x = Input("x", 1, 4, 12, 28);
        var geometry = WindowGeometry.Of([2, 2], stride: 4);
        var index = Node.Of(new WindowArgMaximum(geometry), x);
        var gathered = Node.Of(new WindowGather(geometry), x, index);
        Compile(Graph(Node.Of(new WindowScatter(geometry, x.Shape), gathered, index)));
    }

    [Test]
    public void An_expansion_is_multiplied_as_written_where_that_takes_less()
    {
        var wide = Input("x", 7, 68).Atan().Reshape(Shape.Of(1, 7, 68)).ExpandTo(Shape.Of(2, 7, 68));
        Compile(Graph(wide * wide, wide));
    }

    [Test]
    public void Weights_are_not_transformed_where_that_takes_more()
    {
        var (x, w) = (Input("x", 1, 64, 6, 6), Input("w", 64, 64, 3, 3));
        Compile(Graph(Convolutions.Convolve(x, w, ConvolutionGeometry.Of(2, padding: 1)).Relu()));
    }

    /// <summary>A product of a large operand that is used twice: by itself and as the operand of a gelu.</summary>
    private static ComputationGraph Product()
    {
        var product = Nodes.MatMul(Input("x", 4, 3, 6), Input("large", 4, 6, 33));
        return Graph((product * 0.70710677).Erf() * product, product);
    }

    /// <summary>Compiles, and checks bytes and results.</summary>
    private static CompiledSource Compile(ComputationGraph graph)
    {
        var source = Pipeline.Compile(graph, new Dictionary<DimSymbol, long>(), Options);
        Assert.That(source.Memory.ArenaBytes, Is.LessThanOrEqualTo(NodeByNode.PeakBytes(graph)));
        var inputs = graph.Inputs.Distinct().ToDictionary(i => i.Label, i => Literal.Of([.. Enumerable.Range(1, (int)i.Type.Shape.Size.Value).Select(e => e % 7 / 7f)], [.. i.Type.Shape.Values]));
        var states = new Dictionary<StateSlot, Literal>();
        var library = new KernelCompiler(KernelCacheOptions.Disabled).Load(source.KernelText, source.Plan.KernelNames);
        var results = CompiledGraph.Run(source, library.Entries, library, inputs, states, threads: 1).Outputs;
        foreach (var (name, expected) in ReferenceEvaluator.Evaluate(graph, inputs, states).Outputs) Closeness.AssertClose(results[name], expected, 1e-4, name);
        return source;
    }

    private static Node Input(string name, params long[] dims) => Nodes.Input(name, DType.Float32, Shape.Of(dims));

    private static ComputationGraph Graph(params Node[] outputs) =>
        new("lean", outputs.Select((o, i) => new NamedOutput($"y{i}", o)).ToEquatable(), []);
}
