using System.Buffers.Binary;
using System.Security;
using System.Security.Cryptography;

namespace GraphForge.Jit;

/// <summary>
/// Bytes by key on disk, one file each. An entry is only ever moved into place whole, and is believed only if its hash
/// agrees, so processes may share a folder, be killed while writing, or find garbage there. A folder that cannot be read or
/// written means no cache, never an error.
/// </summary>
/// <remarks>
/// Entry, little-endian: magic (8 bytes, the last a format version), key (32), payload length (8), SHA-256 of the payload
/// (32), payload.
/// </remarks>
/// <param name="folder">Where the entries are; made when first written to.</param>
/// <param name="extension">Entries of one kind, with the dot.</param>
/// <param name="capacity">Most entries of the kind that are kept.</param>
internal sealed class DiskCache(string folder, string extension = DiskCache.Kernels, int capacity = 1024)
{
    /// <summary>Extension of assemblies with kernels.</summary>
    public const string Kernels = ".gfk";

    /// <summary>Extension of assemblies with kernels for a device.</summary>
    public const string DeviceKernels = ".gfd";

    /// <summary>Extension of plans.</summary>
    public const string Plans = ".gfp";

    /// <summary>Extension of notes which program an application asked for first.</summary>
    public const string Notes = ".gfn";

    private const int KeyOffset = 8;
    private const int LengthOffset = KeyOffset + 32;
    private const int HashOffset = LengthOffset + 8;
    private const int HeaderBytes = HashOffset + 32;

    private static ReadOnlySpan<byte> Magic => "GFKERNL\u0001"u8;

    public string PathOf(CacheKey key) => Path.Combine(folder, key.Hex + extension);

    /// <summary>Whether nothing was ever stored.</summary>
    public bool IsEmpty
    {
        get
        {
            try
            {
                return !Directory.Exists(folder) || !Directory.EnumerateFiles(folder, "*" + extension).Any();
            }
            catch (Exception e) when (IsStorageFailure(e))
            {
                return true;
            }
        }
    }

    /// <summary>The payload stored under <paramref name="key"/>, or <see langword="null"/> if there is none that is whole.</summary>
    public byte[]? Read(CacheKey key)
    {
        try
        {
            var path = PathOf(key);
            return File.Exists(path) ? Unwrap(File.ReadAllBytes(path), key) : null;
        }
        catch (Exception e) when (IsStorageFailure(e))
        {
            return null;
        }
    }

    /// <summary>Stores <paramref name="payload"/>; the last of several writers wins.</summary>
    /// <returns>Whether it was stored.</returns>
    public bool Write(CacheKey key, ReadOnlySpan<byte> payload)
    {
        try
        {
            Directory.CreateDirectory(folder);
            var temporary = Path.Combine(folder, $"{key.Hex}.{Guid.NewGuid():N}.tmp");
            try
            {
                File.WriteAllBytes(temporary, Wrap(key, payload));
                File.Move(temporary, PathOf(key), overwrite: true);
            }
            catch
            {
                File.Delete(temporary);
                throw;
            }

            Trim();
            return true;
        }
        catch (Exception e) when (IsStorageFailure(e))
        {
            return false;
        }
    }

    /// <summary>Keeps the newest entries. Drops an eighth at once, so that a full cache is not scanned for nothing each time.</summary>
    private void Trim()
    {
        var entries = new DirectoryInfo(folder).GetFiles("*" + extension);
        if (entries.Length <= capacity) return;
        foreach (var entry in entries.OrderBy(entry => entry.LastWriteTimeUtc).Take(entries.Length - capacity + capacity / 8))
            entry.Delete();
    }

    private static byte[] Wrap(CacheKey key, ReadOnlySpan<byte> payload)
    {
        var entry = new byte[HeaderBytes + payload.Length];
        Magic.CopyTo(entry);
        key.Bytes.CopyTo(entry, KeyOffset);
        BinaryPrimitives.WriteInt64LittleEndian(entry.AsSpan(LengthOffset), payload.Length);
        SHA256.HashData(payload, entry.AsSpan(HashOffset, 32));
        payload.CopyTo(entry.AsSpan(HeaderBytes));
        return entry;
    }

    private static byte[]? Unwrap(ReadOnlySpan<byte> entry, CacheKey key)
    {
        if (entry.Length < HeaderBytes) return null;
        var payload = entry[HeaderBytes..];
        var whole = entry.StartsWith(Magic)
            && entry[KeyOffset..LengthOffset].SequenceEqual(key.Bytes)
            && BinaryPrimitives.ReadInt64LittleEndian(entry[LengthOffset..]) == payload.Length
            && SHA256.HashData(payload).AsSpan().SequenceEqual(entry[HashOffset..HeaderBytes]);
        return whole ? payload.ToArray() : null;
    }

    private static bool IsStorageFailure(Exception e) =>
        e is IOException or UnauthorizedAccessException or SecurityException or NotSupportedException or ArgumentException;
}
