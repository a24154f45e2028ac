using System.Diagnostics;
using System.Globalization;

namespace GraphForge.Tool.Tests;

/// <summary>The command as a process of its own.</summary>
public sealed class ProcessTests
{
    [Test]
    public void It_runs_and_ends_with_its_code()
    {
        using var samples = new SampleArtifacts();
        using var inspect = Start("inspect", samples.Classifier);
        var output = inspect.StandardOutput.ReadToEnd();
        inspect.WaitForExit();
        Assert.That(inspect.ExitCode, Is.Zero, inspect.StandardError.ReadToEnd());
        Assert.That(output.ReplaceLineEndings("\n"), Is.EqualTo(ToolRun.Done("inspect", samples.Classifier)));
        using var refused = Start("inspect", samples.Of("none.gfm"));
        var error = refused.StandardError.ReadToEnd();
        refused.WaitForExit();
        Assert.That((refused.ExitCode, error.ReplaceLineEndings("\n")), Is.EqualTo((2, $"graphforge: {samples.Of("none.gfm")}: error GF0501: there is no such file.\n")));
    }

    [Test]
    [Platform(Exclude = "Win", Reason = "Signals are sent otherwise there.")]
    public void Ctrl_C_ends_it()
    {
        using var samples = new SampleArtifacts();
        using var bench = Start("bench", samples.Classifier, "--bind", "batch=1", "--seconds", "3600");
        while (bench.StandardError.ReadLine() is { } line && !line.StartsWith("measuring", StringComparison.Ordinal)) Assert.That(line, Does.Not.StartWith("graphforge:"));
        using (var kill = Process.Start("kill", ["-INT", bench.Id.ToString(CultureInfo.InvariantCulture)])) kill.WaitForExit();
        var rest = bench.StandardError.ReadToEnd();
        bench.WaitForExit();
        Assert.That((bench.ExitCode, rest, bench.StandardOutput.ReadToEnd()), Is.EqualTo((130, "graphforge: cancelled; no file is half written.\n", "")));
    }

    private static Process Start(params string[] args)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        if (Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet") start.FileName = host;
        foreach (var argument in (string[])[typeof(ToolCommand).Assembly.Location, .. args]) start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }
}
