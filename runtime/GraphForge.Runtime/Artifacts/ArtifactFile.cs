using System.Security.Cryptography;

namespace GraphForge.Runtime.Artifacts;

/// <summary>An opened artifact as data: its entries, read when asked, each checked against the hash in the manifest.</summary>
internal sealed class ArtifactFile : IDisposable
{
    private const int HashedAtOnce = 1 << 24;

    private readonly ZipDirectory _zip;
    private readonly Dictionary<string, ArtifactEntry> _entries;

    private ArtifactFile(ArtifactMemory memory)
    {
        Memory = memory;
        _zip = ZipDirectory.Read(memory);
        ManifestBytes = ReadManifest();
        Manifest = ManifestReader.Read(ManifestBytes, memory.Name);
        _entries = Manifest.Entries.ToDictionary(e => e.Name);
        CheckEntries();
        if (_zip.Entries.TryGetValue(ArtifactManifest.SignatureName, out var signature))
            Signature = signature.Length <= 4096 ? _zip.Content(signature) : throw memory.Malformed("the signature is longer than any is.");
    }

    public ArtifactMemory Memory { get; }

    public ArtifactManifest Manifest { get; }

    public byte[] ManifestBytes { get; }

    /// <summary>Null where the artifact is not signed.</summary>
    public byte[]? Signature { get; }

    /// <param name="memory">Disposed with the result, or where there is none.</param>
    /// <exception cref="ArtifactException">It is no artifact, or a damaged one.</exception>
    public static ArtifactFile Open(ArtifactMemory memory)
    {
        try
        {
            return new ArtifactFile(memory);
        }
        catch
        {
            memory.Dispose();
            throw;
        }
    }

    /// <summary>An entry's content.</summary>
    /// <exception cref="ArtifactException">There is none, or it is not what the manifest says.</exception>
    public byte[] Read(string name)
    {
        var entry = Entry(name);
        var content = _zip.Content(_zip.Entries[name]);
        return Convert.ToHexStringLower(SHA256.HashData(content)) == entry.Sha256 ? content : throw Changed(name);
    }

    /// <summary>Where an entry that is not compressed lies, once its hash was found to hold.</summary>
    /// <exception cref="ArtifactException">There is none, it is compressed, or it is not what the manifest says.</exception>
    public (long Offset, long Length) Locate(string name)
    {
        var (entry, place) = (Entry(name), _zip.Entries[name]);
        if (place.IsDeflated) throw Memory.Malformed($"'{name}' is compressed; it must be stored as it is, so that it can be mapped.");
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var done = 0L; done < place.Length; done += HashedAtOnce)
            hash.AppendData(Memory.Slice(place.Offset + done, (int)Math.Min(HashedAtOnce, place.Length - done)));
        return Convert.ToHexStringLower(hash.GetHashAndReset()) == entry.Sha256 ? (place.Offset, place.Length) : throw Changed(name);
    }

    /// <summary>Writes an entry's content, once its hash was found to hold.</summary>
    /// <exception cref="ArtifactException">There is none, or it is not what the manifest says.</exception>
    public void CopyTo(string name, Stream destination)
    {
        Entry(name);
        if (_zip.Entries[name].IsDeflated)
        {
            destination.Write(Read(name));
            return;
        }
        var (offset, length) = Locate(name);
        Copy(offset, length, destination);
    }

    /// <exception cref="ArtifactException">An entry is not what the manifest says.</exception>
    public void VerifyAll()
    {
        foreach (var entry in Manifest.Entries)
        {
            if (_zip.Entries[entry.Name].IsDeflated) Read(entry.Name);
            else Locate(entry.Name);
        }
    }

    /// <summary>All entries, to be written again.</summary>
    public IReadOnlyList<ArtifactPart> Parts() => [.. _zip.Entries.Values.OrderBy(e => e.Offset).Where(e => _entries.ContainsKey(e.Name)).Select(Part)];

    public void Dispose() => Memory.Dispose();

    private ArtifactPart Part(ZipEntry entry)
    {
        if (entry.IsDeflated) return new ArtifactPart(entry.Name, ArtifactContent.Of(Read(entry.Name)), Compress: true);
        return new ArtifactPart(entry.Name, ArtifactContent.Of(stream => Copy(entry.Offset, entry.Length, stream)));
    }

    private void Copy(long offset, long length, Stream destination)
    {
        for (var done = 0L; done < length; done += HashedAtOnce) destination.Write(Memory.Slice(offset + done, (int)Math.Min(HashedAtOnce, length - done)));
    }

    private ArtifactEntry Entry(string name) => _entries.TryGetValue(name, out var entry)
        ? entry
        : throw new ArtifactException(ArtifactError.NotFound, Memory.Name, $"there is no entry '{name}'.");

    private byte[] ReadManifest()
    {
        if (!_zip.Entries.TryGetValue(ArtifactManifest.FileName, out var entry))
            throw Memory.Malformed($"this is no artifact: the zip file holds no {ArtifactManifest.FileName}.");
        return entry.Length <= ManifestReader.MaxBytes ? _zip.Content(entry) : throw Memory.Malformed($"a manifest of {entry.Length} bytes is longer than any is.");
    }

    /// <summary>The manifest lists every file there is, and no other.</summary>
    private void CheckEntries()
    {
        foreach (var (name, place) in _zip.Entries)
        {
            if (name is ArtifactManifest.FileName or ArtifactManifest.SignatureName) continue;
            if (!_entries.TryGetValue(name, out var entry)) throw Memory.Malformed($"the manifest does not know the entry '{name}'.");
            if (entry.Length != place.Length) throw Memory.Malformed($"'{name}' has {place.Length} bytes where the manifest says {entry.Length}.");
        }
        foreach (var name in _entries.Keys)
            if (!_zip.Entries.ContainsKey(name)) throw Memory.Malformed($"the entry '{name}' is missing.");
    }

    private ArtifactException Changed(string name) => Memory.Malformed($"the hash of '{name}' is not the one in the manifest; the file is damaged or was changed.");
}
