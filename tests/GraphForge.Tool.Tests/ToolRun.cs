namespace GraphForge.Tool.Tests;

/// <summary>A command line, run in this process.</summary>
/// <param name="Code">What it ended with.</param>
/// <param name="Output">Its results; lines end in <c>\n</c>.</param>
/// <param name="Error">Its progress and errors.</param>
internal sealed record ToolRun(ExitCode Code, string Output, string Error)
{
    public static ToolRun Of(params string[] args) => Of(CancellationToken.None, args);

    public static ToolRun Of(CancellationToken cancellation, params string[] args)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var code = ToolCommand.InvokeAsync(args, output, error, cancellation).GetAwaiter().GetResult();
        return new ToolRun((ExitCode)code, Text(output), Text(error));
    }

    /// <summary>The output of a command that is done.</summary>
    public static string Done(params string[] args)
    {
        var run = Of(args);
        Assert.That(run.Code, Is.EqualTo(ExitCode.Done), run.Error);
        return run.Output;
    }

    /// <summary>What a refused command says, without the name of the program; progress is left out.</summary>
    public static string Refused(params string[] args)
    {
        var run = Of([.. args, "--quiet"]);
        Assert.That((run.Code, run.Output), Is.EqualTo((ExitCode.BadInput, "")), run.Error);
        Assert.That(run.Error, Does.StartWith("graphforge: ").And.EndWith("\n").And.Not.Contain("   at "));
        return run.Error["graphforge: ".Length..^1];
    }

    private static string Text(StringWriter writer) => writer.ToString().ReplaceLineEndings("\n");
}
