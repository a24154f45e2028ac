using GraphForge.Layers;
using GraphForge.Optimizers;
using GraphForge.Runtime;

namespace GraphForge.Tests.Layers;

public sealed class EmbeddingTests
{
    [TestCase(0)]
    [TestCase(-1)]
    public void The_row_of_padding_starts_as_zeros_and_stays_so(int paddingIdx)
    {
        var model = new Words(new Embedding(4, 3, paddingIdx));
        var batch = new BatchSpec(2, new(DType.Int64, [2]), new(DType.Float32, [3]));
        using var training = Training.Compile(model, Losses.Mse, new SGD(0.5), batch, TestOptions.Default);
        var before = model.Table.Weight.AsSpan<float>().ToArray();
        var padding = (paddingIdx + 4) % 4;
        training.Step([1L, padding, padding, padding], new float[6]);
        var after = model.Table.Weight.AsSpan<float>().ToArray();
        Assert.That(after.Chunk(3).ElementAt(padding), Is.EqualTo(new float[3]));
        Assert.That(after.Chunk(3).ElementAt(1), Is.Not.EqualTo(before.Chunk(3).ElementAt(1)));
        Assert.That(after.Chunk(3).ElementAt(2), Is.EqualTo(before.Chunk(3).ElementAt(2)));
    }

    [Test]
    public void Rows_are_drawn_from_the_standard_normal_distribution()
    {
        var layer = new Embedding(200, 100);
        layer.Initialize(seed: 3);
        var values = layer.Weight.AsSpan<float>().ToArray();
        Assert.That(values.Average(), Is.Zero.Within(4 / Math.Sqrt(values.Length)));
        Assert.That(values.Average(v => v * v), Is.EqualTo(1).Within(4 * Math.Sqrt(2.0 / values.Length)));
    }

    private sealed class Words(Embedding table) : Module
    {
        public Embedding Table { get; } = table;

        public override Tensor Forward(Tensor input) => Table.Forward(input).Sum(1);
    }
}
