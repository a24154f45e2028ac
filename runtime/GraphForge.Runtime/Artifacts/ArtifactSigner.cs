using System.Security.Cryptography;
using GraphForge.Runtime.Serialization;

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
        using var signed = new AtomicFile();
        // Some systems do not replace a file while it is mapped.
        using (var file = ArtifactFile.Open(ArtifactMemory.Map(path)))
        {
            file.VerifyAll();
            var signature = ArtifactSignature.Create(file.ManifestBytes, key);
            signed.Write(path, stream => ArtifactWriter.Write(stream, file.ManifestBytes, signature, file.Parts(), CancellationToken.None));
        }
        signed.Commit();
    }
}
