using GraphForge.Compiler.Tests;

namespace GraphForge.Build.Tests;

/// <summary>A copy of examples/AotClassifier through what happens to a project: builds, edits, mistakes, clean and publish.</summary>
[NonParallelizable]
public sealed class ExampleBuildTests
{
    private const long MiB = 1 << 20;

    private BuiltProject _project = null!;

    [SetUp]
    public void Build()
    {
        _project = new BuiltProject(RepositoryFolder.Of("examples", "AotClassifier"));
        _project.Succeed("build", "-c", "Release", "-warnaserror", "-warnnotaserror:NU1603");
    }

    [TearDown]
    public void Remove() => _project.Dispose();

    [Test]
    public void Program_is_published_without_a_compiler()
    {
        Assert.That(_project.RunProgram(), Is.EqualTo("eight.txt: 8 (99.1 %)\nseven.txt: 7 (99.8 %)\ntwo.txt: 2 (97.1 %)\n"));

        _project.Succeed("publish", "-c", "Release", "-o", _project.Of("published"));
        var files = Directory.GetFiles(_project.Of("published")).ToDictionary(f => Path.GetFileName(f)!, f => new FileInfo(f).Length);
        Assert.That(files.Keys, Has.None.StartsWith("Microsoft.CodeAnalysis").And.No.Member("GraphForge.dll").And.No.Member("GraphForge.Compiler.dll")
            .And.No.Member("GraphForge.Build.dll"));
        var weights = new FileInfo(Path.Combine(_project.Generated, "DigitClassifier.safetensors")).Length;
        var bytes = files["AotClassifier.dll"] - weights + files["GraphForge.Runtime.dll"] + files["Microsoft.Extensions.ObjectPool.dll"];
        Assert.That(bytes, Is.LessThan(MiB));
        Assert.That(_project.Succeed(_project.Of("published/AotClassifier.dll"), _project.Of("samples/two.txt")), Is.EqualTo("two.txt: 2 (97.1 %)\n"));
    }

    [Test]
    public void Only_what_an_edit_concerns_is_built_again()
    {
        var built = (Generated: Generated(), Stamp: Stamp(), Program: Program());
        _project.Succeed("build", "-c", "Release", "--no-restore");
        Assert.That((Generated(), Stamp(), Program()), Is.EqualTo(built), "nothing changed");

        _project.Edit("Program.cs", "return 0;", "return  0;");
        _project.Succeed("build", "-c", "Release", "--no-restore");
        Assert.That((Generated(), Stamp()), Is.EqualTo((built.Generated, built.Stamp)), "models do not use the program");
        Assert.That(Program(), Is.GreaterThan(built.Program));
        built.Program = Program();

        _project.Edit("Models.cs", "var network = DigitNetwork.Create();", "var network = DigitNetwork.Create(); ");
        _project.Succeed("build", "-c", "Release", "--no-restore");
        Assert.That(Stamp(), Is.GreaterThan(built.Stamp), "a model was edited");
        Assert.That((Generated(), Program()), Is.EqualTo((built.Generated, built.Program)), "but what it computes is the same");

        _project.Edit("Models.cs", ".Softmax(-1)", ".LogSoftmax(-1)");
        _project.Succeed("build", "-c", "Release", "--no-restore");
        Assert.That(Program(), Is.GreaterThan(built.Program), "a model changed");
        Assert.That(_project.RunProgram(_project.Of("samples/two.txt")), Does.StartWith("two.txt: 2 (-"));

        var weights = File.ReadAllBytes(_project.Of("digits.safetensors"));
        weights.AsSpan(8192).Clear();
        File.WriteAllBytes(_project.Of("digits.safetensors"), weights);
        var before = File.ReadAllBytes(Path.Combine(_project.Generated, "DigitClassifier.safetensors"));
        _project.Succeed("build", "-c", "Release", "--no-restore");
        Assert.That(File.ReadAllBytes(Path.Combine(_project.Generated, "DigitClassifier.safetensors")), Is.Not.EqualTo(before));

        _project.Succeed("clean", "-c", "Release");
        Assert.That(Directory.Exists(_project.Of("obj/Release/net10.0/graphforge")), Is.False);
        _project.Succeed("build", "-c", "Release", "--no-restore");
        Assert.That(_project.RunProgram(_project.Of("samples/two.txt")), Does.StartWith("two.txt: "));
    }

