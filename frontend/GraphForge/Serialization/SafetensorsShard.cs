using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;
using GraphForge.Compiler.Graph;
using GraphForge.Data;
using GraphForge.Runtime;
using GraphForge.Runtime.Serialization;

namespace GraphForge.Serialization;

/// <summary>One safetensors file, mapped: its header was checked, its data is read when asked.</summary>
internal sealed unsafe class SafetensorsShard : IDisposable
{
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly long _dataStart;

    private SafetensorsShard(string path, FileStream stream)
    {
        Path = path;
        if (stream.Length < SafetensorsHeader.LengthBytes)
            throw new DataFileException(path, $"a safetensors file, of at least {SafetensorsHeader.LengthBytes} bytes", $"{stream.Length} bytes");
        Span<byte> lengthBytes = stackalloc byte[SafetensorsHeader.LengthBytes];
        stream.ReadExactly(lengthBytes);
        var length = BinaryPrimitives.ReadUInt64LittleEndian(lengthBytes);
        var rest = stream.Length - SafetensorsHeader.LengthBytes;
        if (length > SafetensorsHeader.MaxLength || (long)length > rest)
            throw new DataFileException(
                path, $"a header of at most {Math.Min(SafetensorsHeader.MaxLength, rest)} bytes", $"one that claims {length}");
        var json = new byte[length];
        stream.ReadExactly(json);
        Header = SafetensorsHeader.Parse(json, rest - (long)length);
        _dataStart = SafetensorsHeader.LengthBytes + (long)length;
        _file = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
        _view = _file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
    }

    public string Path { get; }

    public SafetensorsHeader Header { get; }

    /// <exception cref="DataFileException">The file is missing, damaged, or no safetensors file.</exception>
    public static SafetensorsShard Open(string path)
    {
        FileStream? stream = null;
        try
        {
            stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
            return new SafetensorsShard(path, stream);
        }
        catch (Exception e)
        {
            stream?.Dispose();
            throw e switch
            {
                FileNotFoundException or DirectoryNotFoundException => new DataFileException(path, "a safetensors file", "no such file", e),
                SafetensorsException wrong => new DataFileException(path, wrong.Expected, wrong.Found, wrong.InnerException),
                UnauthorizedAccessException => new DataFileException(path, "a safetensors file", "something that cannot be read", e),
                _ => e,
            };
        }
    }

    public TensorData Tensor(SafetensorsEntry entry) => new MappedData(this, entry,
        entry.Type.DType ?? throw new DataFileException(Path, "element types that can be read", entry.ToString()));

    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
    }

    private void Read(SafetensorsEntry entry, Span<byte> destination)
    {
        var handle = _view.SafeMemoryMappedViewHandle;
        byte* start = null;
        try
        {
            // Throws once the file is closed, and keeps it open until released.
            handle.AcquirePointer(ref start);
            var bytes = new ReadOnlySpan<byte>(
                start + _view.PointerOffset + _dataStart + entry.Begin, checked((int)(entry.End - entry.Begin)));
            if (entry.Type.Read is null) bytes.CopyTo(destination);
            else if (!entry.Type.Read(bytes, destination))
                throw new DataFileException(Path, $"values of {entry.Type.DType} in '{entry.Name}'", $"{entry.Type.Name} values beyond it");
        }
        finally
        {
            if (start is not null) handle.ReleasePointer();
        }
    }

    private sealed class MappedData(SafetensorsShard shard, SafetensorsEntry entry, DType dtype) : TensorData(dtype, Shape.Of(entry.Dims))
    {
        internal override void CopyBytes(Span<byte> destination) => shard.Read(entry, destination);
    }
}
