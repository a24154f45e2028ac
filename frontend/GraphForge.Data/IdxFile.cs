using System.Buffers.Binary;
using System.IO.Compression;

namespace GraphForge.Data;

/// <summary>
/// Reads idx files of unsigned bytes, the format of MNIST and its kin: two zero bytes, the element type 0x08, the rank, the
/// extents as big-endian 32-bit integers, then the elements. A gzip file (of one member) is recognised by its content,
/// whatever its name.
/// </summary>
public static class IdxFile
{
    private const byte UnsignedByte = 0x08;
    private const int ChunkBytes = 1 << 20;

    /// <summary>Images, [count, rows, columns], every extent at least 1.</summary>
    /// <exception cref="DataFileException">The file is missing, truncated or malformed.</exception>
    public static IdxTensor ReadImages(string path) => Read(path, rank: 3);

    /// <summary>Labels, [count], at least one.</summary>
    /// <exception cref="DataFileException">The file is missing, truncated or malformed.</exception>
    public static IdxTensor ReadLabels(string path) => Read(path, rank: 1);

    /// <summary>A tensor of the given rank.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="rank"/> is not in 1..255.</exception>
    /// <exception cref="DataFileException">The file is missing, truncated or malformed.</exception>
    public static IdxTensor Read(string path, int rank)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rank, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rank, byte.MaxValue);
        try
        {
            using var file = File.OpenRead(path);
            return IsGzip(file) ? ReadCompressed(file, path, rank) : Read(file, path, rank);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new DataFileException(path, "an idx file", "no such file", e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new DataFileException(path, "an idx file", "something that cannot be read", e);
        }
        catch (InvalidDataException e)
        {
            throw new DataFileException(path, "a whole gzip stream", "a damaged one", e);
        }
    }

    /// <summary>
    /// The last four bytes of a gzip file are the length of its content: <see cref="GZipStream"/> takes a file that was cut
    /// shortly before its end, and its checksum with it, for a whole one.
    /// </summary>
    private static IdxTensor ReadCompressed(FileStream file, string path, int rank)
    {
        using var content = new GZipStream(file, CompressionMode.Decompress, leaveOpen: true);
        var tensor = Read(content, path, rank);
        var trailer = new byte[4];
        file.Seek(-trailer.Length, SeekOrigin.End);
        file.ReadExactly(trailer);
        if (BinaryPrimitives.ReadUInt32LittleEndian(trailer) != (uint)(4 + 4 * rank + tensor.Data.Length))
            throw new DataFileException(path, "a whole gzip stream of one member", "one that ends early");
        return tensor;
    }

    private static IdxTensor Read(Stream content, string path, int rank)
    {
        var dims = ReadHeader(content, path, rank);
        var size = ElementCount(dims, path);
        var data = ReadElements(content, path, dims, size);
        if (content.ReadByte() >= 0) throw new DataFileException(path, $"{size} bytes of data for {Show(dims)}", "more");
        return new IdxTensor(data, dims);
    }

    private static int[] ReadHeader(Stream content, string path, int rank)
    {
        var header = new byte[4 + 4 * rank];
        var length = content.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
        byte[] magic = [0, 0, UnsignedByte, (byte)rank];
        if (length >= 4 && !header.AsSpan(0, 4).SequenceEqual(magic))
            throw new DataFileException(
                path, $"an idx header of unsigned bytes of rank {rank} ({Hex(magic)})", Hex(header.AsSpan(0, 4)));
        if (length < header.Length) throw new DataFileException(path, $"an idx header of {header.Length} bytes", $"{length} bytes");
        return [.. Enumerable.Range(0, rank).Select(axis => BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(4 + 4 * axis)))];
    }

    private static int ElementCount(int[] dims, string path)
    {
        var size = 1L;
        foreach (var dim in dims)
        {
            if (dim < 1) throw new DataFileException(path, "extents of at least 1", Show(dims));
            size *= dim;
            if (size > Array.MaxLength) throw new DataFileException(path, $"at most {Array.MaxLength} elements", Show(dims));
        }

        return (int)size;
    }

    /// <summary>In growing pieces: a header that claims more than the file holds costs no more memory than the file does.</summary>
    private static byte[] ReadElements(Stream content, string path, int[] dims, int size)
    {
        var data = new byte[Math.Min(size, ChunkBytes)];
        var length = 0;
        while (true)
        {
            length += content.ReadAtLeast(data.AsSpan(length), data.Length - length, throwOnEndOfStream: false);
            if (length == size) return data;
            if (length < data.Length)
                throw new DataFileException(path, $"{size} bytes of data for {Show(dims)}", $"{length} bytes");
            Array.Resize(ref data, (int)Math.Min(size, 2L * data.Length));
        }
    }

    /// <summary>Leaves the stream at its start.</summary>
    private static bool IsGzip(FileStream file)
    {
        var gzip = file.ReadByte() == 0x1F && file.ReadByte() == 0x8B;
        file.Position = 0;
        return gzip;
    }

    private static string Show(int[] dims) => $"[{string.Join(", ", dims)}]";

    private static string Hex(ReadOnlySpan<byte> bytes) => $"0x{Convert.ToHexString(bytes)}";
}
