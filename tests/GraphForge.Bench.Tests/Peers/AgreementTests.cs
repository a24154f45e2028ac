using GraphForge.Bench.Peers;

namespace GraphForge.Bench.Tests.Peers;

public sealed class AgreementTests
{
    [TestCase(new[] { 1f, -4f }, new[] { 1f, -4f }, 0)]
    [TestCase(new[] { 1f, -4f }, new[] { 2f, -4f }, 0.25)]
    [TestCase(new[] { 0f, 0f }, new[] { 0f, 0f }, 0)]
    [TestCase(new[] { 1f, float.NaN }, new[] { 1f, 2f }, double.PositiveInfinity)]
    [TestCase(new[] { 1f, 2f }, new[] { 1f, float.NaN }, double.NaN)]
    public void The_distance_is_a_share_of_the_largest_value(float[] actual, float[] expected, double distance) =>
        Assert.That(Agreement.Distance(actual, expected), Is.EqualTo(distance));

    [TestCase(new[] { 1f, 2f })]
    [TestCase(new[] { 1f, 2.001f })]
    public void What_is_near_agrees(float[] actual) =>
        Assert.That(() => Agreement.Require("it", actual, [1, 2], 1e-3), Throws.Nothing);

    [TestCase(new[] { 1f, 2.1f }, "it differs from PyTorch by 0.05 of the largest value, more than 0.001.")]
    [TestCase(new[] { 1f, float.NaN }, "it differs from PyTorch by Infinity of the largest value, more than 0.001.")]
    [TestCase(new[] { 1f }, "it gives 1 values where PyTorch gives 2.")]
    public void What_is_far_is_refused(float[] actual, string message) =>
        Assert.That(() => Agreement.Require("it", actual, [1, 2], 1e-3), Throws.TypeOf<BenchmarkException>().With.Message.EqualTo(message));

    [Test]
    public void A_reference_that_is_no_number_is_refused() =>
        Assert.That(() => Agreement.Require("it", [1], [float.NaN], 1e-3), Throws.TypeOf<BenchmarkException>());
}
