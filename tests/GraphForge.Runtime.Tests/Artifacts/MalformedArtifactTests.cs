using System.Text;
using GraphForge.Runtime.Artifacts;

namespace GraphForge.Runtime.Tests.Artifacts;

/// <summary>Artifacts whose zip file and hashes hold, and which are wrong all the same.</summary>
public sealed class MalformedArtifactTests
{
    private static IEnumerable<TestCaseData> Manifests()
    {
        yield return Case("field", "\"kind\":", "\"kint\":", "manifest.json is malformed: the manifest has an unknown field 'kint'.");
        yield return Case("field more", "\"kind\":", "\"more\": 1, \"kind\":", "the manifest has an unknown field 'more'");
        yield return Case("kind", "\"inference\"", "\"interference\"", "there is no kind of artifact 'interference'");
        yield return Case("type", "\"int64\"", "\"int65\"", "there is no element type 'int65'");
        yield return Case("extent", "\"batch\": 4", "\"batch\": 0", "a binding of 'infer' gives 'batch' the extent 0, which it cannot have");
        yield return Case("negative", "\"minimum\": 1", "\"minimum\": 9223372036854775808", "manifest.json is malformed: ");
        yield return Case("symbol", "\"name\": \"batch\"", "\"name\": \"bath\"", "there is no symbol 'batch'");
        yield return Case("reference", "\"plan\": \"programs/infer/0/v128/plan.bin\"", "\"plan\": \"plan\"", "there is no entry 'plan'");
        yield return Case("state", "\"states\": [\n                0", "\"states\": [\n                9", "there is no state 9");
        yield return Case("width", "\"vectorBits\": 128", "\"vectorBits\": 64", "there are no vector registers of 64 bits");
        yield return Case("hash", "\"sha256\": \"", "\"sha256\": \"x", "is no SHA-256 in lower-case hexadecimal");
        yield return Case("check", "\"input\": \"kind\"", "\"input\": \"sort\"", "'infer' has no input 'sort' to be checked");
        yield return Case("duplicate", "\"name\": \"position\",", "\"name\": \"kind\",", "two inputs of 'infer' are named 'kind'");
        yield return Case("not JSON", "\"format\": 2,", "", "manifest.json is malformed: ");
        yield return Case("comma", "\"format\": 2,", "\"format\": 2,,", "manifest.json is malformed: ");
        yield return Case("devices too early", "\"format\": 2", "\"format\": 1", "programs for devices came with format 2, which an artifact has for them alone");
        yield return Case("figure of a device", "\"warpThreads\": 8", "\"warpThreads\": 0", "a device has no warpThreads");
        yield return Case("groups too large", "\"mostThreads\": 64", "\"mostThreads\": 1", "the groups of threads for double do not fit its kernels");
        yield return Case("text of a kernel", "\"texts\": []", "\"texts\": [\"nowhere\"]", "there is no entry 'nowhere'");
        yield return Case("length", "\"length\": 8", "\"length\": 9", "bytes where the manifest says 9");

        static TestCaseData Case(string name, string from, string to, string problem) => new TestCaseData(from, to, problem).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Manifests))]
    public void A_manifest_that_breaks_a_rule_is_refused(string from, string to, string problem)
    {
        var error = TestArtifact.Error(() => Artifact.Open(TestArtifact.WithManifest(TestArtifact.Inference, m => First(m, from, to))));
        Assert.That(error.Code, Is.EqualTo(ArtifactError.Malformed));
        Assert.That(error.Problem, Does.Contain(problem));
    }

    [TestCase("\"format\": 2", "\"format\": 3", "the artifact has format 3; this runtime reads 1 to 2. Use a newer GraphForge.Runtime, or save the model anew.")]
    [TestCase("\"format\": 2", "\"format\": 0", "the artifact has format 0; this runtime reads 1 to 2. Use an older GraphForge.Runtime, or save the model anew.")]
    [TestCase("\"minimumRuntime\": \"0.1.0\"", "\"minimumRuntime\": \"7.0.0\"", "the artifact needs GraphForge.Runtime 7.0.0 or newer; this is 0.1.0. Update the package.")]
    public void Another_version_is_refused(string from, string to, string problem)
    {
        var error = TestArtifact.Error(() => Artifact.Open(TestArtifact.WithManifest(TestArtifact.Inference, m => First(m, from, to))));
        Assert.That((error.Code, error.Problem), Is.EqualTo((ArtifactError.Unsupported, problem)));
    }

    [Test]
    public void Another_framework_is_refused()
    {
        var error = TestArtifact.Error(() => Artifact.Open(TestArtifact.WithManifest(TestArtifact.Inference, m => First(m, "\"framework\": \"10.0\"", "\"framework\": \"99.0\""))));
        Assert.That((error.Code, error.Problem), Is.EqualTo((ArtifactError.Unsupported,
            $"the artifact's kernels need .NET 99.0 or newer; this is .NET {Environment.Version}. Update it, or save the model with an older one.")));
    }

    private static IEnumerable<TestCaseData> Plans()
    {
        yield return Case("outside the arena", p => With(p, BufferKind.Output, b => b with { Offset = p.ArenaBytes }), "bytes at offset");
        yield return Case("arena", p => p with { ArenaBytes = long.MaxValue }, "bytes, and 1073741824 are allowed");
        yield return Case("arena below 0", p => p with { ArenaBytes = -1 }, "the arena has -1 bytes");
        yield return Case("kernel", p => p with { KernelNames = [.. p.KernelNames.Select(n => n + "x")] }, "holds no kernels that can be loaded: there is not one kernel");
        yield return Case("kernels", p => p with { KernelNames = [.. p.KernelNames, "another"] }, "kernels where the manifest counts the arguments of");
        yield return Case("arguments", p => p with { Steps = [.. p.Steps.Select(s => s with { Buffers = [.. s.Buffers.Skip(1)], Writes = [] })] }, "buffers to the kernel");
        yield return Case("state", p => With(p, BufferKind.State, b => b with { Offset = 77 }), "there is no state 77");
        yield return Case("state's shape", p => With(p, BufferKind.State, b => b with { Dims = [b.Bytes / 4] }), "does not fit the manifest: the state '");
        yield return Case("input", p => With(p, BufferKind.Input, b => b with { Name = "else" }), "does not fit the manifest: there is no 'else'");
        yield return Case("output", p => With(p, BufferKind.Output, b => b with { Kind = BufferKind.Intermediate }), "lacks an output of 'infer'");
        yield return Case("type", p => With(p, BufferKind.Input, b => b with { Type = (DType)77 }), "its element type 77 does not exist");

        static TestCaseData Case(string name, Func<ExecutionPlan, ExecutionPlan> change, string problem) => new TestCaseData(change, problem).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Plans))]
    public void A_plan_that_does_not_fit_is_refused(Func<ExecutionPlan, ExecutionPlan> change, string problem)
    {
        var artifact = TestArtifact.With(TestArtifact.Inference, TestArtifact.Plan, bytes => Bytes(change(Plan(bytes))));
        Refuses(artifact, problem);
    }

    [Test]
    public void A_plan_that_goes_on_or_ends_early_is_refused()
    {
        Refuses(TestArtifact.With(TestArtifact.Inference, TestArtifact.Plan, bytes => [.. bytes, 0]), "goes on behind its plan");
        Refuses(TestArtifact.With(TestArtifact.Inference, TestArtifact.Plan, bytes => bytes[..^1]), "is no plan that can run");
        Refuses(TestArtifact.With(TestArtifact.Inference, TestArtifact.Plan, _ => [255, 255, 255, 255, 255, 255]), "is no plan that can run");
    }

    [Test]
    public void Code_that_is_none_or_needs_more_than_the_core_library_is_refused()
    {
        Refuses(TestArtifact.With(TestArtifact.Inference, TestArtifact.Code, _ => [1, 2, 3]), "holds no kernels that can be loaded");
        Refuses(TestArtifact.With(TestArtifact.Inference, TestArtifact.Code, bytes => bytes[..^1000]), "holds no kernels that can be loaded");
        var other = File.ReadAllBytes(typeof(MalformedArtifactTests).Assembly.Location);
        Refuses(TestArtifact.With(TestArtifact.Inference, TestArtifact.Code, _ => other), "; they may use the core library alone");
    }

    [Test]
    public void Weights_that_are_not_those_of_the_manifest_are_refused()
    {
        Refuses(TestArtifact.With(TestArtifact.Inference, ArtifactManifest.Weights, bytes => bytes[..^4]), "weights.safetensors is malformed: expected offsets within");
        Refuses(TestArtifact.With(TestArtifact.Inference, ArtifactManifest.Weights, bytes => Renamed(bytes, "head.bias", "head.bios")), "the state 'head.bias' (float32[3]) is missing");
        Refuses(TestArtifact.With(TestArtifact.Inference, ArtifactManifest.Weights, bytes => Renamed(bytes, "[3,8]", "[8,3]")), "the state 'head.weight' (float32[3, 8]) is 'head.weight', F32[8, 3]");
        Refuses(TestArtifact.With(TestArtifact.Inference, ArtifactManifest.Weights, _ => []), "weights.safetensors is malformed: it is too short");
        Refuses(TestArtifact.With(TestArtifact.Inference, ArtifactManifest.Weights, _ => [255, 255, 255, 255, 255, 255, 255, 255]), "its header is to have 18446744073709551615 bytes");
    }

    private static void Refuses(byte[] bytes, string problem)
    {
        using var artifact = Artifact.Open(bytes, options: TestArtifact.Trusted with { MemoryLimit = 1 << 30 });
        Assert.That(TestArtifact.Error(() => artifact.Load("infer")).Problem, Does.Contain(problem));
    }

    private static byte[] Renamed(byte[] weights, string from, string to) =>
        Encoding.Latin1.GetBytes(First(Encoding.Latin1.GetString(weights), from, to));

    private static string First(string text, string from, string to)
    {
        var at = text.IndexOf(from, StringComparison.Ordinal);
        Assert.That(at, Is.Not.Negative, from);
        return text[..at] + to + text[(at + from.Length)..];
    }

    private static ExecutionPlan With(ExecutionPlan plan, BufferKind kind, Func<PlanBuffer, PlanBuffer> change)
    {
        var buffers = plan.Buffers.ToArray();
        var index = Array.FindIndex(buffers, b => b.Kind == kind && b.Bytes > 4);
        buffers[index] = change(buffers[index]);
        return plan with { Buffers = buffers };
    }

    private static ExecutionPlan Plan(byte[] bytes)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes), Encoding.UTF8);
        return PlanFormat.Read(reader);
    }

    private static byte[] Bytes(ExecutionPlan plan)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream, Encoding.UTF8);
        PlanFormat.Write(writer, plan);
        writer.Flush();
        return stream.ToArray();
    }
}
