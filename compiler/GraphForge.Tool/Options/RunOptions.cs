using System.CommandLine;
using GraphForge.Compiler.Graph;
using GraphForge.Runtime.Artifacts;
using GraphForge.Tool.Values;

namespace GraphForge.Tool.Options;

/// <summary>All that says which function is run, with what, on how many threads, and by whose kernels.</summary>
/// <param name="defaultSeed">Of the random values that inputs have where nothing is said; null where something must be.</param>
internal sealed class RunOptions(int? defaultSeed = null)
{
    private readonly Argument<string> _artifact = SharedOptions.Artifact();
    private readonly Option<string?> _function = SharedOptions.Function();
    private readonly Option<(string Symbol, long Extent)[]?> _extents = Extents.Option();
    private readonly InputOptions _inputs = new(defaultSeed);
    private readonly Option<int> _threads = SharedOptions.Threads();
    private readonly Option<long?> _budget = SharedOptions.Budget();
    private readonly TrustOptions _trust = new();

    public void AddTo(Command command)
    {
        command.Arguments.Add(_artifact);
        command.Options.Add(_function);
        _inputs.AddTo(command);
        command.Options.Add(_extents);
        command.Options.Add(_threads);
        command.Options.Add(_budget);
        _trust.AddTo(command);
    }

    /// <summary>Makes the function ready to run. Whoever asks disposes the artifact.</summary>
    /// <exception cref="CommandException">The options do not fit the artifact.</exception>
    /// <exception cref="ArtifactException">The artifact is damaged, or not trusted.</exception>
    /// <exception cref="GraphException">The graph does not fit the memory budget.</exception>
    public PreparedRun Prepare(ParseResult parse, CommandConsole console)
    {
        var artifact = _trust.Open(parse, parse.GetRequiredValue(_artifact), new ArtifactOptions { Threads = parse.GetValue(_threads) }, parse.GetValue(_budget));
        try
        {
            var function = FunctionChoice.One(artifact.Manifest, parse.GetValue(_function));
            var given = _inputs.Read(parse, function);
            var extents = BoundExtents.Of(artifact.Manifest, function, parse.GetValue(_extents), given);
            if (!_trust.RunsItsCode(parse)) console.Progress($"compiling {BoundExtents.Describe(function.Name, extents)} from the artifact's graph");
            var program = artifact.Load(function.Name, extents);
            return new PreparedRun(artifact, program, extents, _inputs.Complete(parse, program, given)) { IsCompiledHere = !_trust.RunsItsCode(parse) };
        }
        catch
        {
            artifact.Dispose();
            throw;
        }
    }
}
