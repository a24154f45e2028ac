using GraphForge.Compiler.Graph;

namespace GraphForge.Compiler;

/// <summary>
/// What follows every pass: its time is noted, the program is dumped into a numbered file for people ("(unchanged)" where the
/// pass changed nothing), graphs are verified, and a cancelled compilation ends.
/// </summary>
/// <param name="options">Where to dump, and who is told the times.</param>
/// <param name="program">Name of the program; its files have a folder of their own.</param>
/// <param name="cancellationToken">Ends the compilation.</param>
internal sealed class PassLog(CompilerOptions options, string program, CancellationToken cancellationToken)
{
    private int _count;
    private string _last = "";

    public CancellationToken CancellationToken => cancellationToken;

    /// <summary>The graph that a pass returned.</summary>
    /// <exception cref="InternalCompilerException">It breaks an invariant.</exception>
    public ComputationGraph After(string pass, ComputationGraph result)
    {
        After(pass, () => GraphPrinter.Print(result));
        GraphVerifier.Verify(result, pass);
        options.Clock?.End("verify graphs");
        return result;
    }

    /// <param name="pass">Name of the pass, or of a phase that leaves nothing to be seen.</param>
    /// <param name="content">The program after the pass, as text; null for nothing to be seen.</param>
    /// <param name="extension">Of the file.</param>
    public void After(string pass, Func<string>? content = null, string extension = ".txt")
    {
        options.Clock?.End(pass);
        cancellationToken.ThrowIfCancellationRequested();
        if (options.DumpFolder is not { } folder || content is null) return;
        var text = content();
        var path = Path.Combine(folder, Emit.CSharpNames.Identifier(program));
        Directory.CreateDirectory(path);
        var file = Path.Combine(path, $"{_count++:00}-{pass.Replace(' ', '-')}{extension}");
        File.WriteAllText(file, text == _last ? "(unchanged)\n" : text + "\n");
        _last = text;
        options.Clock?.End("dump");
    }
}
