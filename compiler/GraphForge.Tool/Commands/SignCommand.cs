using System.CommandLine;
using GraphForge.Runtime.Artifacts;
using GraphForge.Tool.Options;

namespace GraphForge.Tool.Commands;

/// <summary><c>graphforge sign</c>: makes keys, and signs artifacts with them.</summary>
internal static class SignCommand
{
    public static Command Create()
    {
        var command = new Command("sign", "Signs an artifact, and makes keys to sign with.");
        var artifact = new Argument<string?>("artifact") { Description = "The artifact, a .gfm file; not needed with --new-key.", Arity = ArgumentArity.ZeroOrOne };
        var key = new Option<string?>("--key") { Description = "Private key (PEM, ECDSA on P-256) to sign with.", HelpName = "file" };
        var newKey = new Option<string?>("--new-key") { Description = "Where a new private key goes; the public one is written beside it as .pub.pem.", HelpName = "file" };
        command.Arguments.Add(artifact);
        command.Options.Add(key);
        command.Options.Add(newKey);
        command.Validators.Add(result =>
        {
            var (signs, has, makes) = (result.GetResult(artifact) is { Tokens.Count: > 0 }, result.GetResult(key) is not null, result.GetResult(newKey) is not null);
            if (has == makes) result.AddError("give --key to sign with a key, or --new-key to make one.");
            else if (has && !signs) result.AddError("name the artifact to sign.");
        });
        command.WithHelp("""
            Signs an artifact in place, so that its kernels are run where the key is trusted (--trust signed; Trust.Signed).
            With --new-key, makes a pair of keys first: the private one to be kept secret, the public one to be shipped.
            """,
            ("graphforge sign --new-key release.pem", "makes release.pem and release.pub.pem"),
            ("graphforge sign digits.gfm --key release.pem", "signs an artifact"),
            ("graphforge run digits.gfm --trust signed --key release.pub.pem --zeros", "runs its kernels because of that"));
        command.Does((parse, console, _) => Sign(parse.GetValue(artifact), parse.GetValue(key), parse.GetValue(newKey), console));
        return command;
    }

    private static ExitCode Sign(string? artifact, string? key, string? newKey, CommandConsole console)
    {
        if (newKey is not null)
        {
            var publicKey = KeyFile.Create(newKey);
            console.Output.WriteLine($"{newKey}: private key, keep it secret");
            console.Output.WriteLine($"{publicKey}: public key of fingerprint {KeyFile.Fingerprint(KeyFile.ReadPublic(publicKey))}");
        }
        if (artifact is null) return ExitCode.Done;
        using var signer = KeyFile.ReadPrivate(newKey ?? key!);
        ArtifactSigner.Sign(artifact, signer);
        console.Output.WriteLine($"{artifact}: signed with the key of fingerprint {KeyFile.Fingerprint(signer)}");
        return ExitCode.Done;
    }
}
