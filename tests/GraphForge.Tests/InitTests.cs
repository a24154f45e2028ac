using GraphForge.Compiler.Graph;
using GraphForge.Initialization;
using GraphForge.Layers;

namespace GraphForge.Tests;

/// <summary>Initial values against the moments, bounds and structure that torch.nn.init gives them.</summary>
public sealed class InitTests
{
    private static readonly long[] Weight = [64, 32, 3, 3];

    private const int FanIn = 32 * 9, FanOut = 64 * 9;

    /// <summary>An initialiser, its standard deviation, its fourth moment over the squared second, and its bound.</summary>
    private static IEnumerable<TestCaseData> Distributions()
    {
        const double uniform = 1.8, normal = 3;
        yield return Row("uniform", Init.Uniform(-2, 2), 4 / Math.Sqrt(12), uniform, 2);
        yield return Row("normal", Init.Normal(0, 0.5), 0.5, normal, 3);
        yield return Row("truncated normal", Init.TruncatedNormal(), 0.8796, 2.369, 2);
        yield return Row("truncated normal, narrow", Init.TruncatedNormal(0, 2, -0.5, 0.5), 0.2878, 1.81, 0.5);
        yield return Row("xavier uniform", Init.XavierUniform(gain: 2), 2 * Math.Sqrt(2.0 / (FanIn + FanOut)), uniform,
            2 * Math.Sqrt(6.0 / (FanIn + FanOut)));
        yield return Row("xavier normal", Init.XavierNormal(), Math.Sqrt(2.0 / (FanIn + FanOut)), normal, 1);
        yield return Row("kaiming uniform", Init.KaimingUniform(), Math.Sqrt(2.0 / FanIn), uniform, Math.Sqrt(6.0 / FanIn));
        yield return Row("kaiming uniform of a slope", Init.KaimingUniform(a: Math.Sqrt(5)), Math.Sqrt(1.0 / 3 / FanIn), uniform, 1 / Math.Sqrt(FanIn));
        yield return Row("kaiming normal of outputs", Init.KaimingNormal(mode: FanMode.FanOut, nonlinearity: Nonlinearity.ReLU),
            Math.Sqrt(2.0 / FanOut), normal, 1);
        yield return Row("kaiming normal for tanh", Init.KaimingNormal(nonlinearity: Nonlinearity.Tanh), 5.0 / 3 / Math.Sqrt(FanIn), normal, 1);
    }

    [TestCaseSource(nameof(Distributions))]
    public void Distributions_have_the_moments_of_PyTorch(Initializer initializer, double deviation, double kurtosis, double bound)
    {
        var values = Values.Drawn(initializer, Weight);
        var (mean, variance) = (values.Average(v => (double)v), values.Average(v => (double)v * v));
        Assert.Multiple(() =>
        {
            Assert.That(mean, Is.Zero.Within(5 * deviation / Math.Sqrt(values.Length)));
            Assert.That(Math.Sqrt(variance), Is.EqualTo(deviation).Within(0.02 * deviation));
            Assert.That(values.Average(v => Math.Pow(v, 4)) / (variance * variance), Is.EqualTo(kurtosis).Within(0.15));
            Assert.That(values.Max(MathF.Abs), Is.LessThanOrEqualTo((float)bound));
        });
    }

    [Test]
    public void A_truncated_normal_far_from_its_mean_lies_within_its_bounds()
    {
        var values = Values.Drawn(Init.TruncatedNormal(mean: 1, std: 1, low: 3, high: 4), 5000);
        Assert.That(values.Min(), Is.InRange(3, 3.01));
        Assert.That(values.Max(), Is.InRange(3.9, 4));
        Assert.That(values.Average(), Is.EqualTo(3.3160).Within(0.02));
    }

    [TestCase(1, 1)]
    [TestCase(3, 5)]
    [TestCase(5, 3)]
    public void Eye_is_the_identity(int rows, int columns) => Assert.That(Values.Drawn(Init.Eye, rows, columns),
        Is.EqualTo(Enumerable.Range(0, rows * columns).Select(i => i / columns == i % columns ? 1f : 0)));

    [TestCase(1)]
    [TestCase(2)]
    public void Dirac_passes_channels_through_a_convolution(int groups)
    {
        var layer = new Conv2d(4, 4, 3, padding: 1, groups: groups, bias: false);
        layer.Weight.CopyFrom<float>(Values.Drawn(Init.Dirac(groups), layer.Weight.Shape.Values));
        var input = Values.Sequence(4 * 2 * 3);
        Assert.That(Values.Infer(layer, [4, 2, 3], input), Is.EqualTo(input));
    }

    [Test]
    public void Dirac_leaves_outputs_beyond_the_inputs_zero() =>
        Assert.That(Values.Drawn(Init.Dirac(), 3, 2, 2), Is.EqualTo(new float[] { 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0 }));

    [TestCase(3, 7)]
    [TestCase(7, 3)]
    [TestCase(20, 20)]
    public void Orthogonal_has_orthonormal_rows_or_columns(int rows, int columns)
    {
        const double gain = 1.5;
        var values = Values.Drawn(Init.Orthogonal(gain), rows, columns);
        var vectors = rows <= columns
            ? values.Chunk(columns).ToArray()
            : Enumerable.Range(0, columns).Select(c => values.Where((_, i) => i % columns == c).ToArray()).ToArray();
        foreach (var (i, a) in vectors.Index())
            foreach (var (j, b) in vectors.Index())
                Assert.That(a.Zip(b, (x, y) => (double)x * y).Sum(), Is.EqualTo(i == j ? gain * gain : 0).Within(1e-5), $"{i}, {j}");
    }

