using System.Text.RegularExpressions;
using GraphForge.Compiler.Tests;
using GraphForge.Layers;
using GraphForge.Tests;
using GraphForge.Tests.Serialization;

namespace GraphForge.Tool.Tests;

/// <summary>
/// The README's transcript of the command is what the command says of the README's first model, untrained. Sizes, times and the widths of
/// this processor's registers are left out of the comparison.
/// </summary>
public sealed partial class ReadmeTranscriptTests
{
    [Test]
    public void The_transcript_is_what_the_command_says()
    {
        using var folder = new TemporaryFolder();
        var model = new Sequential(new Flatten(), new Linear(784, 256), new ReLU(), new Linear(256, 10));
        CompiledModel.Compile(model, [1, 28, 28], TestOptions.Default).Save(folder.Of("digits.gfm"), new SaveOptions { Name = "digits" });
        var transcript = Transcript().Match(File.ReadAllText(RepositoryFolder.Of("README.md")).ReplaceLineEndings("\n")).Groups[1].Value;
        var commands = transcript.Split('\n').Where(l => l.StartsWith("$ ", StringComparison.Ordinal)).ToArray();
        Assert.That(commands, Has.Length.GreaterThan(2).And.All.StartsWith("$ graphforge "));
        var actual = string.Concat(commands.Select(line => line + "\n" + Output(line, folder)));
        Assert.That(Comparable(actual), Is.EqualTo(Comparable(transcript)), actual);
    }

    /// <summary>Files of a line are those of the folder; its output names them as the line does.</summary>
    private static string Output(string line, TemporaryFolder folder)
    {
        var words = line.Split(' ')[2..].Select(word => Extension().IsMatch(word) ? folder.Of(word) : word);
        return ToolRun.Done([.. words, "--quiet"]).Replace(folder.Path + Path.DirectorySeparatorChar, "", StringComparison.Ordinal);
    }

    private static string Comparable(string text) => Measured().Replace(text, "#");

    [GeneratedRegex("```console\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Transcript();

    [GeneratedRegex(@"\.(gfm|npy|json|pem)$")]
    private static partial Regex Extension();

    [GeneratedRegex(@" *[\d.,]+ (B|KiB|MiB|ms|GFLOP/s|runs)\b|(?<=compiled here for )\d+|[\d.]+e[-+]\d+|\b[0-9a-f]{64}\b|-?\d\.\d{4,}(E-\d+)?")]
    private static partial Regex Measured();
}
