using GraphForge.Compiler.Graph;
using GraphForge.Layers;
using GraphForge.Runtime;

namespace GraphForge.Tests.Layers;

public sealed class ActivationTests
{
    [Test]
    public void PReLU_learns_a_slope_for_each_channel()
    {
        var layer = new PReLU(numParameters: 2, init: 0.5);
        Assert.That(Values.Infer(layer, [2, 2], -2, 1, -4, 3), Is.EqualTo(new float[] { -1, 1, -2, 3 }));
        Assert.That(layer.NamedParameters().Select(p => p.Key), Is.EqualTo(new[] { "weight" }));
        Assert.That(new PReLU(dtype: DType.Float64).Weight.DType, Is.EqualTo(DType.Float64));
    }

    [Test]
    public void GLU_halves_an_axis() =>
        Assert.That(Values.Infer(new GLU(), [4], 2, 3, 0, 100), Is.EqualTo(new float[] { 1, 3 }));

    [Test]
    public void Integers_are_computed_as_float32() => Assert.Multiple(() =>
    {
        var whole = Tensor.Constant<long>([-1, 2], 2);
        Assert.That(Functional.LeakyRelu(whole).DType, Is.EqualTo(DType.Float32));
        Assert.That(Functional.Silu(whole).DType, Is.EqualTo(DType.Float32));
        Assert.That(Values.Of(Functional.Hardswish(whole)), Is.EqualTo(new[] { -1 / 3.0, 5 / 3.0 }).Within(1e-6));
    });

    private static IEnumerable<TestCaseData> Mistakes()
    {
        var x = Tensor.Input("x", DType.Float32, 2, 3);
        yield return new TestCaseData(() => new PReLU(0).Forward(x), "PReLU needs at least one parameter but was given 0.");
        yield return new TestCaseData(() => new PReLU(4).Forward(x),
            "PReLU takes [N, 4, …] but was given [2, 3]; make numParameters 1, or the number of channels.");
        yield return new TestCaseData(() => Functional.Prelu(x, Tensor.Zeros([4])),
            "prelu takes an input [N, C, …] with a weight [C] or [1], got float32[2, 3] and float32[4].");
        yield return new TestCaseData(() => new GLU().Forward(x), "glu halves axis -1 of float32[2, 3], whose extent 3 is odd; give it an even one.");
        yield return new TestCaseData(() => new GLU(2).Forward(x), "glu has no axis 2 in float32[2, 3]; axes run from -2 to 1.");
        yield return new TestCaseData(() => new Softmax(2).Forward(x), "max has no axis 2 in float32[2, 3]; axes run from -2 to 1.");
        yield return new TestCaseData(() => new CELU(0).Forward(x), "celu takes an alpha other than 0.");
        yield return new TestCaseData(() => new Hardtanh(1, -1).Forward(x), "hardtanh takes a minVal below its maxVal, got 1 and -1.");
        yield return new TestCaseData(() => new Softshrink(-1).Forward(x), "softshrink takes a lambd of at least 0, got -1.");
    }

    [TestCaseSource(nameof(Mistakes))]
    public void Mistakes_are_told_whole(Func<Tensor> mistake, string problem) =>
        Assert.That(Assert.Throws<GraphException>(() => mistake())!.Problem, Is.EqualTo(problem));
}
