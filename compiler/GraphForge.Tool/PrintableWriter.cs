using System.Text;

namespace GraphForge.Tool;

/// <summary>
/// Passes text on without control characters other than tabs and line breaks: names and notes of an artifact come from who knows
/// where, and must not reach a terminal as commands.
/// </summary>
internal sealed class PrintableWriter(TextWriter inner) : TextWriter
{
    public override Encoding Encoding => inner.Encoding;

    public override void Write(char value) => inner.Write(char.IsControl(value) && value is not ('\n' or '\r' or '\t') ? '\uFFFD' : value);

    public override void Write(string? value)
    {
        if (value is null) return;
        if (!value.Any(char.IsControl)) inner.Write(value);
        else foreach (var c in value) Write(c);
    }

    public override void Write(char[] buffer, int index, int count) => Write(new string(buffer, index, count));

    public override void Write(ReadOnlySpan<char> buffer) => Write(buffer.ToString());

    public override void Flush() => inner.Flush();
}
