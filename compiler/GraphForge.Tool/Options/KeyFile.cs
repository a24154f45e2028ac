using System.Security.Cryptography;

namespace GraphForge.Tool.Options;

/// <summary>Keys of signatures in PEM files: ECDSA on the curve P-256.</summary>
internal static class KeyFile
{
    private const string PublicLabel = "PUBLIC KEY";

    /// <summary>No key is longer by far; whatever else the file is, it is not read as a whole.</summary>
    private const int MaxBytes = 1 << 16;

    /// <summary>A public key, as PEM text.</summary>
    /// <exception cref="CommandException">The file holds no such key.</exception>
    public static string ReadPublic(string path)
    {
        var text = Read(path);
        using var key = Import(path, text, PublicLabel, "a public key (graphforge sign --new-key makes one)");
        return key.ExportSubjectPublicKeyInfoPem();
    }

    /// <summary>A private key.</summary>
    /// <exception cref="CommandException">The file holds no such key.</exception>
    public static ECDsa ReadPrivate(string path) =>
        Import(path, Read(path), "PRIVATE KEY", "a private key in PEM without a password (graphforge sign --new-key makes one)");

    /// <summary>Writes a new pair: the private key for its owner's eyes alone where the system can, the public one beside it.</summary>
    /// <param name="path">Of the private key.</param>
    /// <returns>Path of the public key.</returns>
    /// <exception cref="CommandException">One of the files is there: keys are never overwritten.</exception>
    public static string Create(string path)
    {
        var publicPath = Path.ChangeExtension(path, ".pub.pem");
        foreach (var file in new[] { path, publicPath })
            if (File.Exists(file)) throw new CommandException($"{file}: there is such a file already, and a key is never overwritten.");
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Write(path, key.ExportPkcs8PrivateKeyPem(), isSecret: true);
        Write(publicPath, key.ExportSubjectPublicKeyInfoPem(), isSecret: false);
        return publicPath;
    }

    /// <summary>What people compare keys by: SHA-256 of a public key, as hexadecimal.</summary>
    public static string Fingerprint(ECDsa key) => Convert.ToHexStringLower(SHA256.HashData(key.ExportSubjectPublicKeyInfo()));

    /// <inheritdoc cref="Fingerprint(ECDsa)"/>
    public static string Fingerprint(string publicPem)
    {
        using var key = ECDsa.Create();
        key.ImportFromPem(publicPem);
        return Fingerprint(key);
    }

    private static string Read(string path)
    {
        try
        {
            var length = new FileInfo(path).Length;
            return length <= MaxBytes ? File.ReadAllText(path) : throw new CommandException($"{path}: this is no key, but a file of {length} bytes.");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CommandException($"{path}: there is no such file.", e);
        }
    }

    private static ECDsa Import(string path, string text, string label, string expected)
    {
        var key = ECDsa.Create();
        try
        {
            // ImportFromPem takes either half of a pair; which one is meant is told by the label.
            if (!PemEncoding.TryFind(text, out var fields) || text[fields.Label] is var found && found != label && (label == PublicLabel || found != "EC " + label))
                throw new CommandException($"{path}: this is not {expected}.");
            key.ImportFromPem(text);
            // P-256, and no other curve, is what artifacts are signed with.
            return key.ExportParameters(false).Curve.Oid.Value == "1.2.840.10045.3.1.7" ? key : throw new CommandException($"{path}: the key is not on the curve P-256.");
        }
        catch (Exception e)
        {
            key.Dispose();
            if (e is CryptographicException or ArgumentException) throw new CommandException($"{path}: this is not {expected}.", e);
            throw;
        }
    }

    private static void Write(string path, string text, bool isSecret)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (isSecret && !OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var file = new StreamWriter(path, options);
        file.WriteLine(text);
    }
}
