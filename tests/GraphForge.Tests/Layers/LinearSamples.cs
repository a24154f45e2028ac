using GraphForge.Layers;
using GraphForge.Runtime;

namespace GraphForge.Tests.Layers;

/// <summary>Products with weights, tables of rows, and layers made of layers.</summary>
internal static class LinearSamples
{
    private const DType Double = DType.Float64;

    public static IEnumerable<LayerSample> All
    {
        get
        {
            yield return new(new Linear(3, 2, dtype: Double), 4, 3);
            yield return new(new Linear(3, 1, bias: false, dtype: Double), 2, 2, 3);
            var bilinear = new Bilinear(2, 3, 4, dtype: Double);
            yield return new("Bilinear", bilinear, x => bilinear.Forward(x[0], x[1]), [2, 2], [2, 3]);
            // Row 1 is padding: used, and without a derivative.
            var table = new Embedding(4, 3, paddingIdx: 1, dtype: Double);
            yield return new("Embedding", table, x => table.Forward(Ids(2, 0, 3, 2)) * x[0], [2, 2, 3]);
            foreach (var mode in Enum.GetValues<BagMode>())
            {
                var bag = new EmbeddingBag(4, 3, mode, dtype: Double);
                yield return new($"EmbeddingBag {mode}", bag, x => bag.Forward(Ids(2, 0, 3, 2)) * x[0], [2, 3]);
            }
            yield return new(new Sequential(new Linear(3, 2, dtype: Double), new Tanh(), new Linear(2, 2, dtype: Double)), 2, 3);
            yield return new(new Residual(new Conv1d(2, 3, 3, padding: 1, dtype: Double), new Conv1d(2, 3, 1, dtype: Double)), 1, 2, 4);
            yield return new(new Residual(new Identity()), 2, 3);
            yield return new(new Identity(), 2, 3);
        }
    }

    private static Tensor Ids(params long[] ids) => Tensor.Constant<long>(ids, 2, 2);
}
