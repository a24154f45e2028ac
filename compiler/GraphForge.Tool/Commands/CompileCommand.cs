using System.CommandLine;
using GraphForge.Compiler.Memory;
using GraphForge.Runtime.Artifacts;
using GraphForge.Tool.Options;

namespace GraphForge.Tool.Commands;

/// <summary><c>graphforge compile</c>: an artifact's graph compiled again.</summary>
internal sealed class CompileCommand
{
    private readonly Argument<string> _artifact = SharedOptions.Artifact();
    private readonly Option<string?> _output = new("--output", "-o") { Description = "The new artifact; by default it takes the place of the old one.", HelpName = "file" };
    private readonly Option<(string Symbol, long Extent)[][]> _extents = Extents.Options(
        "Extents to compile for: batch=8,length=128. May be given several times; by default those the artifact was compiled for.");
    private readonly Option<int[]> _vectors = new("--vectors")
    {
        Description = "Vector registers to compile for, in bits: some of 128, 256 and 512; by default those the artifact was compiled for.",
        HelpName = "bits,…",
        CustomParser = result => [.. result.Tokens.SelectMany(t => t.Value.Split(',')).Select(bits => Width(result, bits))],
        DefaultValueFactory = _ => [],
    };
    private readonly Option<long?> _budget = SharedOptions.Budget();
    private readonly Option<int> _threads = SharedOptions.Threads();
    private readonly Option<string?> _schedules = new("--schedules")
    {
        Description = "File of measured schedules (CompileOptions.ScheduleFile) to use.",
        HelpName = "file",
    };

    public static Command Create()
    {
        var compile = new CompileCommand();
        var command = new Command("compile", "Compiles an artifact's graph again, for other extents, memory budgets or processors.");
        command.Arguments.Add(compile._artifact);
        command.Options.Add(compile._output);
        command.Options.Add(compile._extents);
        command.Options.Add(compile._vectors);
        command.Options.Add(compile._budget);
        command.Options.Add(compile._threads);
        command.Options.Add(compile._schedules);
        command.WithHelp("""
            Compiles an artifact's graph again: for other extents, another memory budget, other processors, or by a newer
            compiler. Weights, optimizer state and notes are kept; the new artifact is not signed. No code of the old one is run.
            """,
            ("graphforge compile digits.gfm -o server.gfm --bind batch=1 --bind batch=64", "for one sample and for 64 at once"),
            ("graphforge compile training.gfm --budget 64MB", "a step that takes less memory, for more time"),
            ("graphforge compile digits.gfm -o phone.gfm --vectors 128", "only what runs everywhere"));
        command.Does(compile.Compile);
        return command;
    }

    private ExitCode Compile(ParseResult parse, CommandConsole console, CancellationToken cancellation)
    {
        var path = parse.GetRequiredValue(_artifact);
        var target = parse.GetValue(_output) ?? path;
        var inPlace = Path.GetFullPath(target) == Path.GetFullPath(path);
        // Some systems do not replace a file while it is mapped.
        var written = inPlace ? $"{target}.{Guid.NewGuid():N}.tmp" : target;
        var (wasSigned, save) = Save(parse, path, written, console, cancellation);
        if (inPlace) File.Move(written, target, overwrite: true);
        if (wasSigned) console.Note($"{target} is another artifact than the one that was signed, and not signed.");
        var extents = string.Join("; ", save.Bindings.Select(b => Extents.Text(b)).Where(b => b.Length > 0));
        console.Output.WriteLine($"{target}: {MemoryReport.Text(new FileInfo(target).Length)}, compiled{(extents.Length > 0 ? $" for {extents}" : "")}, for vectors of {string.Join(", ", save.VectorBits)} bits");
        return ExitCode.Done;
    }

    private (bool WasSigned, SaveOptions Save) Save(ParseResult parse, string path, string target, CommandConsole console, CancellationToken cancellation)
    {
        using var artifact = Artifact.Open(path);
        var (bindings, vectors) = (parse.GetValue(_extents)!, parse.GetValue(_vectors)!);
        var save = SaveOptions.Of(artifact.Manifest);
        if (bindings.Length > 0) save = save with { Bindings = bindings };
        if (vectors.Length > 0) save = save with { VectorBits = [.. vectors.Distinct()] };
        var options = new CompileOptions { Threads = parse.GetValue(_threads), MemoryBudget = parse.GetValue(_budget), ScheduleFile = parse.GetValue(_schedules) };
        new ArtifactRecompiler(options).Save(artifact, target, save, new CompileProgress(console), cancellation);
        return (artifact.IsSigned, save);
    }

    private static int Width(System.CommandLine.Parsing.ArgumentResult result, string bits)
    {
        if (bits.Trim() is "128" or "256" or "512") return int.Parse(bits, System.Globalization.CultureInfo.InvariantCulture);
        result.AddError($"--vectors are some of 128, 256 and 512, not '{bits}'.");
        return 0;
    }

    /// <summary>A line for each program.</summary>
    private sealed class CompileProgress(CommandConsole console) : IProgress<SaveProgress>
    {
        public void Report(SaveProgress value) =>
            console.Progress($"compiling {Values.BoundExtents.Describe(value.Function, [.. value.Extents.Select(e => (e.Key, e.Value))])}, {value.VectorBits}-bit vectors");
    }
}