    [Test]
    public void Sparse_has_so_many_zeros_in_each_column()
    {
        var values = Values.Drawn(Init.Sparse(0.31, std: 2), 10, 40);
        var zeros = Enumerable.Range(0, 40).Select(c => Enumerable.Range(0, 10).Where(r => values[r * 40 + c] == 0).ToArray()).ToArray();
        Assert.That(zeros.Select(rows => rows.Length), Is.All.EqualTo(4));
        Assert.That(zeros.SelectMany(rows => rows).Distinct().Count(), Is.EqualTo(10), "rows that are zero somewhere");
        var rest = values.Where(v => v != 0).ToArray();
        Assert.That(Math.Sqrt(rest.Average(v => v * v)), Is.EqualTo(2).Within(0.3));
    }

    [TestCase(Nonlinearity.Linear, 1)]
    [TestCase(Nonlinearity.Sigmoid, 1)]
    [TestCase(Nonlinearity.Tanh, 1.6666666667)]
    [TestCase(Nonlinearity.ReLU, 1.4142135624)]
    [TestCase(Nonlinearity.LeakyReLU, 1.4141428569)]
    [TestCase(Nonlinearity.SELU, 0.75)]
    public void Gains_are_those_of_PyTorch(Nonlinearity nonlinearity, double gain) =>
        Assert.That(Init.Gain(nonlinearity), Is.EqualTo(gain).Within(1e-9));

    [Test]
    public void Values_follow_from_the_seed()
    {
        foreach (var initializer in new[] { Init.Normal(), Init.TruncatedNormal(), Init.Orthogonal(), Init.Sparse(0.5) })
        {
            var first = Values.Drawn(initializer, seed: 3, [6, 6]);
            Assert.That(Values.Drawn(initializer, seed: 3, [6, 6]), Is.EqualTo(first));
            Assert.That(Values.Drawn(initializer, seed: 4, [6, 6]), Is.Not.EqualTo(first));
        }
    }

    private static IEnumerable<TestCaseData> Layers()
    {
        yield return Layer(new Conv1d(6, 40, 5, groups: 2), 3 * 5);
        yield return Layer(new Conv3d(2, 30, 3), 2 * 27);
        // As PyTorch counts them: by the weight's second axis, the outputs of a group.
        yield return Layer(new ConvTranspose2d(8, 10, 3, groups: 2), 5 * 9);
        yield return Layer(new Bilinear(16, 9, 20), 16);
    }

    [TestCaseSource(nameof(Layers))]
    public void Layers_draw_weights_and_biases_within_one_over_root_fan(Module layer, int fan)
    {
        layer.Initialize(seed: 2);
        foreach (var (name, parameter) in layer.NamedParameters())
        {
            var values = parameter.AsSpan<float>().ToArray();
            Assert.That(values.Max(MathF.Abs), Is.InRange(0.8 / Math.Sqrt(fan), 1 / Math.Sqrt(fan)), name);
        }
    }

    [Test]
    public void Normalisation_starts_as_the_identity_of_standard_values()
    {
        var layer = new BatchNorm2d(3);
        layer.Initialize();
        Assert.That(layer.Weight!.AsSpan<float>().ToArray().Concat(layer.RunningVar!.AsSpan<float>().ToArray()), Is.All.EqualTo(1));
        Assert.That(layer.Bias!.AsSpan<float>().ToArray().Concat(layer.RunningMean!.AsSpan<float>().ToArray()), Is.All.EqualTo(0));
    }

    private static IEnumerable<TestCaseData> Misfits()
    {
        yield return Misfit(Init.XavierUniform(), [3], "an initialiser that counts inputs and outputs needs a weight of at least 2 axes, got [3].");
        yield return Misfit(Init.Eye, [3], "eye needs a matrix, got [3].");
        yield return Misfit(Init.Dirac(2), [3, 1, 1],
            "dirac needs a convolution's weight of 3 to 5 axes whose outputs the groups divide, got [3, 1, 1] with groups 2.");
        yield return Misfit(Init.Orthogonal(), [3], "orthogonal needs a weight of at least 2 axes, got [3].");
        yield return Misfit(Init.Sparse(0.5), [3, 1, 1], "sparse needs a matrix, got [3, 1, 1].");
        yield return Misfit(Init.Sparse(1.5), [3, 1], "sparse takes a share of zeros in 0..1, got 1.5.");
    }

    [TestCaseSource(nameof(Misfits))]
    public void A_tensor_of_the_wrong_shape_is_refused(Initializer initializer, long[] dims, string problem) =>
        Assert.That(Assert.Throws<GraphException>(() => Values.Drawn(initializer, dims))!.Problem, Is.EqualTo(problem));

    private static TestCaseData Row(string name, Initializer initializer, double deviation, double kurtosis, double bound) =>
        new TestCaseData(initializer, deviation, kurtosis, bound).SetArgDisplayNames(name);

    private static TestCaseData Layer(Module layer, int fan) => new TestCaseData(layer, fan).SetArgDisplayNames(layer.GetType().Name);

    private static TestCaseData Misfit(Initializer initializer, long[] dims, string problem) =>
        new TestCaseData(initializer, dims, problem).SetArgDisplayNames(problem);
}
