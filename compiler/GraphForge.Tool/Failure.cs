using GraphForge.Compiler.Graph;

namespace GraphForge.Tool;

/// <summary>Tells people why a command failed: a line, and never a stack trace, unless <c>GF_TRACE=1</c> asks for one.</summary>
internal static class Failure
{
    /// <summary>Writes what went wrong, and gives the code to end with.</summary>
    public static ExitCode Report(Exception exception, TextWriter error)
    {
        var (code, text) = exception switch
        {
            OperationCanceledException => (ExitCode.Cancelled, "cancelled; no file is half written."),
            // Artifacts and data files are files: their errors name them.
            CommandException or GraphException or IOException or UnauthorizedAccessException => (ExitCode.BadInput, exception.Message),
            OutOfMemoryException => (ExitCode.BadInput, "there is not enough memory for this; a smaller extent (--bind) takes less."),
            _ => (ExitCode.Unexpected,
                $"unexpected failure: {exception.GetType().Name}: {exception.Message.ReplaceLineEndings(" ")} This is a defect of GraphForge {ToolCommand.Version}. " +
                "Please report it with this line, the command line, and what the command prints with GF_TRACE=1 in its environment."),
        };
        error.WriteLine($"graphforge: {text}");
        if (code == ExitCode.Unexpected && Environment.GetEnvironmentVariable("GF_TRACE") == "1") error.WriteLine(exception);
        return code;
    }
}
