using System.Runtime.Versioning;
using System.Security.Cryptography;
using GraphForge.Runtime.Artifacts;
using GraphForge.Runtime.Tests.Artifacts;

namespace GraphForge.Tool.Tests;

public sealed class SignCommandTests
{
    private static readonly string[] Run = ["--zeros", "--bind", "batch=1", "--quiet"];

    private SampleArtifacts _samples = null!;

    [SetUp]
    public void Save() => _samples = new SampleArtifacts();

    [TearDown]
    public void Remove() => _samples.Dispose();

    [Test]
    public void A_signed_artifact_is_run_where_its_key_is_trusted()
    {
        var (key, publicKey, artifact) = (_samples.Of("release.pem"), _samples.Of("release.pub.pem"), _samples.Classifier);
        var made = ToolRun.Done("sign", "--new-key", key);
        var fingerprint = made.TrimEnd().Split(' ')[^1];
        Assert.That(made, Is.EqualTo($"{key}: private key, keep it secret\n{publicKey}: public key of fingerprint {fingerprint}\n"));
        Assert.That(fingerprint, Does.Match("^[0-9a-f]{64}$"));
        Assert.That(ToolRun.Done("sign", artifact, "--key", key), Is.EqualTo($"{artifact}: signed with the key of fingerprint {fingerprint}\n"));
        Assert.That(ToolRun.Done("inspect", artifact), Does.Contain($"\nsigned with the key of fingerprint {fingerprint}\n"));
        Assert.That(ToolRun.Done(["run", artifact, "--trust", "signed", "--key", publicKey, .. Run]), Is.EqualTo(ToolRun.Done(["run", artifact, "--trust", "local", .. Run])));

        ToolRun.Done("sign", "--new-key", _samples.Of("other.pem"));
        Assert.That(ToolRun.Refused(["run", artifact, "--trust", "signed", "--key", _samples.Of("other.pub.pem"), .. Run]), Does.StartWith(
            $"{artifact}: error GF0503: its kernels are code and are not loaded, for it is signed with a key that is not trusted. "));
        // Either key will do, and signing again replaces the signature.
        ToolRun.Done("sign", artifact, "--key", _samples.Of("other.pem"));
        ToolRun.Done(["run", artifact, "--trust", "signed", "--key", publicKey, "--key", _samples.Of("other.pub.pem"), .. Run]);
    }

    [Test]
    public void A_changed_artifact_is_not_signed_any_more()
    {
        ToolRun.Done("sign", _samples.Classifier, "--new-key", _samples.Of("key.pem"));
        var path = _samples.With("changed.gfm", TestArtifact.With(File.ReadAllBytes(_samples.Classifier), ArtifactManifest.Weights, bytes => [.. bytes[..^1], (byte)(bytes[^1] ^ 1)]));
        Assert.That(ToolRun.Done("inspect", path), Does.Contain("\nsigned, but the signature does not hold\n"));
        Assert.That(ToolRun.Refused(["run", path, "--trust", "signed", "--key", _samples.Of("key.pub.pem"), .. Run]),
            Does.StartWith($"{path}: error GF0503: its kernels are code and are not loaded, for its signature does not hold. "));
        // Nobody's code is run without trust, whoever signed.
        ToolRun.Done(["run", path, .. Run]);
    }

    [Test]
    public void Keys_are_never_overwritten()
    {
        ToolRun.Done("sign", "--new-key", _samples.Of("key.pem"));
        var key = File.ReadAllText(_samples.Of("key.pem"));
        Assert.That(ToolRun.Refused("sign", "--new-key", _samples.Of("key.pem")), Is.EqualTo($"{_samples.Of("key.pem")}: there is such a file already, and a key is never overwritten."));
        File.Delete(_samples.Of("key.pem"));
        Assert.That(ToolRun.Refused("sign", "--new-key", _samples.Of("key.pem")), Is.EqualTo($"{_samples.Of("key.pub.pem")}: there is such a file already, and a key is never overwritten."));
        Assert.That(key, Does.StartWith("-----BEGIN PRIVATE KEY-----"));
    }

    [Test]
    [Platform(Exclude = "Win", Reason = "Permissions are others there.")]
    [UnsupportedOSPlatform("windows")]
    public void A_private_key_is_its_owners()
    {
        ToolRun.Done("sign", "--new-key", _samples.Of("key.pem"));
        Assert.That(File.GetUnixFileMode(_samples.Of("key.pem")), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
    }

    private static IEnumerable<TestCaseData> WrongKeys()
    {
        using var p256 = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var rsa = RSA.Create();
        const string expected = "{0}: this is not a private key in PEM without a password (graphforge sign --new-key makes one).";
        yield return Case("missing", null, "{0}: there is no such file.");
        yield return Case("text", "my secret", expected);
        yield return Case("public", p256.ExportSubjectPublicKeyInfoPem(), expected);
        yield return Case("broken", p256.ExportPkcs8PrivateKeyPem().Replace("MIG", "MIH", StringComparison.Ordinal), expected);
        yield return Case("password", p256.ExportEncryptedPkcs8PrivateKeyPem("secret", new PbeParameters(PbeEncryptionAlgorithm.Aes128Cbc, HashAlgorithmName.SHA256, 1)), expected);
        yield return Case("RSA", rsa.ExportPkcs8PrivateKeyPem(), expected);
        yield return Case("curve", p384.ExportPkcs8PrivateKeyPem(), "{0}: the key is not on the curve P-256.");
        yield return Case("large", new string('x', 70_000), "{0}: this is no key, but a file of 70000 bytes.");

        static TestCaseData Case(string name, string? content, string problem) => new TestCaseData(content, problem).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(WrongKeys))]
    public void What_is_no_private_key_is_refused(string? content, string problem)
    {
        var (key, before) = (_samples.Of("wrong.pem"), File.ReadAllBytes(_samples.Classifier));
        if (content is not null) _samples.With("wrong.pem", content);
        Assert.That(ToolRun.Refused("sign", _samples.Classifier, "--key", key), Is.EqualTo(problem.Replace("{0}", key)));
        Assert.That(File.ReadAllBytes(_samples.Classifier), Is.EqualTo(before));
    }

    /// <summary>A private key by mistake in the place of the public one is not taken: it should not be where artifacts are run.</summary>
    [Test]
    public void What_is_no_public_key_is_refused()
    {
        ToolRun.Done("sign", _samples.Classifier, "--new-key", _samples.Of("key.pem"));
        Assert.That(ToolRun.Refused(["run", _samples.Classifier, "--trust", "signed", "--key", _samples.Of("key.pem"), .. Run]),
            Is.EqualTo($"{_samples.Of("key.pem")}: this is not a public key (graphforge sign --new-key makes one)."));
    }
}
