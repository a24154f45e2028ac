using GraphForge.Tests.Serialization;

namespace GraphForge.Tool.Tests;

/// <summary>What all commands have in common: usage, help, failures.</summary>
public sealed class CommandLineTests
{
    private static readonly string[] Commands = ["inspect", "run", "bench", "verify", "compile", "extract", "sign"];

    private static IEnumerable<TestCaseData> Wrong()
    {
        yield return Case("no artifact", ["inspect"], "Required argument missing for command: 'inspect'.");
        yield return Case("no command", ["inspekt"], "Unrecognized command or argument 'inspekt'.");
        yield return Case("option", ["inspect", "a.gfm", "--jsn"], "Unrecognized command or argument '--jsn'.");
        yield return Case("bind", ["run", "a.gfm", "-b", "batch"], "'batch' names no extents; write batch=8, or batch=8,length=128, each once.");
        yield return Case("bind twice", ["compile", "a.gfm", "-b", "batch=1,batch=2"], "'batch=1,batch=2' names no extents; write batch=8, or batch=8,length=128, each once.");
        yield return Case("budget", ["run", "a.gfm", "--budget", "64XB"], "'64XB' is no size; write 64MB, 1.5GiB or a number of bytes.");
        yield return Case("threads", ["run", "a.gfm", "--threads", "0"], "--threads is 1..1024, not 0.");
        yield return Case("vectors", ["compile", "a.gfm", "--vectors", "128,64"], "--vectors are some of 128, 256 and 512, not '64'.");
        yield return Case("made up", ["run", "a.gfm", "--zeros", "--random", "1"], "--random and --zeros exclude each other.");
        yield return Case("key alone", ["run", "a.gfm", "--key", "a.pem"], "--key names whom --trust signed trusts; give both.");
        yield return Case("no key", ["run", "a.gfm", "--trust", "signed"], "--trust signed needs the public key that is trusted: --key file.");
        yield return Case("no folder", ["extract", "a.gfm"], "Option '--output' is required.");
        yield return Case("sign with nothing", ["sign", "a.gfm"], "give --key to sign with a key, or --new-key to make one.");
        yield return Case("sign nothing", ["sign", "--key", "a.pem"], "name the artifact to sign.");
        yield return Case("seconds", ["bench", "a.gfm", "--seconds", "-1"], "--seconds is 0..3600 seconds, not -1.");

        static TestCaseData Case(string name, string[] line, string problem) => new TestCaseData(line, problem).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Wrong))]
    public void A_wrong_line_ends_with_a_hint(string[] line, string problem)
    {
        var run = ToolRun.Of(line);
        var command = Commands.Contains(line[0]) ? $"graphforge {line[0]}" : "graphforge";
        Assert.That((run.Code, run.Output, run.Error), Is.EqualTo((ExitCode.BadInput, "", $"graphforge: {problem}\n'{command} --help' says what there is.\n")));
    }

    [Test]
    public void A_command_is_needed() => Assert.That(ToolRun.Refused(), Is.EqualTo("name a command; 'graphforge --help' lists them."));

    [TestCaseSource(nameof(Commands))]
    public void Help_has_examples(string command)
    {
        var help = ToolRun.Done(command, "--help");
        Assert.That(help, Does.Contain($"  graphforge {command} ").And.Contain("Examples:\n").And.Contain("Notes:\n"));
        Assert.That(ToolRun.Done("--help"), Does.Contain($"  {command} <artifact> ").And.Contain("Exit codes: 0 done; 1 "));
    }

    /// <summary>Examples in the help are command lines that are understood.</summary>
    [TestCaseSource(nameof(Commands))]
    public void Examples_are_understood(string command)
    {
        var examples = ToolRun.Done(command, "--help").Split("Examples:\n")[1].Split('\n').Where(l => l.StartsWith("  graphforge ", StringComparison.Ordinal)).ToArray();
        Assert.That(examples, Is.Not.Empty);
        foreach (var example in examples)
        {
            var words = example.Trim().Split(" | ")[0].Split(' ')[1..];
            Assert.That(ToolCommand.Create().Parse(words).Errors.Select(e => e.Message), Is.Empty, example);
        }
    }

    [Test]
    public void The_version_is_told() => Assert.That(ToolRun.Done("--version"), Is.EqualTo($"{ToolCommand.Version}\n"));

    private static IEnumerable<TestCaseData> NoArtifacts()
    {
        yield return new TestCaseData(null, "there is no such file.").SetArgDisplayNames("missing");
        yield return new TestCaseData(Array.Empty<byte>(), "the file is empty.").SetArgDisplayNames("empty");
        yield return new TestCaseData("{}"u8.ToArray(), "this is no artifact: it is too short for a zip file.").SetArgDisplayNames("short");
        yield return new TestCaseData(new byte[1000], "this is no artifact, or the end of it is missing.").SetArgDisplayNames("other");
    }

    [TestCaseSource(nameof(NoArtifacts))]
    public void What_is_no_artifact_is_refused_by_every_command(byte[]? content, string problem)
    {
        using var samples = new TemporaryFolder();
        using var keys = new TemporaryFolder();
        ToolRun.Done("sign", "--new-key", keys.Of("key.pem"));
        var path = content is null ? samples.Of("a.gfm") : samples.With("a.gfm", content);
        foreach (var command in Commands)
        {
            string[] rest = command switch { "extract" => ["-o", samples.Of("out")], "sign" => ["--key", keys.Of("key.pem")], _ => [] };
            Assert.That(ToolRun.Refused([command, path, .. rest]), Is.EqualTo($"{path}: error GF0501: {problem}"), command);
        }
        Assert.That(samples.Files, Is.EqualTo(content is null ? [] : new[] { "a.gfm" }));
    }

    [Test]
    public void A_defect_is_one_line_that_says_how_to_report_it()
    {
        var error = new StringWriter { NewLine = "\n" };
        Assert.That(Failure.Report(new InvalidOperationException("the sequence\nis empty"), error), Is.EqualTo(ExitCode.Unexpected));
        Assert.That(error.ToString(), Is.EqualTo(
            $"graphforge: unexpected failure: InvalidOperationException: the sequence is empty This is a defect of GraphForge {ToolCommand.Version}. " +
            "Please report it with this line, the command line, and what the command prints with GF_TRACE=1 in its environment.\n"));
    }

    [Test]
    public void Too_little_memory_is_no_defect()
    {
        var error = new StringWriter { NewLine = "\n" };
        Assert.That(Failure.Report(new OutOfMemoryException(), error), Is.EqualTo(ExitCode.BadInput));
        Assert.That(error.ToString(), Is.EqualTo("graphforge: there is not enough memory for this; a smaller extent (--bind) takes less.\n"));
    }

    [Test]
    public void Names_do_not_command_the_terminal()
    {
        var text = new StringWriter();
        var writer = new PrintableWriter(text);
        writer.Write("\u001b[31mred\u001b[0m\ttab\n");
        writer.Write('\u009b');
        writer.Write(['a', '\u0007'], 0, 2);
        Assert.That(text.ToString(), Is.EqualTo("\uFFFD[31mred\uFFFD[0m\ttab\n\uFFFDa\uFFFD"));
    }

    [TestCase("64MB", 64_000_000)]
    [TestCase("64MiB", 64L << 20)]
    [TestCase("1.5 gib", 3L << 29)]
    [TestCase("4096", 4096)]
    [TestCase("12B", 12)]
    [TestCase("0", null)]
    [TestCase("-1MB", null)]
    [TestCase("9999999TB", null)]
    [TestCase("MB", null)]
    [TestCase("", null)]
    public void Sizes_are_read(string text, long? bytes) =>
        Assert.That(Options.ByteSize.TryParse(text, out var read) ? read : (long?)null, Is.EqualTo(bytes));
}
