using System.Diagnostics;
using GraphForge.Compiler.Autodiff;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Jit;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Compiled;

/// <summary>Programs with long loops: their size, their bits for any number of threads, their memory.</summary>
public sealed class ScanProgramTests
{
    private static readonly Dictionary<StateSlot, Literal> NoStates = [];

    /// <summary>A gated recurrent unit over [length, batch, 3·hidden], mean of squares, gradients in inputs, weights and bias.</summary>
    private static ComputationGraph Gru(long length, long batch, long hidden)
    {
        var x = Nodes.Input("x", DType.Float32, [length, batch, 3 * hidden]);
        var (weight, bias) = (Nodes.Input("weight", DType.Float32, [3 * hidden, hidden]), Nodes.Input("bias", DType.Float32, [3 * hidden]));
        var scan = Nodes.Scan([Nodes.Full([batch, hidden], DType.Float32, 0)], [x], (c, e) =>
        {
            var recurrent = Nodes.MatMul(c[0], weight.Transpose()) + bias;
            var reset = (Part(e[0], 0) + Part(recurrent, 0)).Sigmoid();
            var update = (Part(e[0], 1) + Part(recurrent, 1)).Sigmoid();
            var next = (1 - update) * (Part(e[0], 2) + reset * Part(recurrent, 2)).Tanh() + update * c[0];
            return ([next], [next]);
        });
        return WithGradients("gru", scan.Outputs[0], x, weight, bias);

        Node Part(Node gates, int i) => gates.Slice(-1, i * hidden, hidden);
    }

    /// <summary>h = a·h + b over [length, channels, states], y = Σ c·h, gradients in a, b and c.</summary>
    private static ComputationGraph SelectiveScan(long length, long channels, long states)
    {
        var a = Nodes.Input("a", DType.Float32, [length, channels, states]);
        var b = Nodes.Input("b", DType.Float32, [length, channels, states]);
        var c = Nodes.Input("c", DType.Float32, [length, states]);
        var scan = Nodes.Scan([Nodes.Full([channels, states], DType.Float32, 0)], [a.Sigmoid(), b, c], (h, e) =>
        {
            var next = e[0] * h[0] + e[1];
            return ([next], [(next * e[2]).Sum(-1)]);
        });
        return WithGradients("selective scan", scan.Outputs[0], a, b, c);
    }

    private static ComputationGraph WithGradients(string name, Node output, params Node[] targets)
    {
        var loss = output.Square().Mean();
        var gradients = Gradients.Of(loss, targets);
        return new ComputationGraph(name, [new NamedOutput("loss", loss), .. gradients.Select((g, i) => new NamedOutput($"g{i}", g))], []);
    }

    private static CompiledSource Compile(ComputationGraph graph, int threads = 2) =>
        Pipeline.Compile(graph, new Dictionary<DimSymbol, long>(), new CompilerOptions { Threads = threads, DumpFolder = Environment.GetEnvironmentVariable("GF_DUMP") });

    private static IEnumerable<TestCaseData> Families()
    {
        yield return new TestCaseData(new Func<long, ComputationGraph>(length => Gru(length, 4, 32)), 1000L).SetArgDisplayNames("1000-step GRU");
        yield return new TestCaseData(new Func<long, ComputationGraph>(length => SelectiveScan(length, 40, 16)), 2048L).SetArgDisplayNames("2048-step selective scan");
    }

    /// <summary>Apart from tensors with an element a step, which grow in proportion, a plan is the same for any number of steps.</summary>
    [TestCaseSource(nameof(Families))]
    public void A_plan_does_not_grow_with_the_steps_beyond_what_is_kept(Func<long, ComputationGraph> graph, long length)
    {
        var watch = Stopwatch.StartNew();
        var full = Compile(graph(length));
        var passes = watch.ElapsedMilliseconds;
        var library = new KernelCompiler(KernelCacheOptions.Disabled).Load(full.KernelText, full.Plan.KernelNames);
        TestContext.Out.WriteLine($"{passes} ms of passes, {watch.ElapsedMilliseconds} ms to compile, {full.Plan.Steps.Count} steps, {full.Plan.ArenaBytes} bytes");
        using var context = new CompiledProgram(full.Plan, library.Entries, [], 2, library).Rent();
        context.Run();
        watch.Restart();
        context.Run();
        TestContext.Out.WriteLine($"{watch.Elapsed.TotalMilliseconds:0.0} ms to run");
        var half = Compile(graph(length / 2));
        Assert.That(full.Plan.Steps, Has.Count.EqualTo(half.Plan.Steps.Count));
        Assert.That(full.Plan.Buffers, Has.Count.EqualTo(half.Plan.Buffers.Count));
        Assert.That(full.KernelText.Length, Is.EqualTo(half.KernelText.Length).Within(10).Percent);
        Assert.That(Fixed(full.Plan, length), Is.EqualTo(Fixed(half.Plan, length / 2)), "bytes of buffers without an element a step");
        var perStep = (full.Plan.ArenaBytes - half.Plan.ArenaBytes) / (length / 2);
        Assert.That(full.Plan.ArenaBytes - perStep * length, Is.LessThan(64 * perStep), "bytes that do not depend on the steps");

        static long Fixed(ExecutionPlan plan, long steps) =>
            plan.Buffers.Where(b => b.Dims.Count == 0 || b.Dims[0] != steps && b.Dims[0] != steps + 1).Sum(b => b.Bytes);
    }

