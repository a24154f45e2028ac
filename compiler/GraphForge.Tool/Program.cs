namespace GraphForge.Tool;

/// <summary>Where the process begins.</summary>
internal static class Program
{
    private static Task<int> Main(string[] args) => ToolCommand.InvokeAsync(args, Console.Out, Console.Error);
}
