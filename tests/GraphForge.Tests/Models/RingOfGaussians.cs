namespace GraphForge.Tests.Models;

/// <summary>Points around eight places on a circle: the test on which adversarial training forgets some of them.</summary>
internal static class RingOfGaussians
{
    public const int Modes = 8;
    private const double Radius = 2;
    private const double Deviation = 0.2;

    public static void Fill(Span<float> points, Random random)
    {
        for (var i = 0; i < points.Length; i += 2)
        {
            var (x, y) = Centre(random.Next(Modes));
            var (radius, angle) = (Deviation * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())), 2 * Math.PI * random.NextDouble());
            (points[i], points[i + 1]) = ((float)(x + radius * Math.Cos(angle)), (float)(y + radius * Math.Sin(angle)));
        }
    }

    /// <summary>How many points lie within three deviations of each centre.</summary>
    public static int[] Count(ReadOnlySpan<float> points)
    {
        var counts = new int[Modes];
        for (var i = 0; i < points.Length; i += 2)
            for (var mode = 0; mode < Modes; mode++)
                if (Centre(mode) is var (x, y) && Math.Pow(points[i] - x, 2) + Math.Pow(points[i + 1] - y, 2) < 9 * Deviation * Deviation) counts[mode]++;
        return counts;
    }

    private static (double X, double Y) Centre(int mode) =>
        (Radius * Math.Cos(2 * Math.PI * mode / Modes), Radius * Math.Sin(2 * Math.PI * mode / Modes));
}
