using System.Globalization;
using GraphForge.Runtime.Artifacts;
using Several;
using Several.Text;

// Every result as the bits it has, for comparison with other ways to run the same models.
long[] tokens = [3, 14, 15, 9, 26, 5, 35, 8, 9, 7];
foreach (var (batch, length) in ((int, int)[])[(1, 7), (2, 5)])
{
    var (scores, tags) = (new float[batch * length * 4], new long[batch * length]);
    Tagger.Run(batch, length, tokens.AsSpan(0, batch * length), scores, tags);
    Write($"tagger {batch}", scores);
    Console.WriteLine($"tags {batch}: {string.Join(' ', tags)}");
}

var (sum, isLarger) = (new double[12], new bool[12]);
Mixture.Run([0.5, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], [1, -2, 3, -4], [0, 0], sum, isLarger);
Console.WriteLine($"mixture: {string.Join(' ', sum.Select(s => s.ToString(CultureInfo.InvariantCulture)))} {string.Join(' ', isLarger)}");

foreach (var batch in (int[])[1, 3])
{
    var (input, output) = (new float[batch * 15], new float[batch * 2]);
    for (var i = 0; i < input.Length; i++) input[i] = MathF.Sin(i * i);
    Perceptron.Run(input, output);
    Write($"perceptron {batch}", output);
}

using (var artifact = Artifact.Open(Path.Combine(AppContext.BaseDirectory, "tagging.gfm")))
    Console.WriteLine($"artifact: {artifact.Manifest.Name}, {string.Join(' ', artifact.Manifest.Functions.Select(f => f.Name))}");
using (var artifact = Artifact.Open(Path.Combine(AppContext.BaseDirectory, "lesson.gfm")))
    Console.WriteLine($"artifact: {artifact.Manifest.Name}, {string.Join(' ', artifact.Manifest.Functions.Select(f => f.Name))}");

Fail(() => Tagger.Run(1, 6, tokens.AsSpan(0, 6), new float[24], new long[6]));
Fail(() => Tagger.Run(1, 7, [3, 14, 15, 9, 26, 5, 50], new float[28], new long[7]));
Fail(() => Mixture.Run(new double[12], new int[3], [0, 0], new double[12], new bool[12]));
Fail(() => Mixture.Run(new double[12], new int[4], [0, 0], new double[11], new bool[12]));
Fail(() => Perceptron.Run(new float[30], new float[4]));

static void Write(string name, float[] values) =>
    Console.WriteLine($"{name}: {string.Join(' ', values.Select(v => BitConverter.SingleToUInt32Bits(v).ToString("x8", CultureInfo.InvariantCulture)))}");

static void Fail(Action run)
{
    try
    {
        run();
        Console.WriteLine("nothing was wrong");
    }
    catch (ArgumentException e)
    {
        Console.WriteLine(e.Message);
    }
}
