using GraphForge.Compiler.Tests;
using GraphForge.Data;

namespace GraphForge.Tests.Architectures;

/// <summary>The digits of the repository, small enough for tests that train on them.</summary>
internal static class Digits
{
    public const int Side = 14;

    public const int Pixels = Side * Side;

    /// <summary>Images [1, 14, 14] of pixels in 0..1, each the mean of four; the first of each set.</summary>
    public static (ArrayDataset Train, ArrayDataset Test) Load(int train, int test)
    {
        var (all, held) = Mnist.Load(RepositoryFolder.Of("examples", "data", "mnist10k"));
        return (Halved(all, train), Halved(held, test));
    }

    private static ArrayDataset Halved(ArrayDataset data, int count)
    {
        var pixels = new float[count * Pixels];
        for (var image = 0; image < count; image++)
        {
            var source = data.Sample(image);
            for (var i = 0; i < 4 * Pixels; i++)
                pixels[image * Pixels + i / (4 * Side) * Side + i % (2 * Side) / 2] += source[i] / 4;
        }
        return new ArrayDataset(pixels, [1, Side, Side], data.Labels[..count].ToArray());
    }
}
