using GraphForge.Runtime.Artifacts;

namespace GraphForge.Runtime.Tests.Artifacts;

/// <summary>Damaged artifacts give one clear error, or hold exactly what they held: no crash, no hang, nothing wrong accepted.</summary>
public sealed class MutatedArtifactTests
{
    private const int Count = 20_000;

    [TestCase("inference", 1)]
    [TestCase("training", 2)]
    public void A_mutation_is_refused_or_changes_nothing(string which, int seed)
    {
        var original = which == "inference" ? TestArtifact.Inference : TestArtifact.Training;
        var expected = new Content(original);
        var (random, accepted) = (new Random(seed), 0);
        for (var number = 0; number < Count / 2; number++)
        {
            var mutated = Mutation.Of(original, random, out var description);
            try
            {
                new Content(mutated).IsThatOf(expected, description);
                accepted++;
            }
            catch (ArtifactException e)
            {
                Assert.That(e.Code, Is.AnyOf(ArtifactError.Malformed, ArtifactError.Unsupported, ArtifactError.TooLarge), description);
                Assert.That(e.Problem, Is.Not.Empty, description);
            }
        }
        TestContext.Out.WriteLine($"{accepted} of {Count / 2} mutations changed nothing that is read");
        Assert.That(accepted, Is.LessThan(Count / 20), "Nearly all mutations are noticed.");
    }

    /// <summary>Of a signed author, or of one who can count: hashes hold, and what they are of is damaged.</summary>
    [TestCase(TestArtifact.Plan)]
    [TestCase(ArtifactManifest.Weights)]
    [TestCase(ArtifactManifest.FileName)]
    public void A_mutation_whose_hashes_hold_is_refused_or_loads(string entry)
    {
        var random = new Random(3);
        var refused = 0;
        for (var number = 0; number < 1000; number++)
        {
            var artifact = entry == ArtifactManifest.FileName
                ? TestArtifact.WithManifest(TestArtifact.Inference, Mutation.Of(TestArtifact.ManifestOf(TestArtifact.Inference), random, out _))
                : TestArtifact.With(TestArtifact.Inference, entry, content => Mutation.Of(content, random, out _));
            try
            {
                using var opened = Artifact.Open(artifact, options: TestArtifact.Trusted with { MemoryLimit = 1 << 30 });
                opened.Load("infer");
            }
            catch (ArtifactException)
            {
                refused++;
            }
        }
        Assert.That(refused, Is.GreaterThan(100));
    }

    /// <summary>All that a caller can get out of an artifact.</summary>
    private sealed class Content
    {
        private readonly byte[] _manifest;
        private readonly Dictionary<string, byte[]> _entries;
        private readonly byte[][] _states;

        public Content(byte[] artifact)
        {
            using var file = ArtifactFile.Open(ArtifactMemory.Of(artifact, "artifact"));
            _manifest = file.ManifestBytes;
            _entries = file.Manifest.Entries.ToDictionary(e => e.Name, e => file.Read(e.Name));
            _states = [.. new ArtifactStates(file).Buffers.Select(s => s.AsBytes().ToArray())];
        }

        public void IsThatOf(Content other, string description)
        {
            Assert.That(_manifest.AsSpan().SequenceEqual(other._manifest), description);
            Assert.That(_entries.Keys, Is.EqualTo(other._entries.Keys), description);
            foreach (var (name, content) in _entries) Assert.That(content.AsSpan().SequenceEqual(other._entries[name]), description);
            for (var i = 0; i < _states.Length; i++) Assert.That(_states[i].AsSpan().SequenceEqual(other._states[i]), description);
        }
    }
}
