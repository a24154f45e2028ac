using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Compiler.Tests.Compiled;
using GraphForge.Jit;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Schedule;

/// <summary>Which work is done once, and that runs compute with it what the reference does.</summary>
public sealed class PreparedWorkTests
{
    private static readonly StateSlot W = new("w", new TensorType(DType.Float32, Shape.Of(24, 32)));

    private static readonly StateSlot Kernel = new("kernel", new TensorType(DType.Float32, Shape.Of(32, 32, 3, 3)));

    private static readonly Node X = Nodes.Input("x", DType.Float32, Shape.Of(24, 32));

    private static readonly Node Image = Nodes.Input("image", DType.Float32, Shape.Of(1, 32, 16, 16));

    private static readonly Node Sorted = Nodes.State(W).GatherElements(1, Nodes.State(W).ArgSort(1));

    [Test]
    public void Weights_of_a_convolution_are_transformed_once()
    {
        var graph = Graph(Convolutions.Convolve(Image, Nodes.State(Kernel), ConvolutionGeometry.Of(2, padding: 1)));
        var plan = Compile(graph).Plan;
        Assert.That(Names(plan.Preparation!), Has.One.Items.And.All.Contains("kernelTransform"));
        Assert.That(Names(plan), Has.None.Contains("kernelTransform"));
        Assert.That(plan.Buffers.Count(b => b.Kind == BufferKind.Prepared), Is.EqualTo(1));
        AssertAgrees(graph, 1e-5);
    }

    [Test]
    public void What_follows_from_an_input_is_computed_in_every_run()
    {
        var kernel = Nodes.Input("k", DType.Float32, Kernel.Type.Shape);
        var graph = Graph(Convolutions.Convolve(Image, kernel, ConvolutionGeometry.Of(2, padding: 1)));
        Assert.That(Compile(graph).Plan.Preparation, Is.Null);
        AssertAgrees(graph, 1e-5);
    }

    [Test]
    public void What_is_computed_where_it_is_read_stays_there()
    {
        var graph = Graph(X * (Nodes.State(W).Exp() + 1));
        Assert.That(Compile(graph).Plan.Preparation, Is.Null);
        AssertAgrees(graph);
    }

    [Test]
    public void A_row_of_states_is_not_reduced_in_the_kernel_that_reads_it()
    {
        var graph = Graph(X * Nodes.State(W).Softmax(1), X + Nodes.State(W).Sum(1, keepDims: true));
        var plan = Compile(graph).Plan;
        Assert.That(plan.Buffers.Count(b => b.Kind == BufferKind.Prepared), Is.EqualTo(2));
        Assert.That(Names(plan), Has.None.Contains("sum"));
        AssertAgrees(graph);
    }

    [Test]
    public void Steps_on_the_way_to_a_prepared_value_take_bytes_of_the_preparation_alone()
    {
        var rows = (Nodes.State(W) * Nodes.State(W)).Sum(1);
        var sums = (rows / rows.Sum()).Sqrt();
        var graph = Graph(X * sums.Unsqueeze(1));
        var plan = Compile(graph).Plan;
        Assert.That(plan.Preparation!.Steps, Has.Count.GreaterThan(1));
        Assert.That(plan.Preparation.Buffers.Count(b => b.Kind == BufferKind.Output), Is.EqualTo(1));
        Assert.That(plan.Steps, Has.Count.EqualTo(1));
        AssertAgrees(graph);
    }

    [Test]
    public void An_output_that_follows_from_states_is_given_in_every_run()
    {
        var sums = Nodes.State(W).Sum(1);
        var graph = Graph(sums, X * sums.Unsqueeze(1));
        var plan = Compile(graph).Plan;
        Assert.That(plan.Outputs(), Is.EqualTo(new[] { "y0", "y1" }));
        AssertAgrees(graph);
    }

    [Test]
    public void A_run_overwrites_no_prepared_value()
    {
        var graph = Graph((X + Sorted).Sum(0), X * Sorted);
        Assert.That(Compile(graph).Plan.Preparation, Is.Not.Null);
        AssertAgrees(graph);
    }

    [Test]
    public void A_loop_over_states_alone_runs_once()
    {
        var scan = Nodes.Scan([Nodes.Full([32], DType.Float32, 0)], [Nodes.State(W)], (c, e) =>
        {
            var next = (c[0] * 0.5 + e[0] + c[0].Sum().ExpandTo(Shape.Of(32)) * 0.01).Tanh();
            return ([next], [next]);
        });
        var graph = Graph(X + scan.Outputs[0]);
        var plan = Compile(graph).Plan;
        Assert.That((plan.Steps.Count, plan.Preparation!.Steps.Count > 0), Is.EqualTo((1, true)));
        AssertAgrees(graph);
    }

