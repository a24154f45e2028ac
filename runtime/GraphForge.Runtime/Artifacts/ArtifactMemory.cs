using System.IO.MemoryMappedFiles;

namespace GraphForge.Runtime.Artifacts;

/// <summary>
/// An artifact's bytes: a mapped file, whose pages processes share, or a copy of an array. Both start on a multiple of
/// <see cref="ExecutionPlan.Alignment"/>. Pages are private once written, so that nothing ever reaches the file.
/// </summary>
internal sealed unsafe class ArtifactMemory : IDisposable
{
    private readonly AlignedMemory? _copy;
    private readonly MemoryMappedFile? _file;
    private readonly MemoryMappedViewAccessor? _view;
    private readonly byte* _start;
    private bool _disposed;

    private ArtifactMemory(string name, ReadOnlySpan<byte> bytes)
    {
        (Name, Length) = (name, bytes.Length);
        _copy = new AlignedMemory(bytes.Length);
        _start = (byte*)_copy.Address;
        bytes.CopyTo(new Span<byte>(_start, bytes.Length));
    }

    private ArtifactMemory(string name, FileStream stream)
    {
        (Name, Length) = (name, stream.Length);
        _file = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.CopyOnWrite, HandleInheritability.None, leaveOpen: false);
        _view = _file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.CopyOnWrite);
        byte* start = null;
        // Never released: the view itself stays open until it is disposed or collected.
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        _start = start + _view.PointerOffset;
    }

    /// <summary>What errors call the artifact.</summary>
    public string Name { get; }

    public long Length { get; }

    /// <summary>Whether something outside points into the bytes: then they stay until it is collected.</summary>
    public bool IsShared { get; set; }

    public static ArtifactMemory Of(ReadOnlySpan<byte> bytes, string name) => new(name, bytes);

    /// <exception cref="ArtifactException">The file is missing, empty, or cannot be read.</exception>
    public static ArtifactMemory Map(string path)
    {
        FileStream? stream = null;
        try
        {
            stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
            if (stream.Length == 0) throw new ArtifactException(ArtifactError.Malformed, path, "the file is empty.");
            return new ArtifactMemory(path, stream);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            stream?.Dispose();
            if (e is ArtifactException) throw;
            var problem = e is FileNotFoundException or DirectoryNotFoundException ? "there is no such file." : $"the file cannot be read: {e.Message}";
            throw new ArtifactException(ArtifactError.Malformed, path, problem, e);
        }
    }

    /// <summary>Address of a byte.</summary>
    public nint At(long offset) => (nint)(_start + offset);

    /// <summary>Bytes that lie within <see cref="Length"/>, as whoever asks has checked.</summary>
    public ReadOnlySpan<byte> Slice(long offset, int length)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return new ReadOnlySpan<byte>(_start + offset, length);
    }

    /// <summary>Lets go of the bytes, unless they are shared; then the garbage collector does.</summary>
    public void Dispose()
    {
        if (IsShared) return;
        _disposed = true;
        _view?.Dispose();
        _file?.Dispose();
        _copy?.Dispose();
    }

    public ArtifactException Malformed(string problem, Exception? cause = null) => new(ArtifactError.Malformed, Name, problem, cause);
}
