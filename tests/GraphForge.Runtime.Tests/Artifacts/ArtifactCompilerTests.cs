using GraphForge.Runtime.Artifacts;

namespace GraphForge.Runtime.Tests.Artifacts;

/// <summary>Other code in the place of the artifact's, which then need not be trusted.</summary>
public sealed class ArtifactCompilerTests
{
    [Test]
    public void A_program_of_other_code_needs_no_trust()
    {
        var compiler = new Replacement();
        using var artifact = Artifact.Open(TestArtifact.Inference);
        var program = artifact.Load(compiler, "infer", ("batch", 2));
        Assert.That(compiler.Asked, Is.EqualTo(new[] { $"infer, batch 2, {artifact.States.Count} states" }));
        Assert.That(program.Outputs.Select(o => $"{o}"), Is.EqualTo(new[] { "'scores' (float32[2, 3])" }));
        using var run = program.Rent();
        Assert.That(TestArtifact.Error(() => run.Set<long>("kind", [0, 7])).Problem, Is.EqualTo("element 1 of the input 'kind' is 7, but the replacement has rows 0..6."));
        run.Set<long>("kind", [0, 6]);
        run.Set<float>("position", new float[10]);
        Assert.That(() => run.Run(), Throws.Nothing);
    }

    [Test]
    public void It_stands_in_where_the_artifact_has_no_code_that_may_run()
    {
        var compiler = new Replacement();
        using var untrusted = Artifact.Open(TestArtifact.Inference, options: new ArtifactOptions { Compiler = compiler });
        Assert.That(untrusted.Load("infer"), Is.SameAs(untrusted.Load("infer", ("batch", 4))));
        using var trusted = Artifact.Open(TestArtifact.Inference, options: TestArtifact.Trusted with { Compiler = compiler });
        trusted.Load("infer", ("batch", 4));
        trusted.Load("infer", ("batch", 5));
        Assert.That(compiler.Asked.Select(a => a.Split(',')[1]), Is.EqualTo(new[] { " batch 4", " batch 5" }));
        Assert.That(TestArtifact.Error(() => trusted.Load("infer", ("length", 5))).Problem,
            Is.EqualTo("'infer' needs an extent batch in 1..2147483647; it was given length = 5."));
    }

    /// <summary>A program that computes nothing and says that it was asked for.</summary>
    private sealed unsafe class Replacement : ArtifactCompiler
    {
        public List<string> Asked { get; } = [];

        public override ReplacedProgram Compile(Artifact artifact, ArtifactFunction function, IReadOnlyDictionary<string, long> extents, int threads)
        {
            var batch = extents["batch"];
            Asked.Add($"{function.Name}, batch {batch}, {artifact.States.Count} states");
            var sketch = new PlanSketch(function.Name);
            sketch.Input("kind", DType.Int64, batch);
            var scores = sketch.Output("scores", DType.Float32, batch, 3);
            sketch.Step(sketch.Kernel("nothing", &Kernels.Nothing), [scores], 1);
            return new ReplacedProgram(sketch.Compile(threads), 128, [new IndexCheck("kind", [batch], 7, null, "the replacement has rows", null)]);
        }
    }
}
