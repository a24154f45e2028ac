using System.CommandLine;
using System.Text;
using GraphForge.Compiler.Graph;
using GraphForge.Tool.Options;
using GraphForge.Tool.Values;

namespace GraphForge.Tool.Commands;

/// <summary><c>graphforge run</c>: one run of a function.</summary>
internal static class RunCommand
{
    /// <summary>Elements of an output that are shown where it goes to no file.</summary>
    private const int MostShown = 32;

    public static Command Create()
    {
        var command = new Command("run", "Runs a function once and shows or writes what it gives.");
        var options = new RunOptions();
        options.AddTo(command);
        var outputs = new Option<string[]>("--output", "-o")
        {
            Description = "name=file.npy or name=file.json; file.json for all outputs; file.gfm for the artifact with its new states. May be given several times.",
            HelpName = "name=file",
            DefaultValueFactory = _ => [],
        };
        command.Options.Add(outputs);
        var json = SharedOptions.Json();
        command.Options.Add(json);
        command.WithHelp("""
            Runs a function once. What it changes of the artifact's states, as a training step does, is forgotten
            unless --output names a .gfm file for it.
            """,
            ("graphforge run digits.gfm --input input=digit.npy", "shows what the model gives; the extents follow from the input's shape"),
            ("graphforge run digits.gfm -i inputs.json -o scores=scores.npy --trust local", "runs the artifact's own kernels, which is to trust who made them"),
            ("graphforge run training.gfm -f train -i batch.json -o after.gfm", "one training step; the new weights go to another artifact"));
        command.Does((parse, console, cancellation) => Run(options, parse.GetValue(outputs)!, parse.GetValue(json), parse, console, cancellation));
        return command;
    }

    private static ExitCode Run(RunOptions options, string[] outputs, bool asJson, ParseResult parse, CommandConsole console, CancellationToken cancellation)
    {
        using var prepared = options.Prepare(parse, console);
        var files = new OutputFiles(prepared.Program.Function, outputs);
        cancellation.ThrowIfCancellationRequested();
        console.Progress($"running {prepared.Description}");
        var values = new Dictionary<string, Literal>();
        using (var run = prepared.Program.Rent())
        {
            prepared.SetInputs(run);
            run.Run();
            foreach (var output in prepared.Program.Outputs) values[output.Name] = run.Get(output);
        }
        if (files.Artifact is { } path)
        {
            prepared.Artifact.Save(path, cancellation);
            if (prepared.Artifact.IsSigned) console.Note($"{path} is another artifact, and not signed.");
        }
        files.Write(values, cancellation);
        if (asJson) ShowJson(console, values);
        else if (!files.Any) Show(console, values);
        return ExitCode.Done;
    }

    private static void ShowJson(CommandConsole console, IReadOnlyDictionary<string, Literal> values)
    {
        using var text = new MemoryStream();
        OutputFiles.WriteJson(text, values);
        console.Output.WriteLine(Encoding.UTF8.GetString(text.ToArray()));
    }

    private static void Show(CommandConsole console, IReadOnlyDictionary<string, Literal> values)
    {
        foreach (var (name, tensor) in values)
        {
            var shown = Enumerable.Range(0, Math.Min(MostShown, tensor.Count)).Select(i => tensor[i].ToString());
            var rest = tensor.Count > MostShown ? $" … and {tensor.Count - MostShown} more" : "";
            console.Output.WriteLine($"{name} ({tensor.Type}): {string.Join(' ', shown)}{rest}");
        }
    }
}
