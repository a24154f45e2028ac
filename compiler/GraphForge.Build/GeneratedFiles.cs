namespace GraphForge.Build;

/// <summary>
/// The files of a compile step. One that would not change is not touched, so that nothing that depends on it is built again; what
/// an earlier step left and this one does not write is removed.
/// </summary>
internal sealed class GeneratedFiles
{
    private readonly string _folder;
    private readonly HashSet<string> _names = [];

    public GeneratedFiles(string folder)
    {
        _folder = folder;
        Directory.CreateDirectory(folder);
    }

    public void Write(string name, string text) => Write(name, path => File.WriteAllText(path, text));

    public void Write(string name, byte[] bytes) => Write(name, path => File.WriteAllBytes(path, bytes));

    /// <param name="name">Name of the file.</param>
    /// <param name="content">Writes it to a path.</param>
    public void Write(string name, Action<string> content)
    {
        _names.Add(name);
        var path = Path.Combine(_folder, name);
        var temporary = path + ".tmp";
        try
        {
            content(temporary);
            if (!AreEqual(temporary, path)) File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    public void RemoveOthers()
    {
        foreach (var path in Directory.EnumerateFiles(_folder))
            if (!_names.Contains(Path.GetFileName(path))) File.Delete(path);
    }

    private static bool AreEqual(string left, string right) =>
        File.Exists(right) && new FileInfo(left).Length == new FileInfo(right).Length && File.ReadAllBytes(left).AsSpan().SequenceEqual(File.ReadAllBytes(right));
}
