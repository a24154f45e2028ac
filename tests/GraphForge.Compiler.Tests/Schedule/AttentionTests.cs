using GraphForge.Compiler.Autodiff;
using GraphForge.Compiler.Emit.Targets;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Compiler.Ops;
using GraphForge.Compiler.Rewrite;
using GraphForge.Compiler.Schedule;
using GraphForge.Compiler.Tests.Compiled;
using GraphForge.Compiler.Tests.Ops;
using GraphForge.Jit;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Schedule;

/// <summary>What is recognised as attention, that its scores are never stored, and that nothing but time depends on how it is cut.</summary>
public sealed class AttentionTests
{
    private static readonly Dictionary<StateSlot, Literal> NoStates = [];

    [Test]
    public void Forward_is_one_kernel() => Assert.That(Kinds(Training(2, 40, 2, 8).Output), Is.EqualTo(new[] { GroupKind.Attention }));

    [Test]
    public void Backward_is_one_more()
    {
        var (y, gradient) = Training(2, 40, 2, 8);
        Assert.That(Kinds(y, gradient).Count(k => k == GroupKind.Attention), Is.EqualTo(2));
        Assert.That(Kinds(y, gradient), Has.None.EqualTo(GroupKind.Contraction).And.None.EqualTo(GroupKind.Rows));
    }

    [Test]
    public void Second_derivatives_are_attention_too()
    {
        var packed = Input("x", 1, 9, 24);
        var first = Gradients.Of(AttentionSamples.Heads(packed, 2, 4).Square().Sum(), [packed])[0];
        var second = Gradients.Of(first.Square().Sum(), [packed])[0];
        Assert.That(Kinds(second), Has.None.EqualTo(GroupKind.Contraction).And.None.EqualTo(GroupKind.Rows));
        Compare(new ComputationGraph("second", [new NamedOutput("y", second)], []), 2e-5);
    }

    [Test]
    public void Weights_that_are_read_are_stored_and_the_reason_is_told()
    {
        var weights = Nodes.MatMul(Input("q", 2, 16, 8), Input("k", 2, 16, 8).Transpose()).Softmax(-1);
        var plan = Fusion.Run(Graph(Nodes.MatMul(weights, Input("v", 2, 16, 8)), weights.Sum(0)));
        Assert.That(plan.Groups.Select(g => g.Kind), Has.None.EqualTo(GroupKind.Attention));
        var attention = Fusion.Run(Graph(Nodes.MatMul(weights, Input("v", 2, 16, 8))));
        Assert.That(attention.Decisions.Select(d => d.Reason), Does.Contain("scores in tiles"));
    }

    private static IEnumerable<TestCaseData> Others()
    {
        Node x = Input("x", 64, 24), v = Input("v", 24, 32), w = Input("w", 32, 24);
        yield return new TestCaseData(Nodes.MatMul(Nodes.MatMul(x, v).Relu(), w)).SetArgDisplayNames("two layers");
        yield return new TestCaseData(Nodes.MatMul(Nodes.MatMul(x, v), v.Transpose())).SetArgDisplayNames("two products");
        yield return new TestCaseData(Nodes.MatMul(x, v).LogSoftmax(-1)).SetArgDisplayNames("classes");
        yield return new TestCaseData(Nodes.MatMul(x, v) / Nodes.MatMul(x, v).Sum(-1, keepDims: true)).SetArgDisplayNames("stored rows");
        yield return new TestCaseData(Nodes.MatMul(Nodes.MatMul(x, v).Softmax(0), w)).SetArgDisplayNames("softmax of columns");
    }

    [TestCaseSource(nameof(Others))]
    public void What_looks_like_it_but_is_not_stays_as_it_was(Node y) => Assert.That(Kinds(y), Has.None.EqualTo(GroupKind.Attention));

    /// <summary>Arena and scratch of a training step grow with the tokens, not with their square.</summary>
    [Test]
    public void Memory_is_linear_in_the_length()
    {
        var (half, full) = (Source(2048).Plan, Source(4096).Plan);
        Assert.That(full.ArenaBytes, Is.LessThanOrEqualTo(2.01 * half.ArenaBytes).And.LessThan(16L << 20));
        Assert.That(full.ScratchBytes, Is.LessThanOrEqualTo(2.01 * half.ScratchBytes).And.LessThan(4L << 20));
        Assert.That(full.Buffers.Max(b => b.Bytes), Is.LessThan(4L * 4096 * 4096 / 8));

        CompiledSource Source(long length)
        {
            var (y, gradient) = Training(1, length, 2, 32);
            return Pipeline.Compile(Graph(y, gradient), new Dictionary<DimSymbol, long>(), new CompilerOptions { Threads = 1 });
        }
    }

    [TestCase(64)]
    [TestCase(32)]
    [TestCase(16)]
    public void Every_width_of_vectors_gives_the_references_values(int vectorBytes)
    {
        if (vectorBytes > CpuTarget.Host.VectorBytes) Assert.Ignore("This processor has no such vectors.");
        foreach (var (batch, length, features) in new[] { (2, 67, 20), (2, 33, 3), (8, 130, 17), (1, 200, 5) })
        {
            var (y, gradient) = Training(batch, length, 1, features);
            Compare(Graph(y, gradient), 1e-5, new CompilerOptions { Threads = 1, Target = new CpuTarget(vectorBytes) });
        }
    }

