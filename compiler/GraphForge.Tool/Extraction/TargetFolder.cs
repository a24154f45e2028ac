using GraphForge.Runtime.Serialization;

namespace GraphForge.Tool.Extraction;

/// <summary>
/// A folder that files are extracted to: none goes anywhere else, none replaces another unless that is asked for, and all are written or
/// none.
/// </summary>
/// <param name="path">The folder; made where it is missing.</param>
/// <param name="replaces">Whether existing files are replaced.</param>
internal sealed class TargetFolder(string path, bool replaces) : IDisposable
{
    private readonly string _root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
    private readonly AtomicFile _files = new();
    private readonly List<(string Name, string Path)> _written = [];

    /// <summary>Writes a file; it appears with <see cref="Commit"/>.</summary>
    /// <param name="name">Path below the folder, with slashes.</param>
    /// <param name="content">Writes the content.</param>
    /// <exception cref="CommandException">The file would be outside, or there is one.</exception>
    public void Write(string name, Action<Stream> content)
    {
        var target = Locate(name);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        _files.Write(target, content);
        _written.Add((name, target));
    }

    /// <summary>Puts all files in their places.</summary>
    /// <returns>Their names and sizes, in the order they were written.</returns>
    public IReadOnlyList<(string Name, long Bytes)> Commit()
    {
        _files.Commit();
        return [.. _written.Select(f => (f.Name, new FileInfo(f.Path).Length))];
    }

    /// <summary>Removes what was not committed.</summary>
    public void Dispose() => _files.Dispose();

    private string Locate(string name)
    {
        var target = Path.GetFullPath(Path.Combine(_root, name));
        // Names of entries cannot climb; whatever may come to be written here, this holds.
        if (!target.StartsWith(_root + Path.DirectorySeparatorChar, StringComparison.Ordinal)) throw new CommandException($"'{name}' is outside of {path}.");
        // A link below the folder would lead out of it.
        for (var part = target; part.Length > _root.Length; part = Path.GetDirectoryName(part)!)
            if (new FileInfo(part) is { LinkTarget: not null }) throw new CommandException($"{part}: this is a link, and nothing is written through links.");
        if (_written.Any(f => f.Path == target)) throw new CommandException($"'{name}' is extracted twice.");
        if (Directory.Exists(target)) throw new CommandException($"{target}: there is a folder of this name.");
        return File.Exists(target) && !replaces ? throw new CommandException($"{target}: there is such a file; --force replaces it.") : target;
    }
}
