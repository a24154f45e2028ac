using GraphForge.Runtime.Artifacts;

namespace GraphForge.Runtime.Tests.Artifacts;

public sealed class ArtifactTests
{
    [Test]
    public void The_signature_tells_names_types_and_extents()
    {
        using var artifact = Artifact.Open(TestArtifact.Inference);
        var infer = artifact.Manifest.Functions.Single();
        Assert.Multiple(() =>
        {
            Assert.That(infer.Inputs.Select(i => $"{i}"), Is.EqualTo(new[] { "'kind' (int64[batch])", "'position' (float32[batch, 5])" }));
            Assert.That(infer.Outputs.Select(o => $"{o}"), Is.EqualTo(new[] { "'scores' (float32[batch, 3])" }));
            Assert.That(infer.Bindings.Select(b => $"{b}"), Is.EqualTo(new[] { "batch = 4" }));
            Assert.That(artifact.Manifest.Symbols, Is.EqualTo(new[] { new ArtifactSymbol("batch", 1, int.MaxValue) }));
            Assert.That(artifact.Manifest.States.Select(s => $"{s}"), Does.Contain("'head.weight' (float32[3, 8])"));
            Assert.That(System.Text.Encoding.UTF8.GetString(artifact.Read("programs/infer/0/v128/kernels.cs")), Does.Contain("for 128-bit vectors"));
        });
    }

    [Test]
    public void A_program_knows_its_extents()
    {
        using var artifact = Artifact.Open(TestArtifact.Inference, options: TestArtifact.Trusted);
        var program = artifact.Load("infer");
        Assert.That(program.Inputs.Concat(program.Outputs).Select(t => $"{t}"), Is.EqualTo(new[]
        {
            "'kind' (int64[4])", "'position' (float32[4, 5])", "'scores' (float32[4, 3])",
        }));
        Assert.That(artifact.Load("infer", ("batch", 4)), Is.SameAs(program));
    }

    [Test]
    public void Weights_are_used_where_the_file_is_mapped()
    {
        using var artifact = Artifact.Open(TestArtifact.PathOf(1, "inference.gfm"));
        var mapped = artifact.States.Where(s => s.Memory is ArtifactMemory).Select(s => s.Name);
        // The others are small, so that they do not end on the 64 bytes on which the next one could begin.
        Assert.That(mapped, Is.Not.Empty);
        Assert.That(artifact.States.Select(s => (long)s.Address % ExecutionPlan.Alignment), Is.All.Zero);
    }

    [Test]
    public void What_is_missing_is_named()
    {
        using var artifact = Artifact.Open(TestArtifact.Inference, options: TestArtifact.Trusted);
        using var run = artifact.Load("infer").Rent();
        Assert.Multiple(() =>
        {
            Says(() => artifact.Load("train"), ArtifactError.NotFound, "there is no function 'train'; there are 'infer'.");
            Says(() => artifact.Load("infer", ("batch", 5)), ArtifactError.NotFound,
                "'infer' was not compiled for batch = 5; it was for batch = 4. Save the model with the extents that are needed.");
            Says(() => artifact.State("tail"), ArtifactError.NotFound,
                "there is no state 'tail'; there are 'kind.weight', 'position.bias', 'position.weight', 'head.weight', 'head.bias'.");
            Says(() => artifact.SetState<float>("head.bias", [1, 2]), ArtifactError.BadRunArgument,
                "the state 'head.bias' is float32[3]; it was given 2 elements of float32.");
            Says(() => artifact.Read("tail"), ArtifactError.NotFound, "there is no entry 'tail'.");
            Says(() => run.Set<float>("x", [1]), ArtifactError.NotFound,
                "'infer' has no input 'x'; it has 'kind' (int64[4]), 'position' (float32[4, 5]).");
            Says(() => run.Set<float>("position", new float[19]), ArtifactError.BadRunArgument,
                "'position' (float32[4, 5]) takes 20 elements of float32; it was given 19 of float32.");
            Says(() => run.Set<int>("kind", new int[4]), ArtifactError.BadRunArgument, "'kind' (int64[4]) takes 4 elements of int64; it was given 4 of int32.");
            Says(() => run.Set<long>("kind", [0, 1, -1, 0]), ArtifactError.BadRunArgument, "element 2 of the input 'kind' is -1, but Embedding 'kind' has rows 0..5.");
            Says(() => run.Get<float>("scores", new float[1]), ArtifactError.BadRunArgument, "'scores' (float32[4, 3]) takes 12 elements of float32; it was given 1 of float32.");
        });
        run.Set<long>("kind", new long[4]);
        Says(run.Run, ArtifactError.BadRunArgument, "the input 'position' (float32[4, 5]) was given no values since the last run.");
    }

