using GraphForge.Compiler.Autodiff;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Compiler.Rewrite;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Rewrite;

public sealed class ChannelsLastTests
{
    private static readonly ConvolutionGeometry Same = ConvolutionGeometry.Of(2, padding: 1);

    [Test]
    public void Convolutions_and_gradients_mean_the_same([Range(0, 199)] int seed)
    {
        var random = new Random(seed);
        var (x, w, geometry) = RandomConvolution(random);
        var y = Convolutions.Convolve(x, w, geometry);
        var g = RuleRow.Float("g", y.Shape.Values);
        AssertAgree([y, .. Gradients.Of((y * g).Sum(), [x, w])]);
    }

    private static (Node X, Node W, ConvolutionGeometry Geometry) RandomConvolution(Random random)
    {
        var spatial = random.Next(1, 4);
        var groups = random.Next(3) == 0 ? random.Next(2, 4) : 1;
        var channels = groups * random.Next(1, 4);
        var outputs = groups * (random.Next(3) == 0 ? 17 : random.Next(1, 4));
        var kernel = Each(() => random.Next(1, 5));
        var geometry = new ConvolutionGeometry(
            Each(() => random.Next(1, 4)), Each(() => random.Next(0, 6)), Each(() => random.Next(0, 4)), Each(() => random.Next(1, 3)), groups);
        var extents = Enumerable.Range(0, spatial).Select(a =>
            Math.Max(1, geometry.Dilation[a] * (kernel[a] - 1) + 1 - geometry.PadLow[a] - geometry.PadHigh[a]) + random.Next(0, spatial == 3 ? 3 : 6));
        var batch = random.Next(4) == 0 ? 32 : random.Next(1, 4);
        return (RuleRow.Float("x", [batch, channels, .. extents]), RuleRow.Float("w", [outputs, channels / groups, .. kernel]), geometry);

        long[] Each(Func<long> draw) => Enumerable.Range(0, spatial).Select(_ => draw()).ToArray();
    }

    [TestCaseSource(nameof(Between))]
    public void What_stands_between_convolutions_means_the_same(string name, Func<Node, Node> step)
    {
        var x = Convolved(RuleRow.Float("x", 2, 3, 6, 5), 17);
        AssertAgree([step(x)]);
    }

    private static IEnumerable<TestCaseData> Between()
    {
        yield return Row("relu", x => Again(x.Relu()));
        yield return Row("bias", x => Again(x + RuleRow.Float("b", 17, 1, 1)));
        yield return Row("row of each image", x => Again(x * RuleRow.Float("r", 2, 1, 6, 1)));
        yield return Row("another image", x => Again(x + RuleRow.Float("i", 2, 17, 6, 5)));
        yield return Row("pad", x => Again(x.Pad(1, 1, 2).Pad(2, 0, 3, 7.5)));
        yield return Row("slice", x => Again(x.Slice(1, 3, 5, 2).Slice(3, 1, 3)));
        yield return Row("flip", x => Again(x.Flip(1, 3)));
        yield return Row("concat of channels", x => Again(Nodes.Concat([x, RuleRow.Float("c", 2, 4, 6, 5), x], 1)));
        yield return Row("concat of rows", x => Again(Nodes.Concat([x, x], 2)));
        yield return Row("maximum of windows", x => Again(Convolutions.MaxPool(x, WindowGeometry.Of([2, 2]))));
        yield return Row("mean of windows", x => Again(Convolutions.AveragePool(x, WindowGeometry.Of([3, 2], 2, 1), countIncludePad: false)));
        yield return Row("windows of the last axis", x => Again(Node.Of(new WindowMinimum(WindowGeometry.Of([2])), x)));
        yield return Row("windows over channels", x => Again(Node.Of(new WindowSum(WindowGeometry.Of([3, 1, 1], 1)), x)));
        yield return Row("where a maximum is", x => Node.Of(new WindowArgMaximum(WindowGeometry.Of([2, 2])), x));
        yield return Row("sum of rows", x => x.Sum([2]));
        yield return Row("sum of batch and space", x => x.Sum([0, 2, 3]));
        yield return Row("softmax of channels", x => Again(x.Softmax(1)));
        yield return Row("greatest channel", x => x.ArgMax(1));
        yield return Row("greatest of a row", x => x.ArgMax(3));
        yield return Row("flatten", x => x.Reshape([2, 17 * 30]) * 2);
        yield return Row("linear", x => Nodes.MatMul(x.Reshape([2, 17 * 30]), RuleRow.Float("l", 17 * 30, 4)));
        yield return Row("product with a matrix", x => Nodes.MatMul(x, RuleRow.Float("m", 5, 4)));
        yield return Row("transposition", x => x.Permute(3, 1, 0, 2) + 1);
        yield return Row("normalisation of channels", x => Again((x - x.Mean([0, 2, 3], keepDims: true)) * RuleRow.Float("s", 17, 1, 1)));
        yield return Row("gradient of a maximum", x => Again(Gradients.Of(Convolutions.MaxPool(x, WindowGeometry.Of([2, 2])).Sum(), [x])[0]));
        yield return Row("gradient of a mean", x => Again(Gradients.Of(Convolutions.AveragePool(x, WindowGeometry.Of([2, 2], 1)).Square().Sum(), [x])[0]));

        static TestCaseData Row(string name, Func<Node, Node> step) => new TestCaseData(name, step).SetArgDisplayNames(name);

        static Node Again(Node x) => Convolved(x, 16);
    }

