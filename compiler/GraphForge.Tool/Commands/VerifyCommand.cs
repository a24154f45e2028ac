using System.CommandLine;
using System.Globalization;
using GraphForge.Runtime.Artifacts;
using GraphForge.Tool.Options;
using GraphForge.Tool.Values;
using GraphForge.Tool.Verification;

namespace GraphForge.Tool.Commands;

/// <summary><c>graphforge verify</c>: the reference evaluator against the kernels.</summary>
internal sealed class VerifyCommand
{
    private readonly Argument<string> _artifact = SharedOptions.Artifact();
    private readonly Option<string?> _function = SharedOptions.Function();
    private readonly Option<(string Symbol, long Extent)[][]> _extents = Extents.Options(
        "Extents to check: batch=8,length=128. May be given several times; by default those the artifact was compiled for.");
    private readonly InputOptions _inputs = new(defaultSeed: 1);
    private readonly Option<int> _threads = SharedOptions.Threads();
    private readonly TrustOptions _trust = new();
    private readonly Option<bool> _json = SharedOptions.Json();
    private readonly Option<double?> _tolerance = new("--tolerance")
    {
        Description = "How far floats may lie apart, relative to the larger of the value and the root mean square of its tensor. " +
            "By default 1e-9 for float64, 1e-4 for float32, 1e-2 for float16, 4e-2 for bfloat16. Integers are to be equal.",
        HelpName = "number",
    };

    public static Command Create()
    {
        var verify = new VerifyCommand();
        var command = new Command("verify", "Checks hashes, and kernels against the reference evaluator.");
        command.Arguments.Add(verify._artifact);
        command.Options.Add(verify._function);
        command.Options.Add(verify._extents);
        verify._inputs.AddTo(command);
        command.Options.Add(verify._tolerance);
        command.Options.Add(verify._threads);
        verify._trust.AddTo(command);
        command.Options.Add(verify._json);
        command.WithHelp("""
            Checks the hash of every entry, then runs kernels and compares all they yield, new states included, with
            the reference evaluator, which walks the graph op by op. Without --trust, kernels that are compiled here
            from the graph are checked; with it, the artifact's own, for every width of vector registers there is.
            Exit code 1 if they differ. The artifact is not changed.
            """,
            ("graphforge verify digits.gfm", "whether this machine's compiler makes of the graph what it means"),
            ("graphforge verify digits.gfm --trust local", "whether the artifact's kernels compute what its graph says"),
            ("graphforge verify training.gfm --function train --bind batch=4", "a training step, the new states included"));
        command.Does(verify.Verify);
        return command;
    }

    private ExitCode Verify(ParseResult parse, CommandConsole console, CancellationToken cancellation)
    {
        using var artifact = Artifact.Open(parse.GetRequiredValue(_artifact));
        console.Progress("checking hashes");
        artifact.Verify();
        var checks = new List<ProgramCheck>();
        foreach (var function in FunctionChoice.All(artifact.Manifest, parse.GetValue(_function)))
            foreach (var extents in ExtentsOf(parse, artifact.Manifest, function))
                checks.AddRange(Check(parse, artifact, function, extents, console, cancellation));
        var report = new VerifyReport(checks.All(c => c.Problems.Count == 0), checks);
        if (parse.GetValue(_json)) console.Json(report);
        else Show(console, parse.GetRequiredValue(_artifact), report);
        return report.Holds ? ExitCode.Done : ExitCode.CheckFailed;
    }

    private IEnumerable<(string Symbol, long Extent)[]> ExtentsOf(ParseResult parse, ArtifactManifest manifest, ArtifactFunction function)
    {
        var given = _inputs.Read(parse, function);
        var named = parse.GetValue(_extents)!;
        if (named.Length > 0) return [.. named.Select(extents => BoundExtents.Of(manifest, function, extents, given))];
        if (given.Count > 0) return [BoundExtents.Of(manifest, function, null, given)];
        return [.. function.Bindings.Select(b => b.Extents.Select(e => (e.Key, e.Value)).ToArray())];
    }

    /// <summary>A program of one function and binding for each width of vector registers, over states that no other run has changed.</summary>
    private IEnumerable<ProgramCheck> Check(
        ParseResult parse, Artifact artifact, ArtifactFunction function, (string Symbol, long Extent)[] extents, CommandConsole console, CancellationToken cancellation)
    {
        ReferenceCheck? reference = null;
        var tolerance = new Tolerance(parse.GetValue(_tolerance));
        foreach (var bits in Widths(parse, function, extents))
        {
            cancellation.ThrowIfCancellationRequested();
            var options = new ArtifactOptions { Threads = parse.GetValue(_threads), MaxVectorBits = bits };
            using var own = _trust.Open(parse, parse.GetRequiredValue(_artifact), options);
            if (!_trust.RunsItsCode(parse)) console.Progress($"compiling {BoundExtents.Describe(function.Name, extents)} from the artifact's graph");
            var program = own.Load(function.Name, extents);
            if (_trust.RunsItsCode(parse) && program.VectorBits < bits)
            {
                console.Note($"{BoundExtents.Describe(function.Name, extents)}: kernels for {bits}-bit vectors do not run on this processor and were not checked.");
                continue;
            }
            using var prepared = new PreparedRun(own, program, extents, _inputs.Complete(parse, program, _inputs.Read(parse, function))) { IsCompiledHere = !_trust.RunsItsCode(parse) };
            reference ??= ReferenceCheck.Of(artifact, prepared, console, cancellation);
            console.Progress($"running {prepared.Description}");
            yield return reference.Compare(prepared, tolerance);
        }
    }

    /// <summary>Those of the artifact's kernels, or the widest there is.</summary>
    private IEnumerable<int> Widths(ParseResult parse, ArtifactFunction function, (string Symbol, long Extent)[] extents)
    {
        const int widest = 512;
        if (!_trust.RunsItsCode(parse)) return [widest];
        var binding = function.Bindings.FirstOrDefault(b => b.Extents.Count == extents.Length && extents.All(e => b.Extents.TryGetValue(e.Symbol, out var x) && x == e.Extent));
        return binding is null ? [widest] : binding.Variants.Select(v => v.VectorBits).Order();
    }

    private static void Show(CommandConsole console, string artifact, VerifyReport report)
    {
        console.Output.WriteLine($"{artifact}: every entry has the hash that the manifest says");
        foreach (var check in report.Checks)
        {
            var kernels = check.Kernels == "compiled" ? "kernels compiled here" : "the artifact's kernels";
            var what = $"{BoundExtents.Describe(check.Function, [.. check.Extents.Select(e => (e.Key, e.Value))])}, {kernels} for {check.VectorBits}-bit vectors";
            console.Output.WriteLine(check.Problems.Count > 0 ? $"{what}: DIFFERS from the reference" : string.Create(CultureInfo.InvariantCulture,
                $"{what}: {check.Elements} values agree with the reference; largest relative difference {check.LargestDifference:0.#e+0}"));
            foreach (var problem in check.Problems) console.Output.WriteLine($"  {problem}");
        }
    }
}
