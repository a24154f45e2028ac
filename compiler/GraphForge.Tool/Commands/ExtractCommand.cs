using System.CommandLine;
using System.Text;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Memory;
using GraphForge.Runtime;
using GraphForge.Runtime.Artifacts;
using GraphForge.Tool.Extraction;
using GraphForge.Tool.Options;

namespace GraphForge.Tool.Commands;

/// <summary><c>graphforge extract</c>: parts of an artifact as files.</summary>
internal sealed class ExtractCommand
{
    private readonly Argument<string> _artifact = SharedOptions.Artifact();
    private readonly Option<string> _folder = new("--output", "-o") { Description = "Folder the files go to, and nowhere else.", HelpName = "folder", Required = true };
    private readonly Option<bool> _weights = new("--weights") { Description = "Weights and other states, as weights.safetensors." };
    private readonly Option<bool> _source = new("--source") { Description = "The kernels' C# source." };
    private readonly Option<bool> _graph = new("--graph") { Description = "The graphs, as text." };
    private readonly Option<bool> _plan = new("--plan") { Description = "The memory plans, as text." };
    private readonly Option<string[]> _entries = new("--entry")
    {
        Description = "An entry as it is, by its name in the artifact. May be given several times.",
        HelpName = "name",
        DefaultValueFactory = _ => [],
    };
    private readonly Option<bool> _force = new("--force") { Description = "Replaces existing files." };

    public static Command Create()
    {
        var extract = new ExtractCommand();
        var command = new Command("extract", "Writes weights, source, graphs and plans to files.");
        command.Arguments.Add(extract._artifact);
        command.Options.Add(extract._folder);
        command.Options.Add(extract._weights);
        command.Options.Add(extract._source);
        command.Options.Add(extract._graph);
        command.Options.Add(extract._plan);
        command.Options.Add(extract._entries);
        command.Options.Add(extract._force);
        command.WithHelp("""
            Writes parts of an artifact to files: weights, source, graphs and plans, unless some of them are named.
            What is written has the hash the manifest says. All files are written or none.
            """,
            ("graphforge extract digits.gfm -o digits", "weights, source of the kernels, graphs and plans"),
            ("graphforge extract digits.gfm -o . --weights", "weights.safetensors alone"),
            ("graphforge extract digits.gfm -o digits --entry programs/infer/0/v256/kernels.dll", "the code of kernels, for a disassembler"));
        command.Does(extract.Extract);
        return command;
    }

    private ExitCode Extract(ParseResult parse, CommandConsole console, CancellationToken cancellation)
    {
        using var artifact = Artifact.Open(parse.GetRequiredValue(_artifact));
        using var folder = new TargetFolder(parse.GetRequiredValue(_folder), parse.GetValue(_force));
        foreach (var (name, write) in Wanted(parse, artifact))
        {
            cancellation.ThrowIfCancellationRequested();
            console.Progress($"writing {name}");
            folder.Write(name, write);
        }
        cancellation.ThrowIfCancellationRequested();
        foreach (var (name, bytes) in folder.Commit()) console.Output.WriteLine($"{MemoryReport.Text(bytes),10}  {name}");
        return ExitCode.Done;
    }

    private IEnumerable<(string Name, Action<Stream> Write)> Wanted(ParseResult parse, Artifact artifact)
    {
        var entries = parse.GetValue(_entries)!;
        var all = entries.Length == 0 && !parse.GetValue(_weights) && !parse.GetValue(_source) && !parse.GetValue(_graph) && !parse.GetValue(_plan);
        var manifest = artifact.Manifest;
        var programs = manifest.Functions.SelectMany(f => f.Bindings.SelectMany(b => b.Variants, (b, v) => (Function: f, Binding: b, Variant: v))).ToArray();
        var wanted = new List<(string Name, Action<Stream> Write)>();
        if (all || parse.GetValue(_weights)) wanted.Add(Entry(artifact, ArtifactManifest.Weights));
        if (all || parse.GetValue(_graph))
            wanted.AddRange(manifest.Functions.Select(f => Text(f.Graph, () => GraphPrinter.Print(ArtifactGraph.Of(artifact, f).Graph))));
        if (all || parse.GetValue(_plan))
            wanted.AddRange(programs.Select(p => Text(p.Variant.Plan, () => PlanPrinter.Print(artifact.Plan(p.Function, p.Binding, p.Variant)))));
        if (all || parse.GetValue(_source)) wanted.AddRange(programs.Select(p => Entry(artifact, p.Variant.Source)));
        wanted.AddRange(entries.Select(name => Entry(artifact, name)));
        // Programs may share entries.
        return wanted.DistinctBy(w => w.Name);
    }

    private static (string Name, Action<Stream> Write) Entry(Artifact artifact, string name) => (name, stream => artifact.CopyTo(name, stream));

    private static (string Name, Action<Stream> Write) Text(string entry, Func<string> text) =>
        (Path.ChangeExtension(entry, ".txt"), stream => stream.Write(Encoding.UTF8.GetBytes(text())));
}
