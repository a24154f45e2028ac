using System.CommandLine;
using GraphForge.Compiler.Graph;
using GraphForge.Tool.Measurement;
using GraphForge.Tool.Options;
using GraphForge.Tool.Values;

namespace GraphForge.Tool.Commands;

/// <summary><c>graphforge bench</c>: how long runs take.</summary>
internal static class BenchCommand
{
    public static Command Create()
    {
        var command = new Command("bench", "Measures how long runs of a function take.");
        var options = new RunOptions(defaultSeed: 1);
        options.AddTo(command);
        var seconds = Seconds("--seconds", "How long is measured: at least five runs, at most a million.", 2);
        var warmUp = Seconds("--warm-up", "How long runs go on before, unmeasured.", 0.5);
        var json = SharedOptions.Json();
        command.Options.Add(seconds);
        command.Options.Add(warmUp);
        command.Options.Add(json);
        command.WithHelp("""
            Measures runs of a function, without copying inputs in and outputs out. Inputs without a file are random.
            Nothing of the artifact is changed.
            """,
            ("graphforge bench digits.gfm --bind batch=1 --threads 1", "one sample on one thread, with kernels compiled here"),
            ("graphforge bench digits.gfm --trust local --json", "the artifact's kernels; the figures as JSON"));
        command.Does((parse, console, cancellation) =>
        {
            using var prepared = options.Prepare(parse, console);
            var report = Measure(prepared, TimeSpan.FromSeconds(parse.GetValue(warmUp)), TimeSpan.FromSeconds(parse.GetValue(seconds)), console, cancellation);
            if (parse.GetValue(json)) console.Json(report);
            else console.Output.WriteLine(report.Text(prepared.Description));
            return ExitCode.Done;
        });
        return command;
    }

    private static BenchReport Measure(PreparedRun prepared, TimeSpan warmUp, TimeSpan duration, CommandConsole console, CancellationToken cancellation)
    {
        var program = prepared.Program;
        using var run = program.Rent();
        console.Progress($"warming up, {warmUp.TotalSeconds} s");
        RunTimes.Measure(run.Run, () => prepared.SetInputs(run), warmUp, cancellation);
        console.Progress($"measuring, {duration.TotalSeconds} s");
        var times = RunTimes.Measure(run.Run, () => prepared.SetInputs(run), duration, cancellation);
        var graph = ArtifactGraph.Of(prepared.Artifact, program.Function);
        return new BenchReport(program.Function.Name, prepared.Extents.ToDictionary(), prepared.IsCompiledHere ? "compiled" : "artifact",
            program.VectorBits, program.Program!.Threads, times.Sorted.Length, FloatOperations.Of(graph.Bind(prepared.Extents)))
        {
            MedianMilliseconds = times.Median,
            P90Milliseconds = times.Percentile(90),
            P99Milliseconds = times.Percentile(99),
            FastestMilliseconds = times.Sorted[0],
            SlowestMilliseconds = times.Sorted[^1],
        };
    }

    private static Option<double> Seconds(string name, string description, double value)
    {
        var option = new Option<double>(name) { Description = description, HelpName = "seconds", DefaultValueFactory = _ => value };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && double.TryParse(result.Tokens[0].Value, out var seconds) && seconds is not (>= 0 and <= 3600))
                result.AddError($"{name} is 0..3600 seconds, not {result.Tokens[0].Value}.");
        });
        return option;
    }
}
