namespace GraphForge.Compiler;

/// <summary>Numbered files with the program after every pass, for people; says so where a pass changed nothing.</summary>
/// <param name="folder">Where to write; null writes nothing.</param>
/// <param name="program">Name of the program; a folder of its own.</param>
public sealed class PassDump(string? folder, string program)
{
    private int _count;
    private string _last = "";

    public void Write(string pass, Func<string> content, string extension = ".txt")
    {
        if (folder is null) return;
        var text = content();
        var path = Path.Combine(folder, Emit.CSharpNames.Identifier(program));
        Directory.CreateDirectory(path);
        var file = Path.Combine(path, $"{_count++:00}-{pass.Replace(' ', '-')}{extension}");
        File.WriteAllText(file, text == _last ? "(unchanged)\n" : text + "\n");
        _last = text;
    }
}
