using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace GraphForge.Runtime.Artifacts;

/// <summary>
/// The entries of a zip file, read strictly: the file is entries one after another, then the directory, then its end, and
/// nothing else. Whatever a reader could understand in two ways is refused.
/// </summary>
internal sealed class ZipDirectory
{
    private readonly ArtifactMemory _memory;
    private readonly Dictionary<string, ZipEntry> _entries = new(StringComparer.Ordinal);

    private ZipDirectory(ArtifactMemory memory) => _memory = memory;

    public IReadOnlyDictionary<string, ZipEntry> Entries => _entries;

    /// <exception cref="ArtifactException">The file is no zip file, or breaks a rule.</exception>
    public static ZipDirectory Read(ArtifactMemory memory)
    {
        var directory = new ZipDirectory(memory);
        var (start, length, count) = directory.ReadEnd();
        directory.ReadEntries(start, length, count);
        directory.CheckLayout(start);
        return directory;
    }

    /// <summary>The content of an entry, whose checksum is verified.</summary>
    /// <exception cref="ArtifactException">The content is damaged or too long for an array.</exception>
    public byte[] Content(ZipEntry entry)
    {
        if (entry.Length > Array.MaxLength || entry.IsDeflated && entry.Length > ZipFormat.MaxInflatedBytes)
            throw new ArtifactException(ArtifactError.TooLarge, _memory.Name, $"'{entry.Name}' of {entry.Length} bytes is too long to be read at once.");
        var content = entry.IsDeflated ? Inflate(entry) : _memory.Slice(entry.Offset, (int)entry.Length).ToArray();
        return Crc32.Of(content) == entry.Crc ? content : throw _memory.Malformed($"the checksum of '{entry.Name}' does not hold; the file is damaged.");
    }

    private byte[] Inflate(ZipEntry entry)
    {
        var content = new byte[entry.Length];
        try
        {
            using var packed = new MemoryStream(_memory.Slice(entry.Offset, (int)entry.StoredLength).ToArray(), writable: false);
            using var stream = new DeflateStream(packed, CompressionMode.Decompress);
            stream.ReadExactly(content);
            if (stream.ReadByte() >= 0) throw _memory.Malformed($"'{entry.Name}' expands to more than the {entry.Length} bytes it declares.");
            return content;
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw _memory.Malformed($"'{entry.Name}' cannot be expanded to the {entry.Length} bytes it declares.", e);
        }
    }

    /// <summary>The last record, right at the end of the file: an artifact has no comment behind it.</summary>
    private (long Start, long Length, int Count) ReadEnd()
    {
        if (_memory.Length > ZipFormat.MaxFileBytes)
            throw new ArtifactException(ArtifactError.TooLarge, _memory.Name, $"{_memory.Length} bytes are more than the 4 GiB an artifact may have.");
        if (_memory.Length < ZipFormat.EndBytes) throw _memory.Malformed("this is no artifact: it is too short for a zip file.");
        var end = _memory.Slice(_memory.Length - ZipFormat.EndBytes, ZipFormat.EndBytes);
        if (UInt32(end, 0) != ZipFormat.EndSignature) throw _memory.Malformed("this is no artifact, or the end of it is missing.");
        var (count, length, start) = (UInt16(end, 10), (long)UInt32(end, 12), (long)UInt32(end, 16));
        if (UInt16(end, 4) != 0 || UInt16(end, 6) != 0 || UInt16(end, 8) != count || UInt16(end, 20) != 0)
            throw _memory.Malformed("the end of the zip file tells of several disks, or of a comment.");
        if (start + length != _memory.Length - ZipFormat.EndBytes)
            throw _memory.Malformed($"the zip directory at {start} of {length} bytes does not end where the end record begins.");
        if (count > ZipFormat.MaxEntries) throw _memory.Malformed($"{count} entries are more than the {ZipFormat.MaxEntries} an artifact may have.");
        return (start, length, count);
    }

