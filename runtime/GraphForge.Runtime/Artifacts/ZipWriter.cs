using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace GraphForge.Runtime.Artifacts;

/// <summary>Writes a zip file that depends on its entries alone: no times, no attributes. Stored data starts on 64 bytes.</summary>
/// <param name="stream">Receives the file, from its position on.</param>
internal sealed class ZipWriter(Stream stream)
{
    private readonly MemoryStream _directory = new();
    private long _position;
    private ushort _count;

    /// <summary>Appends an entry.</summary>
    /// <exception cref="ArtifactException">The file becomes too large.</exception>
    public void Add(string name, ArtifactContent content, bool compress)
    {
        if (!ZipFormat.IsSafe(Encoding.UTF8.GetBytes(name))) throw new ArgumentException($"An artifact cannot hold an entry '{name}'.", nameof(name));
        var packed = compress ? Deflate(content) : null;
        var stored = packed?.Length ?? content.Length;
        var extra = packed is null ? Padding(name) : 0;
        if (_position + stored + extra > ZipFormat.MaxFileBytes - (64 << 10) - _directory.Length)
            throw new ArtifactException(ArtifactError.TooLarge, name, "an artifact may have 4 GiB at most; keep the weights in a safetensors file of their own.");
        var (local, central) = Headers(name, content, packed is null, (uint)stored, extra);
        _directory.Write(central);
        stream.Write(local);
        _position += local.Length;
        if (packed is not null) stream.Write(packed);
        else content.WriteTo(stream);
        _position += stored;
        _count++;
    }

    /// <summary>Writes the directory. Nothing can be added after it.</summary>
    public void Complete()
    {
        Span<byte> end = stackalloc byte[ZipFormat.EndBytes];
        end.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(end, ZipFormat.EndSignature);
        BinaryPrimitives.WriteUInt16LittleEndian(end[8..], _count);
        BinaryPrimitives.WriteUInt16LittleEndian(end[10..], _count);
        BinaryPrimitives.WriteUInt32LittleEndian(end[12..], (uint)_directory.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(end[16..], (uint)_position);
        _directory.WriteTo(stream);
        stream.Write(end);
    }

    /// <summary>Both headers of an entry; bytes 4 to 28 of the first are bytes 6 to 30 of the second.</summary>
    private (byte[] Local, byte[] Central) Headers(string name, ArtifactContent content, bool isStored, uint stored, int extra)
    {
        var local = new byte[ZipFormat.LocalBytes + name.Length + extra];
        BinaryPrimitives.WriteUInt32LittleEndian(local, ZipFormat.LocalSignature);
        BinaryPrimitives.WriteUInt16LittleEndian(local.AsSpan(4), ZipFormat.Version);
        BinaryPrimitives.WriteUInt16LittleEndian(local.AsSpan(8), isStored ? ZipFormat.Stored : ZipFormat.Deflated);
        BinaryPrimitives.WriteUInt16LittleEndian(local.AsSpan(12), ZipFormat.Date);
        BinaryPrimitives.WriteUInt32LittleEndian(local.AsSpan(14), content.Crc);
        BinaryPrimitives.WriteUInt32LittleEndian(local.AsSpan(18), stored);
        BinaryPrimitives.WriteUInt32LittleEndian(local.AsSpan(22), (uint)content.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(local.AsSpan(26), (ushort)name.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(local.AsSpan(28), (ushort)extra);
        Encoding.ASCII.GetBytes(name, local.AsSpan(ZipFormat.LocalBytes));
        if (extra > 0) WriteExtra(local.AsSpan(ZipFormat.LocalBytes + name.Length));
        var central = new byte[ZipFormat.CentralBytes + name.Length];
        BinaryPrimitives.WriteUInt32LittleEndian(central, ZipFormat.CentralSignature);
        BinaryPrimitives.WriteUInt16LittleEndian(central.AsSpan(4), ZipFormat.Version);
        local.AsSpan(4, 24).CopyTo(central.AsSpan(6));
        BinaryPrimitives.WriteUInt32LittleEndian(central.AsSpan(42), (uint)_position);
        Encoding.ASCII.GetBytes(name, central.AsSpan(ZipFormat.CentralBytes));
        return (local, central);
    }

    /// <summary>Bytes of the extra field that puts the data on a multiple of the alignment; the field itself takes six at least.</summary>
    private int Padding(string name)
    {
        const int Least = 6;
        var data = _position + ZipFormat.LocalBytes + name.Length + Least;
        return (int)(AlignedMemory.RoundUp(data) - data) + Least;
    }

    private static void WriteExtra(Span<byte> field)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(field, ZipFormat.AlignmentField);
        BinaryPrimitives.WriteUInt16LittleEndian(field[2..], (ushort)(field.Length - 4));
        BinaryPrimitives.WriteUInt16LittleEndian(field[4..], ExecutionPlan.Alignment);
    }

    private static byte[] Deflate(ArtifactContent content)
    {
        using var packed = new MemoryStream();
        using (var deflate = new DeflateStream(packed, CompressionLevel.SmallestSize, leaveOpen: true)) content.WriteTo(deflate);
        return packed.ToArray();
    }
}