    [Test]
    public void Mistakes_in_models_are_errors_of_the_build_at_their_lines()
    {
        var built = Generated();
        _project.Edit("Models.cs", "\"batch\", 1, 28, 28", "\"batch\", 2, 28, 28");
        var (code, output) = _project.Run("build", "-c", "Release", "--no-restore");
        Assert.That(code, Is.Not.Zero);
        Assert.That(Errors(output), Is.EqualTo((string[])["DigitNetwork.cs(9,42): error GF0101"]), output);
        Assert.That(output, Does.Contain("error GF0600: The models were not compiled").And.Not.Contain(" -> "), "and there the build ends");
        Assert.That(Generated(), Is.EqualTo(built), "nothing is lost");

        _project.Edit("Models.cs", "\"batch\", 2, 28, 28", "\"batch\", 1, 28, 28");
        File.Move(_project.Of("digits.safetensors"), _project.Of("other.safetensors"));
        _project.Edit("AotClassifier.csproj", "<GraphForgeData Include=\"digits.safetensors\" />", "");
        (code, output) = _project.Run("build", "-c", "Release", "--no-restore");
        Assert.That(code, Is.Not.Zero);
        Assert.That(Errors(output), Is.EqualTo((string[])["Models.cs(14,9): error GF0602"]), output);

        File.Move(_project.Of("other.safetensors"), _project.Of("digits.safetensors"));
        _project.Succeed("build", "-c", "Release", "--no-restore");
        Assert.That(Generated(), Is.EqualTo(built));
    }

    [Test]
    public void Switched_off_nothing_is_compiled_and_an_editor_sees_models_as_sources()
    {
        _project.Succeed("clean", "-c", "Release");
        _project.Edit("Program.cs", "DigitClassifier.Run(TextImage.Parse(File.ReadAllText(path)), probabilities);",
            "#if GRAPHFORGE_AOT\n#error compiled models are expected\n#endif\n_ = TextImage.Parse(File.ReadAllText(path));");
        _project.Succeed("build", "-c", "Release", "--no-restore", "-p:GraphForgeAot=false");
        Assert.That(Directory.Exists(_project.Of("obj/Release/net10.0/graphforge")), Is.False);
        Assert.That(_project.RunProgram(_project.Of("samples/two.txt")), Is.EqualTo("two.txt: 0 (0.0 %)\n"));

        var compile = _project.Succeed("build", "-c", "Release", "--no-restore", "-p:DesignTimeBuild=true", "-p:SkipCompilerExecution=true",
            "-p:ProvideCommandLineArgs=true", "-t:Compile", "-getItem:Compile,ReferencePathWithRefAssemblies");
        Assert.That(compile, Does.Contain("\"Models.cs\"").And.Contain("tools/GraphForge.dll"));
        Assert.That(Directory.Exists(_project.Of("obj/Release/net10.0/graphforge")), Is.False);
    }

    [Test]
    public void Inner_builds_and_builds_at_the_same_time_do_not_meet()
    {
        _project.Edit("AotClassifier.csproj", "<TargetFramework>net10.0</TargetFramework>", "<TargetFrameworks>net10.0</TargetFrameworks>");
        _project.Succeed("restore");
        using var debug = _project.Start("build", "-c", "Debug", "--no-restore");
        using var release = _project.Start("build", "-c", "Release", "--no-restore");
        var outputs = (debug.StandardOutput.ReadToEndAsync(), release.StandardOutput.ReadToEndAsync());
        debug.WaitForExit();
        release.WaitForExit();
        Assert.That((debug.ExitCode, release.ExitCode), Is.EqualTo((0, 0)), outputs.Item1.Result + outputs.Item2.Result);
        Assert.That(_project.Times("obj/Debug/net10.0/graphforge/generated"), Is.Not.Empty);
        Assert.That(_project.Succeed(_project.Of("bin/Debug/net10.0/AotClassifier.dll"), _project.Of("samples/two.txt")), Is.EqualTo("two.txt: 2 (97.1 %)\n"));
    }

    private Dictionary<string, DateTime> Generated() => _project.Times("obj/Release/net10.0/graphforge/generated");

    private DateTime Stamp() => File.GetLastWriteTimeUtc(_project.Of("obj/Release/net10.0/graphforge/compiled.stamp"));

    private DateTime Program() => File.GetLastWriteTimeUtc(_project.Of("bin/Release/net10.0/AotClassifier.dll"));

    /// <summary>File, place and code of each error, once.</summary>
    private static IEnumerable<string> Errors(string output) => output.Split('\n').Where(line => line.Contains(": error ") && !line.Contains("GF0600"))
        .Select(line => Path.GetFileName(line[..line.IndexOf(": error ", StringComparison.Ordinal)].Trim()) + line[line.IndexOf(": error ", StringComparison.Ordinal)..])
        .Select(line => line[..line.IndexOf(':', line.IndexOf("error ", StringComparison.Ordinal))]).Distinct();
}