    [Test]
    public void A_weights_gradient_is_one_product_after_the_loop()
    {
        var plan = Compile(Gru(10, 4, 32)).Plan;
        Assert.That(plan.Loops, Has.Count.EqualTo(2));
        var after = plan.Steps.Skip(plan.Loops[1].End).Select(s => plan.KernelNames[s.Kernel]);
        Assert.That(after, Has.Some.Contains("contraction"));
        Assert.That(plan.Loops.Sum(l => plan.Steps.Skip(l.FirstStep).Take(l.StepCount).Count(s => plan.KernelNames[s.Kernel].Contains("contraction"))),
            Is.EqualTo(2), "products in loops: forward and backward of the recurrence");
    }

    [Test]
    public void A_body_of_one_kernel_over_its_own_elements_is_no_loop_of_the_plan()
    {
        var source = Compile(SelectiveScan(10, 32, 16));
        Assert.That(source.Plan.Loops, Is.Empty);
        Assert.That(source.KernelText, Does.Contain("step by step"));
    }

    private static IEnumerable<TestCaseData> Small()
    {
        yield return new TestCaseData(Gru(9, 5, 40)).SetArgDisplayNames("gru");
        yield return new TestCaseData(Gru(20, 64, 48)).SetArgDisplayNames("gru of many tasks");
        yield return new TestCaseData(SelectiveScan(11, 70, 16)).SetArgDisplayNames("selective scan");
    }

    [TestCaseSource(nameof(Small))]
    public void Bits_do_not_depend_on_threads_and_values_are_the_references(ComputationGraph graph)
    {
        var values = ValuesOf(graph);
        var expected = ReferenceEvaluator.Evaluate(graph, values, NoStates).Outputs;
        ReferenceResult? first = null;
        foreach (var threads in new[] { 1, 2, 3 })
            foreach (var poison in new[] { false, true })
            {
                var source = Compile(graph, threads);
                var library = new KernelCompiler(KernelCacheOptions.Disabled).Load(source.KernelText, source.Plan.KernelNames);
                var result = CompiledGraph.Run(source, library.Entries, library, values, NoStates, threads, poison);
                first ??= result;
                foreach (var (name, value) in expected)
                {
                    Assert.That(result.Outputs[name], Is.EqualTo(first.Outputs[name]), $"{name} with {threads} threads");
                    Closeness.AssertClose(result.Outputs[name], value, 2e-5, name);
                }
            }
    }

    [Test]
    public void A_run_allocates_nothing()
    {
        var source = Compile(Gru(20, 64, 48));
        var library = new KernelCompiler(KernelCacheOptions.Disabled).Load(source.KernelText, source.Plan.KernelNames);
        using var context = new CompiledProgram(source.Plan, library.Entries, [], 2, library).Rent();
        context.Run();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var run = 0; run < 3; run++) context.Run();
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    [Test]
    public void Explain_says_why_a_loop_stands_alone()
    {
        var decisions = Compile(Gru(10, 4, 32)).Explain;
        Assert.That(decisions.Select(d => d.Reason), Does.Contain("a loop is complete only when its last step ends").And.Contain("a loop has kernels of its own"));
        Assert.That(decisions.Where(d => d.Consumer.Op is Tanh && d.Fused), Is.Not.Empty, "edges inside the body");
    }

    private static Dictionary<string, Literal> ValuesOf(ComputationGraph graph) => graph.Inputs.Index().ToDictionary(i => i.Item.Label, i =>
    {
        var literal = new Literal(i.Item.Type);
        for (var k = 0; k < literal.Count; k++) literal.AsSpan<float>()[k] = (float)(Threefry.Uniform(3, i.Index, k) - 0.5);
        return literal;
    });
}
