using GraphForge.Compiler.Emit.Targets;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Compiler.Ops;
using GraphForge.Compiler.Tests.Compiled;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Schedule;

/// <summary>Which steps call one kernel, and that they compute what kernels of their own would.</summary>
public sealed class SharedKernelTests
{
    private const int Layers = 4;

    [Test]
    public void Equal_layers_share_their_kernels_and_the_header_names_them_all()
    {
        var source = Compile(Stack(width: 24, scale: _ => 0.5));
        Assert.That(source.Plan.Steps, Has.Count.EqualTo(Layers));
        Assert.That(source.Plan.KernelNames, Has.Count.EqualTo(1));
        Assert.That(source.Plan.Steps.Select(source.Plan.NameOf), Is.Unique);
        Assert.That(source.KernelText, Does.Contain("layer0").And.Contain("layer3"));
        Assert.That(source.KernelText, Does.Contain($"Also does the work of {string.Join(", ", source.Plan.Steps.Skip(1).Select(s => s.Name))}."));
        Assert.That(PlanPrinter.Print(source.Plan), Does.Contain($" as {source.Plan.Steps[3].Name}"));
    }

    [Test]
    public void Shared_kernels_compute_what_the_reference_does()
    {
        var graph = Stack(width: 24, scale: _ => 0.5);
        var inputs = new Dictionary<string, Literal> { ["x"] = Values(1, 8, 24) };
        var states = graph.States.Index().ToDictionary(s => s.Item, s => Values(2 + s.Index, 24, 24));
        var expected = ReferenceEvaluator.Evaluate(graph, inputs, states);
        var actual = CompiledGraph.Evaluate(graph, inputs, states, threads: 2);
        Closeness.AssertClose(actual.Outputs["y"], expected.Outputs["y"], Closeness.Tolerance(DType.Float32), "y");
    }

    [Test]
    public void Other_numbers_or_sizes_are_other_kernels()
    {
        Assert.That(Compile(Stack(width: 24, scale: layer => layer)).Plan.KernelNames, Has.Count.EqualTo(Layers));
        var x = Nodes.Input("x", DType.Float32, Shape.Of(16));
        var y = Nodes.Input("y", DType.Float32, Shape.Of(17));
        var z = Nodes.Input("z", DType.Float64, Shape.Of(16));
        var graph = new ComputationGraph("sizes",
            [new NamedOutput("a", x.Exp()), new NamedOutput("b", y.Exp()), new NamedOutput("c", z.Exp())], []);
        Assert.That(Compile(graph).Plan.KernelNames, Has.Count.EqualTo(3));
    }

    /// <summary>x · x, twice the same buffer, is not x · y.</summary>
    [Test]
    public void Which_arguments_are_one_buffer_counts()
    {
        var x = Nodes.Input("x", DType.Float32, Shape.Of(16));
        var y = Nodes.Input("y", DType.Float32, Shape.Of(16));
        var graph = new ComputationGraph("aliases", [new NamedOutput("a", x * x), new NamedOutput("b", x * y)], []);
        Assert.That(Compile(graph).Plan.KernelNames, Has.Count.EqualTo(2));
    }

    /// <summary>Another part of a definition has to be written into its signature too.</summary>
    [Test]
    public void A_signature_covers_every_part_of_a_definition() => Assert.Multiple(() =>
    {
        Assert.That(PropertiesOf(typeof(KernelDefinition)), Is.EquivalentTo(new[]
        {
            nameof(KernelDefinition.Name), nameof(KernelDefinition.Summary), nameof(KernelDefinition.Rows), nameof(KernelDefinition.Stores),
            nameof(KernelDefinition.Arguments), nameof(KernelDefinition.Counters), nameof(KernelDefinition.Serial), nameof(KernelDefinition.Repeats),
            nameof(KernelDefinition.Scores), nameof(KernelDefinition.Results),
        }));
        Assert.That(PropertiesOf(typeof(ScoreDomain)), Is.EquivalentTo(new[] { nameof(ScoreDomain.Row), nameof(ScoreDomain.Key), nameof(ScoreDomain.Locals) }));
        Assert.That(PropertiesOf(typeof(StoreDefinition)), Is.EquivalentTo(new[]
        {
            nameof(StoreDefinition.Domain), nameof(StoreDefinition.Buffer), nameof(StoreDefinition.Index), nameof(StoreDefinition.Value),
            nameof(StoreDefinition.Combine),
        }));
        Assert.That(PropertiesOf(typeof(SerialLoop)), Is.EquivalentTo(new[] { nameof(SerialLoop.Counter), nameof(SerialLoop.Before) }));
        Assert.That(PropertiesOf(typeof(LoopBuffer)), Is.EquivalentTo(new[] { nameof(LoopBuffer.Name), nameof(LoopBuffer.Type), nameof(LoopBuffer.Count) }));
    });

    private static IEnumerable<string> PropertiesOf(Type type) => type.GetProperties().Select(p => p.Name).Where(n => n != "EqualityContract");

    /// <summary>x ← relu(x · wᵢ) · scale(i) for each layer.</summary>
    private static ComputationGraph Stack(int width, Func<int, double> scale)
    {
        var x = Nodes.Input("x", DType.Float32, Shape.Of(8, width));
        for (var layer = 0; layer < Layers; layer++)
            using (NodeScope.Enter($"layer{layer}", new SourceLocation("Model.cs", 7)))
                x = Nodes.MatMul(x, Nodes.State(new StateSlot($"w{layer}", new TensorType(DType.Float32, Shape.Of(width, width))))).Relu() * scale(layer + 2);
        return new ComputationGraph("stack", [new NamedOutput("y", x)], []);
    }

    private static Literal Values(int stream, params long[] dims)
    {
        var literal = new Literal(new TensorType(DType.Float32, Shape.Of(dims)));
        for (var i = 0; i < literal.Count; i++) literal[i] = Scalar.Of(DType.Float32, Threefry.Uniform(9, stream, i) - 0.5);
        return literal;
    }

    private static CompiledSource Compile(ComputationGraph graph) =>
        Pipeline.Compile(graph, new Dictionary<DimSymbol, long>(), new CompilerOptions { Target = new CpuTarget(64), Threads = 2 });
}
