using System.Runtime.InteropServices;
using GraphForge.Jit.Tuning;
using GraphForge.Runtime;

namespace GraphForge.Jit.Tests.Tuning;

public sealed class TrialAgreementTests
{
    private static readonly float[] Expected = [1, -4, float.NaN, float.PositiveInfinity, 0];

    [Test]
    public void EqualBitsAgree() => Assert.That(Agree(Expected), Is.True);

    [TestCase(0, 1.00001f, true, TestName = "A rounding or two")]
    [TestCase(0, 1.001f, false, TestName = "More than an order of a sum explains")]
    [TestCase(2, 0f, false, TestName = "A number where none should be")]
    [TestCase(0, float.NaN, false, TestName = "No number where one should be")]
    [TestCase(3, float.NegativeInfinity, false, TestName = "The other infinity")]
    [TestCase(4, 1e-6f, true, TestName = "A difference is seen against the greatest result")]
    public void OneElementDecides(int element, float value, bool agrees)
    {
        float[] actual = [.. Expected];
        actual[element] = value;
        Assert.That(Agree(actual), Is.EqualTo(agrees));
    }

    [Test]
    public void WhatIsNoFloatHasToBeEqual() =>
        Assert.That(new TrialAgreement(DType.Bool, 100).Agrees([0, 1, 1], [0, 1, 0]), Is.False);

    [TestCase(DType.Float32, 1 << 20, 5e-4)]
    [TestCase(DType.Float64, 1 << 20, 1e-12)]
    [TestCase(DType.BFloat16, 64, 5e-3)]
    public void TheToleranceStaysFarBelowWhatATermIsWorth(DType type, long length, double most) =>
        Assert.That(new TrialAgreement(type, length).Tolerance, Is.Positive.And.LessThan(most));

    private static bool Agree(float[] actual) =>
        new TrialAgreement(DType.Float32, 100).Agrees(MemoryMarshal.AsBytes<float>(Expected), MemoryMarshal.AsBytes<float>(actual));
}
