using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace GraphForge.Tool;

/// <summary>A command's help, then notes and examples.</summary>
/// <param name="help">The usual help.</param>
/// <param name="notes">What the one-line description leaves out.</param>
/// <param name="examples">Command lines and what each does.</param>
internal sealed class HelpWithExamples(HelpAction help, string notes, IReadOnlyList<(string Line, string Purpose)> examples) : SynchronousCommandLineAction
{
    /// <summary>Who asks for help need not get the rest of the line right.</summary>
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        var code = help.Invoke(parseResult);
        var output = parseResult.InvocationConfiguration.Output;
        output.WriteLine("Notes:");
        foreach (var line in notes.ReplaceLineEndings("\n").Split('\n')) output.WriteLine($"  {line}");
        output.WriteLine();
        output.WriteLine("Examples:");
        foreach (var (line, purpose) in examples) output.WriteLine($"  {line}\n      {purpose}");
        return code;
    }
}
