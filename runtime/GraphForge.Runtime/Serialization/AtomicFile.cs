namespace GraphForge.Runtime.Serialization;

/// <summary>
/// Files written under temporary names beside their own, and renamed when all of them are whole and on disk: whoever opens
/// one finds the old content or the new, never a part.
/// </summary>
/// <example><code>
/// using var file = new AtomicFile();
/// file.Write("scores.json", stream =&gt; JsonSerializer.Serialize(stream, scores));
/// file.Commit();
/// </code></example>
public sealed class AtomicFile : IDisposable
{
    private readonly List<(string Temporary, string Path)> _written = [];

    /// <summary>Writes a file beside its place.</summary>
    /// <param name="path">Where it goes with <see cref="Commit"/>; an existing file is replaced then.</param>
    /// <param name="content">Writes the content. Where it fails, nothing stays of the file once this object is disposed.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written to.</exception>
    public void Write(string path, Action<Stream> content)
    {
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        using var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1 << 20);
        _written.Add((temporary, path));
        content(stream);
        stream.Flush(flushToDisk: true);
    }

    /// <summary>Puts the files in their places, in the order they were written.</summary>
    /// <exception cref="IOException">A file cannot be replaced.</exception>
    /// <exception cref="UnauthorizedAccessException">A file may not be replaced.</exception>
    public void Commit()
    {
        foreach (var (temporary, path) in _written) File.Move(temporary, path, overwrite: true);
        _written.Clear();
    }

    /// <summary>Removes what was written and not committed.</summary>
    public void Dispose()
    {
        foreach (var (temporary, _) in _written) File.Delete(temporary);
    }
}
