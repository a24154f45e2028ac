using System.Security.Cryptography;

namespace GraphForge.Runtime.Artifacts;

/// <summary>Signs artifacts, so that <see cref="Trust.Signed"/> lets their code run where the key is known.</summary>
/// <example><code>
/// using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);      // keep key.ExportPkcs8PrivateKeyPem() secret
/// ArtifactSigner.Sign("digits.gfm", key);
/// var trust = Trust.Signed(key.ExportSubjectPublicKeyInfoPem());   // ship the public key with the program
/// </code></example>
public static class ArtifactSigner
{
    /// <summary>Signs an artifact in place: its entries stay as they are, a signature is added or replaced.</summary>
    /// <param name="path">The artifact; it is replaced as a whole once the signed one is on disk.</param>
    /// <param name="key">A private key on the curve P-256.</param>
    /// <exception cref="ArtifactException">The file is no artifact, or damaged.</exception>
    /// <exception cref="ArgumentException">The key is of another curve.</exception>
    public static void Sign(string path, ECDsa key)
    {
        ArgumentNullException.ThrowIfNull(key);
        // A copy: the file is not to be mapped while it is replaced.
        using var file = ArtifactFile.Open(ArtifactMemory.Of(File.ReadAllBytes(path), path));
        file.VerifyAll();
        var signature = ArtifactSignature.Create(file.ManifestBytes, key);
        ArtifactWriter.WriteFile(path, file.ManifestBytes, signature, file.Parts(), CancellationToken.None);
    }
}
