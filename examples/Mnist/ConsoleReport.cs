using GraphForge;
using Spectre.Console;

namespace Digits;

/// <summary>What both kinds of report say.</summary>
internal static class ConsoleReport
{
    /// <summary>Whether there is a terminal whose lines can be redrawn.</summary>
    public static bool IsLive => !Console.IsOutputRedirected && AnsiConsole.Profile.Capabilities.Ansi;

    public static string Describe(EpochSummary epoch, int epochs) =>
        $"epoch {epoch.Epoch}/{epochs}  loss {epoch.Loss:F4}  train {epoch.Accuracy:P2}  " +
        $"test {epoch.Validation!.Accuracy:P2}  {epoch.SamplesPerSecond:N0} images/s";

    public static void Conclude(Training training, Options options, EpochSummary last)
    {
        Console.WriteLine();
        Console.WriteLine($"test accuracy   {last.Validation!.Accuracy:P2}");
        Console.WriteLine($"compile time    {training.CompileTime.TotalSeconds:F2} s");
        Console.WriteLine($"step time       {1e3 * options.Batch / last.SamplesPerSecond:F2} ms for {options.Batch} images");
        if (training.Memory is { } memory)
            Console.WriteLine($"planned peak    {memory.ArenaBytes / (1024.0 * 1024.0):F2} MiB, {memory.Ratio:F3} × its lower bound");
        Console.WriteLine();
        Console.WriteLine("confusion matrix (row: digit, column: taken for)");
        Console.WriteLine(last.Validation.Confusion);
    }
}