    private void ReadEntries(long start, long length, int count)
    {
        var folded = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var rest = _memory.Slice(start, checked((int)Math.Min(length, int.MaxValue)));
        for (var i = 0; i < count; i++)
        {
            if (rest.Length < ZipFormat.CentralBytes || UInt32(rest, 0) != ZipFormat.CentralSignature)
                throw _memory.Malformed($"the zip directory is broken at entry {i}.");
            var (nameBytes, extraBytes, commentBytes) = (UInt16(rest, 28), UInt16(rest, 30), UInt16(rest, 32));
            var record = ZipFormat.CentralBytes + nameBytes + extraBytes + commentBytes;
            if (rest.Length < record) throw _memory.Malformed($"the zip directory is cut off at entry {i}.");
            var name = rest.Slice(ZipFormat.CentralBytes, nameBytes);
            if (!ZipFormat.IsSafe(name)) throw _memory.Malformed($"entry {i} has a name that no artifact may have: '{Printable(name)}'.");
            var entry = ReadEntry(rest, Encoding.ASCII.GetString(name));
            if (!folded.Add(entry.Name)) throw _memory.Malformed($"two entries are named '{entry.Name}'.");
            _entries.Add(entry.Name, entry);
            rest = rest[record..];
        }
        if (!rest.IsEmpty) throw _memory.Malformed($"{rest.Length} bytes of the zip directory belong to no entry.");
    }

    private ZipEntry ReadEntry(ReadOnlySpan<byte> central, string name)
    {
        var (flags, method, crc) = (UInt16(central, 8), UInt16(central, 10), UInt32(central, 16));
        var (stored, length, local) = ((long)UInt32(central, 20), (long)UInt32(central, 24), (long)UInt32(central, 42));
        if ((flags & ~ZipFormat.Utf8Flag) != 0) throw _memory.Malformed($"'{name}' is encrypted, streamed, or otherwise packed as no artifact is.");
        if (method is not (ZipFormat.Stored or ZipFormat.Deflated)) throw _memory.Malformed($"'{name}' is compressed by method {method}; only deflate is known.");
        if (method == ZipFormat.Stored && stored != length) throw _memory.Malformed($"'{name}' is not compressed, but {stored} bytes are to be {length}.");
        if (method == ZipFormat.Deflated && (length > ZipFormat.MaxInflatedBytes || length / 1100 > stored))
            throw _memory.Malformed($"'{name}' is to expand from {stored} to {length} bytes, which no deflated entry of an artifact does.");
        return new ZipEntry(name, method == ZipFormat.Deflated, crc, local, DataOffset(central, name, local), stored, length);
    }

    /// <summary>Where the data begins, behind a header that must say the same as the directory.</summary>
    private long DataOffset(ReadOnlySpan<byte> central, string name, long local)
    {
        if (local > _memory.Length - ZipFormat.LocalBytes) throw _memory.Malformed($"'{name}' begins at {local}, behind the end of the file.");
        var header = _memory.Slice(local, ZipFormat.LocalBytes);
        // Version, flags, method, time, date, checksum, both lengths and that of the name stand in both in the same order.
        if (UInt32(header, 0) != ZipFormat.LocalSignature || !header[4..28].SequenceEqual(central[6..30]))
            throw _memory.Malformed($"the header of '{name}' and the zip directory disagree.");
        var data = local + ZipFormat.LocalBytes + UInt16(header, 26) + UInt16(header, 28);
        if (data + (long)UInt32(central, 20) > _memory.Length) throw _memory.Malformed($"'{name}' ends behind the end of the file.");
        return _memory.Slice(local + ZipFormat.LocalBytes, name.Length).SequenceEqual(Encoding.ASCII.GetBytes(name))
            ? data
            : throw _memory.Malformed($"the header of '{name}' has another name than the zip directory.");
    }

    /// <summary>Entries follow one another from the first byte to the directory; none shares a byte with another.</summary>
    private void CheckLayout(long directory)
    {
        var end = 0L;
        foreach (var entry in _entries.Values.OrderBy(e => e.Header))
        {
            if (entry.Header < end) throw _memory.Malformed($"'{entry.Name}' overlaps what is before it.");
            if (entry.Header > end) throw _memory.Malformed($"there are bytes before '{entry.Name}' that belong to no entry.");
            end = entry.Offset + entry.StoredLength;
        }
        if (end != directory) throw _memory.Malformed("there are bytes before the zip directory that belong to no entry.");
    }

    private static ushort UInt16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private static uint UInt32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    private static string Printable(ReadOnlySpan<byte> name) =>
        string.Concat(Encoding.Latin1.GetString(name).Take(80).Select(c => char.IsControl(c) ? '?' : c));
}