    [Test]
    public void Inside_a_network_nothing_is_converted()
    {
        var x = RuleRow.Float("x", 4, 16, 12, 12);
        var y = Convolved(x, 32).Relu();
        y = (Convolved(y, 32) + y).Relu();
        y = Convolutions.MaxPool((y - y.Mean([0, 2, 3], keepDims: true)) * RuleRow.Float("s", 32, 1, 1), WindowGeometry.Of([2, 2]));
        y = Nodes.Concat([Convolved(y, 24), y], 1).Mean([2, 3]);
        var graph = ChannelsLast.Run(RewriteDriver.Apply(Evaluation.Graph(Gradients.Of(y.Sum(), [x])[0]), RuleSet.SimplifyDifferentiated, out _));
        var conversions = graph.TopologicalOrder().Where(n => n.Op is Permute && IsImage(n) && !IsWindows(n));
        Assert.That(conversions.Select(n => n.Inputs[0].Op.Name), Is.EquivalentTo(new[] { "input", "convolution" }),
            "the image on its way in, and its gradient on its way out");
    }

    private static bool IsImage(Node node) => node.Shape.Rank == 4 && node.Shape[0].Is(4);

    private static bool IsWindows(Node node) => node.Inputs[0].Op is SlidingWindows;

    [Test]
    public void Rows_stay_last_where_channels_are_few()
    {
        var x = RuleRow.Float("x", 1, 1, 9, 64);
        var y = Convolutions.Convolve(x, RuleRow.Float("w", 1, 1, 3, 3), Same).Relu();
        Assert.That(ChannelsLast.Run(Evaluation.Graph(y)).Outputs[0].Value.Op, Is.Not.InstanceOf<Permute>());
    }

    [Test]
    public void Weights_are_copied_into_kernel_order_once()
    {
        var (x, w) = (RuleRow.Float("x", 2, 16, 8, 8), RuleRow.Float("w", 16, 16, 3, 3));
        var strided = ConvolutionGeometry.Of(2, stride: 2, padding: 1);
        var y = Convolutions.Convolve(Convolutions.Convolve(x, w, strided), w, strided);
        var copies = ChannelsLast.Run(Evaluation.Graph(y)).TopologicalOrder().Where(n => n.Op is Identity).ToArray();
        Assert.That(copies.Select(c => c.Shape), Is.EqualTo(new[] { Shape.Of(3, 3, 16, 16) }));
    }

    private static Node Convolved(Node x, long outputs) =>
        Convolutions.Convolve(x, RuleRow.Float($"w{x.Shape[1]}{outputs}", outputs, x.Shape[1].Value, 3, 3), Same);

    private static void AssertAgree(params Node[] values)
    {
        var graph = new ComputationGraph("", values.Select((v, i) => new NamedOutput($"y{i}", v)).ToEquatable(), []);
        var moved = ChannelsLast.Run(graph);
        GraphVerifier.Verify(moved, "channels last");
        Assert.That(moved.TopologicalOrder().Select(n => n.Op), Has.None.InstanceOf<Convolution>()
            .And.None.InstanceOf<ConvolutionInputGradient>().And.None.InstanceOf<ConvolutionWeightGradient>());
        var data = Evaluation.Data(graph.Inputs, 1, awkward: false);
        var (expected, got) = (Outputs(graph, data), Outputs(moved, data));
        foreach (var name in expected.Keys) Assert.That(Evaluation.Agree(expected[name], got[name], 2e-4), Is.True, name);
    }

    private static IReadOnlyDictionary<string, Literal> Outputs(ComputationGraph graph, IReadOnlyDictionary<string, Literal> data) =>
        ReferenceEvaluator.Evaluate(graph, data, new Dictionary<StateSlot, Literal>()).Outputs;
}