    [Test]
    public void A_loop_in_a_run_reads_prepared_values()
    {
        var scan = Nodes.Scan([Nodes.Full([32], DType.Float32, 0)], [X, Sorted], (c, e) =>
        {
            var next = (c[0] * 0.5 + e[0] * e[1] + c[0].Sum().ExpandTo(Shape.Of(32)) * 0.01).Tanh();
            return ([next], [next]);
        });
        var graph = Graph(scan.Outputs[0]);
        Assert.That(Compile(graph).Plan.Preparation, Is.Not.Null);
        AssertAgrees(graph);
    }

    [Test]
    public void A_program_that_changes_states_prepares_nothing()
    {
        var count = new StateSlot("count", new TensorType(DType.Int64, Shape.Scalar));
        var graph = Graph(X * Sorted) with { Updates = [new StateUpdate(count, Nodes.State(count) + 1)] };
        Assert.That(Compile(graph).Plan.Preparation, Is.Null);
    }

    [Test]
    public void Prepared_bytes_are_those_of_the_preparations_arena_constants_and_scratch()
    {
        var source = Compile(Graph(X * Sorted), threads: 3);
        var preparation = source.Plan.Preparation!;
        Assert.That(source.Memory.PreparedBytes, Is.EqualTo(
            preparation.ArenaBytes + preparation.Constants.Sum(c => c.Length) + 3 * preparation.ScratchBytes));
        Assert.That(source.Memory.TotalBytes, Is.EqualTo(source.Memory.ArenaBytes + source.Memory.StateBytes +
            source.Memory.ConstantBytes + source.Memory.PreparedBytes + source.Memory.ScratchBytes));
    }

    private static ComputationGraph Graph(params Node[] outputs) =>
        new("prepared", outputs.Select((y, i) => new NamedOutput($"y{i}", y)).ToEquatable(), []);

    private static CompiledSource Compile(ComputationGraph graph, int threads = 1) =>
        Pipeline.Compile(graph, new Dictionary<DimSymbol, long>(), new CompilerOptions { Threads = threads });

    private static string[] Names(ExecutionPlan plan) => plan.Steps.Select(plan.NameOf).ToArray();

    /// <summary>Runs of one program with other inputs and, in between, other states, poisoned and not, on 1 to 3 threads.</summary>
    private static void AssertAgrees(ComputationGraph graph, double tolerance = 1e-6)
    {
        var source = Compile(graph);
        var library = new KernelCompiler(KernelCacheOptions.Disabled).Load(source.KernelText, source.Plan.KernelNames);
        foreach (var (threads, poison) in new[] { (1, true), (2, false), (3, false) })
        {
            var buffers = source.States.Select(s => new StateBuffer(s.Name, s.Type.DType, s.Type.Shape.Values)).ToArray();
            var program = new CompiledProgram(source.Plan, library.Entries, buffers, threads, library) { Poison = poison };
            for (var seed = 0; seed < 4; seed++)
            {
                var states = source.States.Index().ToDictionary(s => s.Item, s => Values(s.Item.Type, 10 + seed / 2));
                foreach (var (slot, buffer) in source.States.Zip(buffers))
                    if (seed % 2 == 0) buffer.CopyFromBytes(states[slot].Bytes);
                AssertRun(program, graph, states, seed, tolerance);
            }
        }
    }

    private static void AssertRun(
        CompiledProgram program, ComputationGraph graph, Dictionary<StateSlot, Literal> states, int seed, double tolerance)
    {
        var inputs = graph.Inputs.ToDictionary(i => i.Label, i => Values(i.Type, seed));
        using var context = program.Rent();
        foreach (var (i, input) in program.Inputs.Index()) inputs[input.Name].Bytes.CopyTo(context.InputBytes(i));
        context.Run();
        var expected = ReferenceEvaluator.Evaluate(graph, inputs, states).Outputs;
        foreach (var (i, output) in graph.Outputs.Index())
            Closeness.AssertClose(Literal.Of(output.Value.Type, context.OutputBytes(i)), expected[output.Name], tolerance, $"{output.Name}, run {seed}");
    }

    private static Literal Values(TensorType type, int seed)
    {
        var (random, literal) = (new Random(seed), new Literal(type));
        for (var i = 0; i < literal.Count; i++) literal[i] = Scalar.Of(type.DType, random.NextDouble() - 0.5);
        return literal;
    }
}

file static class PlanOutputs
{
    public static string[] Outputs(this ExecutionPlan plan) =>
        plan.Buffers.Where(b => b.Kind == BufferKind.Output).Select(b => b.Name).ToArray();
}
