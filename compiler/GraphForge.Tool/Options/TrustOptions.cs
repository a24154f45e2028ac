using System.CommandLine;
using GraphForge.Runtime.Artifacts;

namespace GraphForge.Tool.Options;

/// <summary>
/// The options <c>--trust</c> and <c>--key</c>: whether the artifact's kernels are run, or others that are compiled from its graph. There
/// is no way from one to the other but by saying so.
/// </summary>
internal sealed class TrustOptions
{
    private readonly Option<TrustChoice> _trust = new("--trust")
    {
        Description = "none: run no code of the artifact, compile its graph anew (the default). local: run its kernels, whoever made it. " +
            "signed: run its kernels if one of the keys of --key signed it, else refuse.",
        HelpName = "none|local|signed",
    };

    private readonly Option<string[]> _keys = new("--key")
    {
        Description = "Public key (PEM) whose signatures are trusted; may be given several times. For --trust signed.",
        HelpName = "file",
        DefaultValueFactory = _ => [],
    };

    public void AddTo(Command command)
    {
        command.Options.Add(_trust);
        command.Options.Add(_keys);
        command.Validators.Add(result =>
        {
            var keys = result.GetResult(_keys) is { Implicit: false };
            var signed = result.GetResult(_trust) is { Implicit: false } trust && !trust.Errors.Any() && result.GetValue(_trust) == TrustChoice.Signed;
            if (keys && !signed) result.AddError("--key names whom --trust signed trusts; give both.");
            if (signed && !keys) result.AddError("--trust signed needs the public key that is trusted: --key file.");
        });
    }

    /// <summary>Whether the artifact's own kernels are run.</summary>
    public bool RunsItsCode(ParseResult parse) => parse.GetValue(_trust) != TrustChoice.None;

    /// <summary>Opens the artifact with the trust that was chosen.</summary>
    /// <param name="parse">The command line.</param>
    /// <param name="path">The artifact.</param>
    /// <param name="options">The rest of how it is run.</param>
    /// <param name="budget">For what is compiled anew; null for what the machine has.</param>
    /// <exception cref="CommandException">A key cannot be used.</exception>
    public Artifact Open(ParseResult parse, string path, ArtifactOptions options, long? budget = null)
    {
        var trust = parse.GetValue(_trust) switch
        {
            TrustChoice.Local => Trust.LocalFile,
            TrustChoice.Signed => Signers(parse.GetValue(_keys)!),
            _ => Trust.None,
        };
        var compiler = RunsItsCode(parse) ? null : new ArtifactRecompiler(new CompileOptions { MemoryBudget = budget });
        return Artifact.Open(path, options with { Trust = trust, Compiler = compiler });
    }

    private static Trust Signers(string[] files)
    {
        var keys = files.Select(file => KeyFile.ReadPublic(file)).ToArray();
        return Trust.Signed(keys);
    }
}
