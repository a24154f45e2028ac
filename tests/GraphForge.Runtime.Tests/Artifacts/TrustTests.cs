using System.Security.Cryptography;
using System.Text;
using GraphForge.Runtime.Artifacts;

namespace GraphForge.Runtime.Tests.Artifacts;

/// <summary>Code runs only where somebody was said to be trusted, and is who signed it.</summary>
public sealed class TrustTests
{
    private const string Remedies = " If it comes from where the program comes from, open it with Trust.LocalFile, or with Trust.Signed and the key of who signed it; " +
        "or have its graph compiled anew, which runs none of its code: ArtifactOptions.Compiler, or CompiledModel.Load of the package GraphForge.";

    [Test]
    public void By_default_nobody_is_trusted_with_code()
    {
        using var artifact = Artifact.Open(TestArtifact.Inference);
        Assert.That(TestArtifact.Error(() => artifact.Load("infer")).Message, Is.EqualTo(
            "artifact: error GF0503: its kernels are code and are not loaded, for nobody was said to be trusted." + Remedies));
        Assert.That(artifact.States, Is.Not.Empty, "Weights are data.");
    }

    [Test]
    public void A_known_signature_is_trusted()
    {
        using var key = Key();
        using var artifact = Artifact.Open(Signed(TestArtifact.Inference, key), options: Trusting(Other(), key.ExportSubjectPublicKeyInfoPem()));
        Assert.That(artifact.IsSigned);
        Assert.That(TestArtifact.Scores(artifact), Is.All.Matches<float>(float.IsFinite));
    }

    [Test]
    public void Signing_changes_no_entry()
    {
        using var key = Key();
        var path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.gfm");
        File.WriteAllBytes(path, TestArtifact.Inference);
        try
        {
            ArtifactSigner.Sign(path, key);
            ArtifactSigner.Sign(path, key);
            var signed = File.ReadAllBytes(path);
            Assert.That(TestArtifact.WithSignature(signed, null), Is.EqualTo(TestArtifact.WithSignature(TestArtifact.Inference, null)));
            using var artifact = Artifact.Open(signed, options: Trusting(key.ExportSubjectPublicKeyInfoPem()));
            Assert.That(() => artifact.Load("infer"), Throws.Nothing);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Test]
    public void Whatever_else_is_refused()
    {
        using var key = Key();
        var trusted = Trusting(key.ExportSubjectPublicKeyInfoPem());
        var signed = Signed(TestArtifact.Inference, key);
        using var file = ArtifactFile.Open(ArtifactMemory.Of(signed, "artifact"));
        var other = TestArtifact.WithManifest(signed, m => m.Replace("\"classifier\"", "\"classified\""));
        using var stranger = Key();
        Assert.Multiple(() =>
        {
            Refused(TestArtifact.Inference, "it is not signed");
            Refused(other, "its signature does not hold");
            Refused(Signed(TestArtifact.Inference, stranger), "it is signed with a key that is not trusted");
            Refused(TestArtifact.WithSignature(signed, "{}"u8.ToArray()), "its signature is malformed");
            Refused(TestArtifact.WithSignature(signed, [1, 2, 3]), "its signature is malformed");
            Refused(TestArtifact.WithSignature(signed, Forged(file.Signature!, stranger, file.ManifestBytes)), "its signature does not hold");
        });

        void Refused(byte[] artifact, string reason)
        {
            using var opened = Artifact.Open(artifact, options: trusted);
            var error = TestArtifact.Error(() => opened.Load("infer"));
            Assert.That((error.Code, error.Problem), Is.EqualTo((ArtifactError.NotTrusted, $"its kernels are code and are not loaded, for {reason}.{Remedies}")));
        }
    }

    /// <summary>Told without trusting anybody; a signature of other content, or with a key that is none, tells nothing.</summary>
    [Test]
    public void Who_signed_can_be_asked()
    {
        using var key = Key();
        var signed = Signed(TestArtifact.Inference, key);
        using var file = ArtifactFile.Open(ArtifactMemory.Of(signed, "artifact"));
        Assert.Multiple(() =>
        {
            Assert.That(SignerOf(signed), Is.EqualTo(key.ExportSubjectPublicKeyInfoPem()));
            Assert.That(SignerOf(TestArtifact.WithSignature(TestArtifact.Inference, null)), Is.Null);
            Assert.That(SignerOf(TestArtifact.WithSignature(TestArtifact.Training, file.Signature)), Is.Null);
            Assert.That(SignerOf(TestArtifact.WithSignature(signed, [1, 2, 3])), Is.Null);
            Assert.That(SignerOf(TestArtifact.WithSignature(signed, """{"algorithm": "ECDSA-P256-SHA256", "publicKey": "AAAA", "signature": "AAAA"}"""u8.ToArray())), Is.Null);
        });

        static string? SignerOf(byte[] artifact)
        {
            using var opened = Artifact.Open(artifact);
            return opened.SignerKey;
        }
    }

    [Test]
    public void What_a_device_learned_is_no_longer_what_was_signed()
    {
        using var key = Key();
        var path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.gfm");
        try
        {
            using (var artifact = Artifact.Open(Signed(TestArtifact.Training, key), options: Trusting(key.ExportSubjectPublicKeyInfoPem()))) artifact.Save(path);
            using var saved = Artifact.Open(path);
            Assert.That(saved.IsSigned, Is.False);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Test]
    public void Only_keys_of_the_curve_are_taken()
    {
        using var wide = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        Assert.That(() => Trust.Signed(wide.ExportSubjectPublicKeyInfoPem()), Throws.ArgumentException.With.Message.Contains("P-256"));
        Assert.That(() => Trust.Signed("no key"), Throws.ArgumentException.With.Message.Contains("ECDSA P-256 public key in PEM"));
        Assert.That(() => Trust.Signed(), Throws.ArgumentException);
        Assert.That(() => ArtifactSignature.Create([], wide), Throws.ArgumentException);
    }

    private static ArtifactOptions Trusting(params string[] keys) => TestArtifact.Trusted with { Trust = Trust.Signed(keys) };

    private static byte[] Signed(byte[] artifact, ECDsa key) =>
        TestArtifact.WithSignature(artifact, ArtifactSignature.Create(TestArtifact.ManifestOf(artifact), key));

    /// <summary>Names the trusted key, but is another's.</summary>
    private static byte[] Forged(byte[] signature, ECDsa stranger, byte[] manifest)
    {
        var named = Convert.ToBase64String(ArtifactSignature.Read(signature)!.PublicKey);
        var own = ArtifactSignature.Create(manifest, stranger);
        var ownKey = Convert.ToBase64String(ArtifactSignature.Read(own)!.PublicKey);
        return Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(own).Replace(System.Text.Json.JsonEncodedText.Encode(ownKey).ToString(), named).Replace(ownKey, named));
    }

    private static string Other()
    {
        using var other = Key();
        return other.ExportSubjectPublicKeyInfoPem();
    }

    private static ECDsa Key() => ECDsa.Create(ECCurve.NamedCurves.nistP256);
}
