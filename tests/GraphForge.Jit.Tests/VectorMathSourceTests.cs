using GraphForge.Compiler.Emit;

namespace GraphForge.Jit.Tests;

public class VectorMathSourceTests
{
    [Test]
    public void ProgramWithoutMathCarriesNone() => Assert.That(VectorMathSource.For("x[i] = y[i] + Vec.Sum(z);"), Is.Empty);

    [Test]
    public void ProgramCarriesWhatItCallsAndNothingElse(
        [Values("Exp", "Log", "Sin", "Cos", "Tanh", "Erf", "Power", "Sign", "UniformLanes", "Sum", "LoadPartial")] string function)
    {
        var text = VectorMathSource.For($"var y = VectorMath.{function}(x);");

        Assert.That(text, Does.Contain($" {function}").And.Length.LessThan(VectorMathSource.All.Length));
        Assert.That(() => Compile(text), Throws.Nothing);
    }

    [Test]
    public void TanhBringsTheExponentialAlong() =>
        Assert.That(VectorMathSource.For("VectorMath.Tanh(x)"), Does.Contain("F32 Exp(F32 x)").And.Not.Contain("F32 Log(F32 x)"));

    [Test]
    public void UnknownWidthIsRefused() =>
        Assert.That(() => VectorMathSource.Prelude(1024), Throws.InstanceOf<ArgumentOutOfRangeException>());

    private static void Compile(string text) => KernelAssembly.Build(
        VectorMathSource.Prelude(256) + "namespace GraphForge.Generated;\n" + text, "Test", "Kernels.cs", default);
}
