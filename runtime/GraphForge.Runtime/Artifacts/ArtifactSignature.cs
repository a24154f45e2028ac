using System.Security.Cryptography;
using System.Text.Json;

namespace GraphForge.Runtime.Artifacts;

/// <summary>The entry <c>signature.json</c>: ECDSA on P-256 with SHA-256 over the manifest's bytes, which hold every entry's hash.</summary>
/// <param name="PublicKey">Of who signed, as SubjectPublicKeyInfo.</param>
/// <param name="Bytes">The signature, r and s one after the other (IEEE P1363).</param>
internal sealed record ArtifactSignature(byte[] PublicKey, byte[] Bytes)
{
    private const string Algorithm = "ECDSA-P256-SHA256";
    private const string P256 = "1.2.840.10045.3.1.7";

    /// <summary>Signs this kind of text and no other: a signature made for another purpose never fits.</summary>
    private static ReadOnlySpan<byte> Purpose => "GraphForge artifact manifest\n"u8;

    /// <exception cref="ArgumentException">The text is no ECDSA P-256 public key.</exception>
    public static byte[] ReadPublicKey(string pem)
    {
        try
        {
            using var key = ECDsa.Create();
            key.ImportFromPem(pem);
            Check(key);
            return key.ExportSubjectPublicKeyInfo();
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new ArgumentException($"A trusted key is an ECDSA P-256 public key in PEM; this is none: {e.Message}", nameof(pem), e);
        }
    }

    /// <exception cref="ArgumentException">The key is of another curve.</exception>
    public static byte[] Create(byte[] manifest, ECDsa key)
    {
        Check(key);
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("algorithm", Algorithm);
            json.WriteBase64String("publicKey", key.ExportSubjectPublicKeyInfo());
            json.WriteBase64String("signature", key.SignData(Signed(manifest), HashAlgorithmName.SHA256));
            json.WriteEndObject();
        }
        return stream.ToArray();
    }

    /// <summary>Null where the entry is malformed.</summary>
    public static ArtifactSignature? Read(byte[] entry)
    {
        try
        {
            using var document = JsonDocument.Parse(entry, new JsonDocumentOptions { AllowDuplicateProperties = false });
            var root = document.RootElement;
            return root.GetProperty("algorithm").GetString() == Algorithm
                ? new ArtifactSignature(root.GetProperty("publicKey").GetBytesFromBase64(), root.GetProperty("signature").GetBytesFromBase64())
                : null;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or FormatException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Whether the owner of a key, which the caller trusts, signed the manifest.</summary>
    public bool Holds(byte[] trusted, byte[] manifest)
    {
        using var key = ECDsa.Create();
        key.ImportSubjectPublicKeyInfo(trusted, out _);
        return key.VerifyData(Signed(manifest), Bytes, HashAlgorithmName.SHA256);
    }

    /// <summary>The public key the signature comes with, as PEM text, if its owner signed the manifest; else null.</summary>
    public string? SignerOf(byte[] manifest)
    {
        try
        {
            using var key = ECDsa.Create();
            key.ImportSubjectPublicKeyInfo(PublicKey, out var length);
            Check(key);
            return length == PublicKey.Length && Holds(PublicKey, manifest) ? key.ExportSubjectPublicKeyInfoPem() : null;
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            return null;
        }
    }

    private static byte[] Signed(byte[] manifest) => [.. Purpose, .. manifest];

    private static void Check(ECDsa key)
    {
        if (key.ExportParameters(includePrivateParameters: false).Curve.Oid.Value is not P256)
            throw new ArgumentException("Artifacts are signed with keys on the curve P-256; make one with ECDsa.Create(ECCurve.NamedCurves.nistP256).");
    }
}
