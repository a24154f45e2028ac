using System.Globalization;
using GraphForge.Build.Tests.Projects.Several;
using GraphForge.Compiler.Tests;
using GraphForge.Runtime.Artifacts;

namespace GraphForge.Build.Tests;

/// <summary>Every kind of model, compiled in a build, against the JIT and artifacts: the same bits.</summary>
public sealed class ModelKindTests
{
    private static readonly long[] Tokens = [3, 14, 15, 9, 26, 5, 35, 8, 9, 7];

    [Test]
    public void Build_artifact_and_JIT_agree_to_the_bit()
    {
        using var project = new BuiltProject(RepositoryFolder.Of("tests", "GraphForge.Build.Tests", "Projects", "Several"));
        project.Succeed("build", "-c", "Release", "-warnaserror", "-warnnotaserror:NU1603");
        var lines = project.RunProgram().TrimEnd().Split('\n');

        var tagger = Models.Tagger();
        var (one, two) = (Tagged(tagger, 1, 7), Tagged(tagger, 2, 5));
        var perceptron = CompiledModel.Compile(new Models.Network(), [3, 5]);
        Assert.That(lines, Is.EqualTo((string[])
        [
            $"tagger 1: {Bits(one.Scores)}",
            $"tags 1: {string.Join(' ', one.Tags)}",
            $"tagger 2: {Bits(two.Scores)}",
            $"tags 2: {string.Join(' ', two.Tags)}",
            "mixture: 1.5 -1 5 -1 5 3 9 3 9 7 13 7 False True True True True True True True True True True True",
            $"perceptron 1: {Bits(Perceived(perceptron, 1))}",
            $"perceptron 3: {Bits(Perceived(perceptron, 3))}",
            "artifact: tagging, infer",
            "artifact: lesson, train evaluate",
            "Tagger was compiled for batch = 1, length = 7; for batch = 2, length = 5, not for batch = 1, length = 6. Add what is needed to the Bindings of its CompiledModel attribute.",
            "element 6 of the input 'tokens' is 50, but Embedding '0' has rows 0..49. (Parameter 'tokens')",
            "'right' takes 4 elements; it was given 3. (Parameter 'right')",
            "'sum' takes 12 elements; it was given 11. (Parameter 'sum')",
            "Perceptron was compiled for batch = 1; for batch = 3, not for 30 elements of 'input', float32[batch, 3, 5]. Add what is needed to the Bindings of its CompiledModel attribute. (Parameter 'input')",
        ]));

        using var artifact = Artifact.Open(project.Of("bin/Release/net10.0/tagging.gfm"), new ArtifactOptions { Trust = Trust.LocalFile });
        using var run = artifact.Load("infer", ("batch", 1), ("length", 7)).Rent();
        var scores = new float[28];
        run.Set("tokens", Tokens.AsSpan(0, 7));
        run.Run();
        run.Get("scores", scores.AsSpan());
        Assert.That(Bits(scores), Is.EqualTo(Bits(one.Scores)));
    }

    private static (float[] Scores, long[] Tags) Tagged(CompiledModel model, int batch, int length)
    {
        var (scores, tags) = (new float[batch * length * 4], new long[batch * length]);
        model.Run([NamedArray.Of<long>("tokens", Tokens[..(batch * length)], batch, length)], [("scores", scores), ("tags", tags)]);
        return (scores, tags);
    }

    private static float[] Perceived(CompiledModel model, int batch)
    {
        var (input, output) = (new float[batch * 15], new float[batch * 2]);
        for (var i = 0; i < input.Length; i++) input[i] = MathF.Sin(i * i);
        model.Run(input, output);
        return output;
    }

    private static string Bits(float[] values) =>
        string.Join(' ', values.Select(v => BitConverter.SingleToUInt32Bits(v).ToString("x8", CultureInfo.InvariantCulture)));
}
