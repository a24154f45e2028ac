using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge.Tests;

public sealed class TensorPromotionTests
{
    private static readonly DType[] NarrowToWide =
        [DType.Bool, DType.UInt8, DType.Int32, DType.Int64, DType.Float16, DType.Float32, DType.Float64];

    [Test]
    public void Two_tensors_meet_in_the_wider_type([ValueSource(nameof(NarrowToWide))] DType a, [ValueSource(nameof(NarrowToWide))] DType b)
    {
        var wider = NarrowToWide[Math.Max(Array.IndexOf(NarrowToWide, a), Array.IndexOf(NarrowToWide, b))];
        var chosen = Tensor.Where(true, Input("a", a), Input("b", b));
        Assert.That(chosen.DType, Is.EqualTo(wider));
    }

    [TestCase(DType.Int64, DType.BFloat16, DType.BFloat16)]
    [TestCase(DType.Float16, DType.BFloat16, DType.Float32)]
    [TestCase(DType.BFloat16, DType.Float16, DType.Float32)]
    [TestCase(DType.BFloat16, DType.Float32, DType.Float32)]
    public void Neither_float_of_16_bits_is_the_wider(DType a, DType b, DType expected) =>
        Assert.That((Input("a", a) + Input("b", b)).DType, Is.EqualTo(expected));

    [TestCase(DType.Bool, DType.Int64)]
    [TestCase(DType.UInt8, DType.UInt8)]
    [TestCase(DType.Int32, DType.Int32)]
    [TestCase(DType.Float32, DType.Float32)]
    [TestCase(DType.Float64, DType.Float64)]
    public void A_whole_number_takes_the_type_of_its_tensor(DType tensor, DType expected) =>
        Assert.That((Input("x", tensor) * 2).DType, Is.EqualTo(expected));

    [TestCase(DType.Bool, DType.Float32)]
    [TestCase(DType.Int64, DType.Float32)]
    [TestCase(DType.Float16, DType.Float16)]
    [TestCase(DType.BFloat16, DType.BFloat16)]
    [TestCase(DType.Float32, DType.Float32)]
    [TestCase(DType.Float64, DType.Float64)]
    public void A_fraction_makes_integers_float32(DType tensor, DType expected) =>
        Assert.That((2.5 - Input("x", tensor)).DType, Is.EqualTo(expected));

    [Test]
    public void A_number_keeps_its_digits_in_float64()
    {
        var sum = Tensor.Constant<double>([0.0], 1) + 0.1;
        Assert.That(Values.Of(sum), Is.EqualTo(new[] { 0.1 }));
    }

    // As bfloat16, 0.999 would be 1 and change nothing.
    [Test]
    public void A_number_is_not_rounded_to_16_bits_before_arithmetic()
    {
        var product = Values.Of([256], 1).To(DType.BFloat16) * 0.994;
        Assert.That(product.DType, Is.EqualTo(DType.BFloat16));
        Assert.That(Values.Of(product.To(DType.Float32)), Is.EqualTo(new[] { 254.0 }));
    }

    [Test]
    public void Integers_divide_as_float32()
    {
        var ratio = Tensor.Constant<int>([7], 1) / 2;
        Assert.That(ratio.DType, Is.EqualTo(DType.Float32));
        Assert.That(Values.Of(ratio), Is.EqualTo(new[] { 3.5 }));
    }

    [Test]
    public void Comparisons_give_bool() => Assert.That((Input("x", DType.Int32) > 1.5).DType, Is.EqualTo(DType.Bool));

    [Test]
    public void Sums_of_integers_and_bool_are_int64()
    {
        Assert.That(Input("x", DType.UInt8).Sum().DType, Is.EqualTo(DType.Int64));
        Assert.That(Values.Of((Values.Of([1, 5, 7], 3) > 2).Sum()), Is.EqualTo(new[] { 2.0 }));
    }

    private static Tensor Input(string name, DType type) => Tensor.Input(name, type, 3);
}
