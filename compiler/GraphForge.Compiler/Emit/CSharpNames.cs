using System.Text;

namespace GraphForge.Compiler.Emit;

/// <summary>Valid, unique C# identifiers made from names of the model.</summary>
/// <param name="reserved">Names that are taken from the start.</param>
public sealed class CSharpNames(params string[] reserved)
{
    private static readonly HashSet<string> Reserved =
    [
        "buffers", "scratch", "begin", "end", "task", "float", "double", "int", "long", "byte", "bool", "var", "for", "if", "else", "in",
        "out", "ref", "base", "this", "new", "is", "as", "do", "while", "params", "fixed", "lock", "checked", "default", "static", "public",
        "class", "object", "string", "value", "return", "switch", "case", "const", "Vec", "F32", "F64", "I32", "I64", "U32", "U64",
        "operator", "event", "null", "true", "false", "using", "void", "stackalloc", "sizeof", "typeof", "unsafe", "volatile",
    ];

    private readonly HashSet<string> _taken = [.. Reserved, .. reserved];

    /// <summary><paramref name="wanted"/> made an identifier, with a number behind it when it is taken.</summary>
    public string Unique(string wanted)
    {
        var name = Identifier(wanted);
        if (_taken.Add(name)) return name;
        for (var i = 1; ; i++)
            if (_taken.Add($"{name}{i}")) return $"{name}{i}";
    }

    /// <summary>Letters, digits and underscores of <paramref name="text"/>, camel-cased at other characters.</summary>
    public static string Identifier(string text)
    {
        var result = new StringBuilder();
        foreach (var c in text) result.Append(char.IsAsciiLetterOrDigit(c) ? c : '_');
        if (result.Length == 0 || char.IsDigit(result[0])) result.Insert(0, '_');
        return result.ToString();
    }
}
