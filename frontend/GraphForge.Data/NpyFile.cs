using System.Buffers.Binary;
using System.Text;
using GraphForge.Runtime;

namespace GraphForge.Data;

/// <summary>
/// Reads and writes npy files, NumPy's format for one array (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html):
/// a magic string, a version, the length of a header, the header as a Python dictionary, then the elements. Arrays are in C order and
/// little-endian; a file of anything else is refused.
/// </summary>
public static class NpyFile
{
    /// <summary>NumPy's own limit; headers of plain arrays have 128 bytes or little more.</summary>
    private const int MaxHeaderBytes = 10_000;

    /// <summary>Magic string, version, and the longer of both forms of the header's length.</summary>
    private const int MaxPrefixBytes = 12;

    /// <summary>A byte that no text begins with, then this.</summary>
    private const byte FirstByte = 0x93;

    private static ReadOnlySpan<byte> Magic => "NUMPY"u8;

    /// <summary>Reads an array.</summary>
    /// <exception cref="DataFileException">
    /// The file is missing, truncated or malformed, or its array is in Fortran order, big-endian, or of another type than bool, uint8,
    /// int32, int64, float16, float32 and float64.
    /// </exception>
    public static NpyArray Read(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            return Read(file, path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new DataFileException(path, "an npy file", "no such file", e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new DataFileException(path, "an npy file", "something that cannot be read", e);
        }
    }

    /// <summary>
    /// Writes an array as NumPy does, byte for byte. There is no bfloat16 in NumPy: such an array is written as float32, which holds
    /// all its values.
    /// </summary>
    /// <param name="stream">Receives the file.</param>
    /// <param name="array">As many bytes as extents and element type multiply to.</param>
    /// <exception cref="ArgumentException">There are more or fewer.</exception>
    public static void Write(Stream stream, NpyArray array)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(array);
        if (NpyHeader.Bytes(array.DType, array.Dims) != array.Data.Length)
            throw new ArgumentException($"{array.Data.Length} bytes are no {NpyHeader.Describe(array.DType, array.Dims)}.", nameof(array));
        if (array.DType == DType.BFloat16) array = Widened(array);
        var header = Encoding.ASCII.GetBytes(NpyHeader.Write(array.DType, array.Dims));
        // The elements start on 64 bytes; the header ends in a line break.
        var padding = -(MaxPrefixBytes - 2 + header.Length + 1) & 63;
        Span<byte> prefix = [FirstByte, .. Magic, 1, 0, 0, 0];
        BinaryPrimitives.WriteUInt16LittleEndian(prefix[8..], checked((ushort)(header.Length + padding + 1)));
        stream.Write(prefix);
        stream.Write(header);
        stream.Write(Encoding.ASCII.GetBytes(new string(' ', padding) + "\n"));
        stream.Write(array.Data);
    }

    private static NpyArray Read(FileStream file, string path)
    {
        var header = NpyHeader.Parse(ReadHeader(file, path), path);
        var expected = NpyHeader.Bytes(header.DType, header.Dims);
        var left = file.Length - file.Position;
        var described = NpyHeader.Describe(header.DType, header.Dims);
        if (expected is not { } bytes || bytes > Array.MaxLength) throw new DataFileException(path, $"at most {Array.MaxLength} bytes of data", described);
        if (bytes != left) throw new DataFileException(path, $"{bytes} bytes of data for {described}", $"{left} bytes");
        var data = new byte[bytes];
        file.ReadExactly(data);
        return header.DType == DType.Bool && data.AsSpan().ContainsAnyExceptInRange((byte)0, (byte)1)
            ? throw new DataFileException(path, "bool elements of 0 or 1", "others")
            : new NpyArray(header.DType, header.Dims, data);
    }

    /// <summary>The header's text; the stream is at the first element then.</summary>
    private static string ReadHeader(FileStream file, string path)
    {
        var prefix = new byte[MaxPrefixBytes];
        var read = file.ReadAtLeast(prefix, MaxPrefixBytes, throwOnEndOfStream: false);
        if (read < 8 || prefix[0] != FirstByte || !prefix.AsSpan(1, Magic.Length).SequenceEqual(Magic))
            throw new DataFileException(path, "an npy file", read == 0 ? "an empty one" : "another kind of file");
        if (prefix[6] is not (1 or 2 or 3)) throw new DataFileException(path, "npy format 1, 2 or 3", $"format {prefix[6]}.{prefix[7]}");
        var start = prefix[6] == 1 ? MaxPrefixBytes - 2 : MaxPrefixBytes;
        if (read < start) throw new DataFileException(path, "a whole npy header", "one that is cut off");
        var length = prefix[6] == 1 ? BinaryPrimitives.ReadUInt16LittleEndian(prefix.AsSpan(8)) : BinaryPrimitives.ReadUInt32LittleEndian(prefix.AsSpan(8));
        if (length > MaxHeaderBytes) throw new DataFileException(path, $"an npy header of at most {MaxHeaderBytes} bytes", $"one of {length} bytes");
        var header = new byte[length];
        file.Position = start;
        return file.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) == header.Length
            ? Encoding.UTF8.GetString(header)
            : throw new DataFileException(path, "a whole npy header", "one that is cut off");
    }

    private static NpyArray Widened(NpyArray array)
    {
        var data = new byte[2 * array.Data.Length];
        // A bfloat16 is the upper half of a float32.
        for (var i = 0; i < array.Data.Length; i += 2) array.Data.AsSpan(i, 2).CopyTo(data.AsSpan(2 * i + 2));
        return new NpyArray(DType.Float32, array.Dims, data);
    }
}