    [Test]
    public void A_missing_file_is_named()
    {
        Assert.That(TestArtifact.Error(() => Artifact.Open("nowhere.gfm")).Message, Is.EqualTo("nowhere.gfm: error GF0501: there is no such file."));
        Assert.That(TestArtifact.Error(() => Artifact.Open([])).Message, Is.EqualTo("artifact: error GF0501: this is no artifact: it is too short for a zip file."));
    }

    [Test]
    public void Kernels_for_other_processors_are_refused()
    {
        var foreign = TestArtifact.WithManifest(TestArtifact.Inference, m => m.Replace("\"instructionSets\": []", "\"instructionSets\": [\"Quantum\"]"));
        using var artifact = Artifact.Open(foreign, options: TestArtifact.Trusted);
        var error = TestArtifact.Error(() => artifact.Load("infer"));
        Assert.That(error.Code, Is.EqualTo(ArtifactError.NoKernels));
        Assert.That(error.Problem, Does.StartWith("the kernels are for 128-bit vectors with Quantum, or for 512-bit vectors with Avx512F, Avx512BW")
            .And.Contains("here they must be for vectors of at most 128 bits").And.EndsWith("or have it compiled anew: ArtifactOptions.Compiler."));
    }

    [Test]
    public void Memory_is_limited()
    {
        using var artifact = Artifact.Open(TestArtifact.Inference, options: TestArtifact.Trusted with { MemoryLimit = 100 });
        Assert.That(TestArtifact.Error(() => artifact.Load("infer")).Message,
            Does.Match(@"^artifact: error GF0506: a run of 'infer' takes \d+ bytes, and 100 are allowed by ArtifactOptions.MemoryLimit\.$"));
    }

    [Test]
    public void A_run_allocates_nothing()
    {
        using var artifact = Artifact.Open(TestArtifact.Inference, options: TestArtifact.Trusted);
        var program = artifact.Load("infer");
        var (kind, position, scores) = (new long[4], new float[20], new float[12]);
        for (var i = 0; i < 50; i++) Once();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 50; i++) Once();
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);

        void Once()
        {
            using var run = program.Rent();
            run.Set<long>("kind", kind);
            run.Set<float>("position", position);
            run.Run();
            run.Get<float>("scores", scores);
        }
    }

    [Test]
    public void Steps_exclude_each_other_and_saving()
    {
        using var artifact = Artifact.Open(TestArtifact.Training, options: TestArtifact.Trusted);
        using var file = ArtifactFile.Open(ArtifactMemory.Of(TestArtifact.Training, "artifact"));
        var states = new ArtifactStates(file);
        states.Enter(writes: true);
        Assert.That(() => states.Enter(writes: false), Throws.InvalidOperationException);
        Assert.That(() => states.Enter(writes: true), Throws.InvalidOperationException);
        states.Leave(writes: true);
        states.Enter(writes: false);
        states.Enter(writes: false);
        Assert.That(() => states.Enter(writes: true), Throws.InvalidOperationException);
        states.Leave(writes: false);
        states.Leave(writes: false);
        Assert.That(() => states.Enter(writes: true), Throws.Nothing);
    }

    [Test]
    public void Kernels_load_no_other_assembly()
    {
        using var artifact = Artifact.Open(TestArtifact.Inference, options: TestArtifact.Trusted);
        TestArtifact.Scores(artifact);
        Assert.That(AppDomain.CurrentDomain.GetAssemblies().Select(a => a.GetName().Name), Has.None.StartsWith("Microsoft.CodeAnalysis"));
    }

    [Test]
    public void A_closed_artifact_says_so()
    {
        var artifact = Artifact.Open(TestArtifact.Training, options: TestArtifact.Trusted);
        artifact.Dispose();
        Assert.That(() => artifact.Read(ArtifactManifest.Weights), Throws.TypeOf<ObjectDisposedException>());
        Assert.That(() => artifact.Load("train"), Throws.TypeOf<ObjectDisposedException>());
    }

    [Test]
    public void A_program_outlives_its_artifact()
    {
        ArtifactProgram program;
        using (var artifact = Artifact.Open(TestArtifact.PathOf(1, "inference.gfm"), TestArtifact.Trusted)) program = artifact.Load("infer");
        for (var i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        using var run = program.Rent();
        run.Set<long>("kind", new long[4]);
        run.Set<float>("position", new float[20]);
        Assert.That(() => run.Run(), Throws.Nothing);
    }

    private static void Says(Action action, ArtifactError code, string problem)
    {
        var error = TestArtifact.Error(action);
        Assert.That((error.Code, error.Problem), Is.EqualTo((code, problem)));
    }
}