    [TestCase(DType.Float64, 1e-12)]
    [TestCase(DType.BFloat16, 0.1)]
    public void Other_floats_give_the_references_values(DType type, double tolerance)
    {
        var packed = Nodes.Input("x", type, [2, 70, 24]);
        var y = AttentionSamples.Heads(packed, 2, 4);
        Compare(Graph(y, Gradients.Of(y.Cast(DType.Float64).Square().Sum(), [packed])[0]), tolerance);
    }

    /// <summary>Sums of keys wait for no other head's, so where there are few heads their tasks are keys.</summary>
    [TestCase(1, 256, ExpectedResult = 3)]
    [TestCase(8, 256, ExpectedResult = 2)]
    [TestCase(1, 64, ExpectedResult = 2)]
    public int Few_matrices_with_many_keys_have_a_kernel_for_sums_of_keys(long batch, long length)
    {
        var (y, gradient) = Training(batch, length, 1, 8);
        var kernels = Pipeline.Compile(Graph(y, gradient), new Dictionary<DimSymbol, long>(), new CompilerOptions()).Kernels
            .Where(k => k.ScratchBytes > 0).ToArray();
        Assert.That(kernels.Select(k => k.Tasks), Has.All.GreaterThanOrEqualTo(Math.Min(batch * length / 64, 4)));
        return kernels.Length;
    }

    [TestCase(3, 100)]
    [TestCase(1, 300)]
    public void Bits_do_not_depend_on_threads(long batch, long length)
    {
        var (y, gradient) = Training(batch, length, 2, 16);
        var graph = Graph(y, gradient);
        var values = ValuesOf(graph);
        ReferenceResult? first = null;
        foreach (var threads in new[] { 1, 2, 3 })
            foreach (var poison in new[] { false, true })
            {
                var source = Pipeline.Compile(graph, new Dictionary<DimSymbol, long>(), new CompilerOptions { Threads = threads });
                var library = new KernelCompiler(KernelCacheOptions.Disabled).Load(source.KernelText, source.Plan.KernelNames);
                var result = CompiledGraph.Run(source, library.Entries, library, values, NoStates, threads, poison);
                first ??= result;
                foreach (var (name, value) in first.Outputs) Assert.That(result.Outputs[name], Is.EqualTo(value), $"{name} with {threads} threads");
            }
    }

    /// <summary>A causal block of rows ends its loops at its last row's key.</summary>
    [Test]
    public void Masked_keys_are_not_looked_at()
    {
        var (y, gradient) = Training(4, 128, 2, 16);
        var kernels = Pipeline.Compile(Graph(y, gradient), new Dictionary<DimSymbol, long>(), new CompilerOptions()).Kernels
            .Where(k => StatementWalk.All(k.Body).Any(s => s is Allocate { Place: BufferPlace.Scratch })).ToArray();
        Assert.That(kernels, Has.Length.EqualTo(2));
        foreach (var kernel in kernels)
        {
            var overKeys = StatementWalk.All(kernel.Body).OfType<For>().Where(f => f.Kind == LoopKind.Serial && f.Variable.Name is "key" && f.Variable.Extent > 8).ToArray();
            var atTheEnd = overKeys.Where(f => StatementWalk.All(f.Body).OfType<Store>().Any(s => kernel.Arguments.Contains(s.Buffer)));
            Assert.That(overKeys.Except(atTheEnd).Select(f => f.Limit), Has.All.Not.Null, kernel.Name);
        }
    }

    private static (Node Output, Node Gradient) Training(long batch, long length, long heads, long features)
    {
        var packed = Input("x", batch, length, 3 * heads * features);
        var y = AttentionSamples.Heads(packed, heads, features);
        return (y, Gradients.Of(y.Square().Sum(), [packed])[0]);
    }

    private static void Compare(ComputationGraph graph, double tolerance, CompilerOptions? options = null)
    {
        var values = ValuesOf(graph);
        var expected = ReferenceEvaluator.Evaluate(graph, values, NoStates);
        var actual = CompiledGraph.Evaluate(graph, values, NoStates, options);
        foreach (var (name, value) in expected.Outputs) Closeness.AssertClose(actual.Outputs[name], value, tolerance, name);
    }

    private static Dictionary<string, Literal> ValuesOf(ComputationGraph graph) => graph.Inputs.Index().ToDictionary(i => i.Item.Label, i =>
    {
        var literal = new Literal(i.Item.Type);
        for (var k = 0; k < literal.Count; k++) literal[k] = Scalar.Of(literal.Type.DType, Threefry.Uniform(3, i.Index, k) * 2 - 1.0);
        return literal;
    });

    private static ComputationGraph Graph(params Node[] outputs) =>
        new("attention", outputs.Select((o, i) => new NamedOutput($"y{i}", o)).ToEquatable(), []);

    private static IReadOnlyList<GroupKind> Kinds(params Node[] outputs) =>
        Fusion.Run(RewriteDriver.Apply(Graph(outputs), RuleSet.SimplifyDifferentiated, out _)).Groups
            .Select(g => g.Kind).Where(k => k != GroupKind.Map).ToArray();

    private static Node Input(string label, params long[] dims) => Nodes.Input(label, DType.Float32, Shape.Of(dims));
}
