using System.Security.Cryptography;

namespace GraphForge.Runtime.Artifacts;

/// <summary>
/// Whose code is run. Weights, plan and signature of an artifact are data and are read in any case; its kernels are code, and
/// whoever runs them runs what their author wrote.
/// </summary>
public abstract class Trust
{
    private Trust() { }

    /// <summary>Nobody's: an artifact can be looked at, not run. The default.</summary>
    public static Trust None { get; } = new Nobody();

    /// <summary>
    /// That of any artifact whose hashes hold, whoever made it: for files that come from where the program itself comes from,
    /// such as its own folder.
    /// </summary>
    public static Trust LocalFile { get; } = new Anybody();

    /// <summary>That of artifacts which were signed with one of these keys; see <see cref="ArtifactSigner"/>.</summary>
    /// <param name="publicKeys">ECDSA P-256 public keys, each as PEM text (<c>-----BEGIN PUBLIC KEY-----</c>).</param>
    /// <exception cref="ArgumentException">There is no key, or one is no such key.</exception>
    public static Trust Signed(params ReadOnlySpan<string> publicKeys)
    {
        if (publicKeys.IsEmpty) throw new ArgumentException("Name at least one key.", nameof(publicKeys));
        var keys = new byte[publicKeys.Length][];
        for (var i = 0; i < keys.Length; i++) keys[i] = ArtifactSignature.ReadPublicKey(publicKeys[i]);
        return new Signers(keys);
    }

    /// <summary>Why the code is not to be run, as the end of a sentence; null where it may be.</summary>
    internal abstract string? Refusal(byte[] manifest, byte[]? signature);

    private sealed class Nobody : Trust
    {
        internal override string Refusal(byte[] manifest, byte[]? signature) => "nobody was said to be trusted";
    }

    private sealed class Anybody : Trust
    {
        internal override string? Refusal(byte[] manifest, byte[]? signature) => null;
    }

    private sealed class Signers(byte[][] keys) : Trust
    {
        internal override string? Refusal(byte[] manifest, byte[]? signature) =>
            signature is null ? "it is not signed"
            : ArtifactSignature.Read(signature) is not { } read ? "its signature is malformed"
            : keys.FirstOrDefault(key => CryptographicOperations.FixedTimeEquals(key, read.PublicKey)) is not { } known ? "it is signed with a key that is not trusted"
            : !read.Holds(known, manifest) ? "its signature does not hold"
            : null;
    }
}
