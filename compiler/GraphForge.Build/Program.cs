namespace GraphForge.Build;

/// <summary>Where the process begins.</summary>
internal static class Program
{
    private static int Main(string[] args)
    {
        using var cancellation = new CancellationTokenSource();
        Console.CancelKeyPress += (_, key) =>
        {
            key.Cancel = true;
            cancellation.Cancel();
        };
        return CompileStep.Run(CompileStepOptions.Parse(args), Console.Out, cancellation.Token);
    }
}
