using GraphForge.Layers;

namespace GraphForge.Tests.Layers;

public sealed class LinearTests
{
    [Test]
    public void Multiplies_by_the_transposed_weight_and_adds_the_bias()
    {
        var layer = new Linear(3, 2);
        layer.Weight.CopyFrom<float>([1, 2, 3, 4, 5, 6]);
        layer.Bias!.CopyFrom<float>([0.5f, -1]);
        Assert.That(Values.Infer(layer, [3], 1, 0, -1, 2, 2, 2), Is.EqualTo(new[] { -1.5f, -3f, 12.5f, 29f }));
    }

    [Test]
    public void Acts_on_the_last_axis_alone()
    {
        var layer = new Linear(2, 1, bias: false);
        layer.Weight.CopyFrom<float>([1, 10]);
        Assert.That(Values.Infer(layer, [3, 2], 1, 2, 3, 4, 5, 6), Is.EqualTo(new float[] { 21, 43, 65 }));
    }
}
