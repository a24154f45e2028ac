using System.CommandLine;

namespace GraphForge.Tool.Options;

/// <summary>Arguments and options that several commands have.</summary>
internal static class SharedOptions
{
    public static Option<bool> Quiet { get; } = new("--quiet", "-q") { Description = "No progress on the error stream.", Recursive = true };

    public static Argument<string> Artifact() => new("artifact") { Description = "The artifact, a .gfm file." };

    public static Option<bool> Json() => new("--json") { Description = "The result as JSON." };

    public static Option<string?> Function() => new("--function", "-f")
    {
        Description = "What to compute, such as train or evaluate; not needed where the artifact has one function.",
        HelpName = "name",
    };

    public static Option<int> Threads()
    {
        var option = new Option<int>("--threads", "-t")
        {
            Description = "Threads of a run. Results do not depend on it.",
            HelpName = "count",
            DefaultValueFactory = _ => Environment.ProcessorCount,
        };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out var threads) && threads is < 1 or > 1024)
                result.AddError($"--threads is 1..1024, not {threads}.");
        });
        return option;
    }

    public static Option<long?> Budget() => new("--budget")
    {
        Description = "Most memory the program may take in all: 64MB (10⁶ bytes each), 64MiB (2²⁰), or bytes. What does not fit is computed again, or in slices of the batch.",
        HelpName = "size",
        CustomParser = result => ByteSize.TryParse(result.Tokens[0].Value, out var bytes) ? bytes : Refused(result, "is no size; write 64MB, 1.5GiB or a number of bytes"),
    };

    private static long? Refused(System.CommandLine.Parsing.ArgumentResult result, string problem)
    {
        result.AddError($"'{result.Tokens[0].Value}' {problem}.");
        return null;
    }
}
