using GraphForge.Compiler.Emit;

namespace GraphForge.Jit.Tests;

public class PreludeSourceTests
{
    [Test]
    public void ProgramThatCallsNothingCarriesNothing() =>
        Assert.That(PreludeSource.Cpu.For("x[i] = y[i] + Vec.Sum(z) * Math.Exp(2);"), Is.Empty);

    [TestCase("VectorMath.Exp", "F32 Exp(F32 x)")]
    [TestCase("VectorMath.Log", "F32 Log(F32 x)")]
    [TestCase("VectorMath.Sin", "F32 Sin(F32 x)")]
    [TestCase("VectorMath.Tanh", "F32 Tanh(F32 x)")]
    [TestCase("VectorMath.Erf", "F32 Erf(F32 x)")]
    [TestCase("VectorMath.Erfc", "F32 Erfc(F32 x)")]
    [TestCase("VectorMath.Expm1", "F32 Expm1(F32 x)")]
    [TestCase("VectorMath.Log1p", "F32 Log1p(F32 x)")]
    [TestCase("VectorMath.Log2", "F32 Log2(F32 x)")]
    [TestCase("VectorMath.Sigmoid", "F32 Sigmoid(F32 x)")]
    [TestCase("VectorMath.Softplus", "F32 Softplus(F32 x)")]
    [TestCase("VectorMath.Tan", "F32 Tan(F32 x)")]
    [TestCase("VectorMath.Acos", "F32 Acos(F32 x)")]
    [TestCase("VectorMath.Atan2", "F32 Atan2(F32 y, F32 x)")]
    [TestCase("VectorMath.Cosh", "F32 Cosh(F32 x)")]
    [TestCase("VectorMath.Acosh", "F32 Acosh(F32 x)")]
    [TestCase("VectorMath.Power", "F32 Power(F32 x, F32 y)")]
    [TestCase("VectorMath.Sign", "F32 Sign(F32 x)")]
    [TestCase("VectorMath.UniformLanes", "F32 UniformLanes(")]
    [TestCase("VectorMath.Sum", "T Sum<T>(")]
    [TestCase("Lanes.LoadPartial", "I32 LoadPartial(")]
    [TestCase("Integers.Divide", "int Divide(")]
    [TestCase("Floats.Remainder", "float Remainder(")]
    public void ProgramCarriesAllItCallsAndCompiles(string function, string declaration)
    {
        var text = PreludeSource.Cpu.For($"var y = {function}(x);");

        Assert.That(text, Does.Contain(declaration).And.Length.LessThan(PreludeSource.Cpu.All.Length / 2));
        Assert.That(
            () => KernelAssembly.Build(
                VectorMathProgram.Usings(256) + "namespace GraphForge.Generated;\n" + text, "Test", "Kernels.cs", default),
            Throws.Nothing);
    }

    [Test]
    public void TanhBringsTheExponentialAlong() =>
        Assert.That(PreludeSource.Cpu.For("VectorMath.Tanh(x)"), Does.Contain("F32 Exp(F32 x)").And.Not.Contain("F32 Log(F32 x)"));
}
