using System.Text;

namespace GraphForge.Compiler.Emit;

/// <summary>Indented text.</summary>
/// <param name="depth">Indentation of the first line, in steps of four blanks.</param>
public sealed class CodeWriter(int depth = 0)
{
    private readonly StringBuilder _text = new();
    private int _depth = depth;

    public void Line(string text = "")
    {
        if (text.Length > 0) _text.Append(' ', _depth * 4).Append(text);
        _text.Append('\n');
    }

    /// <summary>Text that has its indentation and line ends.</summary>
    public void Append(string text) => _text.Append(text);

    /// <summary>Writes a brace block; disposing the result closes it.</summary>
    public Closing Open(string head)
    {
        if (head.Length > 0) Line(head);
        Line("{");
        _depth++;
        return new Closing(this);
    }

    /// <summary>A writer for lines that go to this depth later, once it is known what must stand before them.</summary>
    public CodeWriter Later(int deeper) => new() { _depth = _depth + deeper };

    public void Append(CodeWriter lines) => _text.Append(lines._text);

    public override string ToString() => _text.ToString();

    /// <summary>Closes a block.</summary>
    public readonly struct Closing(CodeWriter writer) : IDisposable
    {
        public void Dispose()
        {
            writer._depth--;
            writer.Line("}");
        }
    }
}
