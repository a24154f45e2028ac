using System.Reflection;
using System.Text.RegularExpressions;
using GraphForge.Compiler.Tests;
using GraphForge.Layers;
using GraphForge.Tests.Artifacts;
using GraphForge.Tests.Serialization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace GraphForge.Tests;

/// <summary>The programs of the README do what the README says, as they stand there.</summary>
[NonParallelizable]
public sealed partial class ReadmeTests
{
    private const string Data = "examples/data/mnist10k";

    /// <summary>What a new console project has without asking for it.</summary>
    private const string ImplicitUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Threading.Tasks;
        """;

    [Test]
    public void The_first_program_compiles_and_learns()
    {
        var program = Program().Match(File.ReadAllText(RepositoryFolder.Of("README.md"))).Groups[1].Value;
        Assert.That(program, Does.Contain(Data), "The README's first program reads the checked-in digits.");
        var output = Run(Compile(program.Replace(Data, RepositoryFolder.Of(Data.Split('/')).Replace('\\', '/'))));
        Assert.That(output, Does.Match(@"epoch 1 .*\n.*epoch 2 .*\n.*epoch 3  loss 0\..* validation 9\d\.\d\d %"));
        Assert.That(output, Does.Contain("planned peak ").And.Contain("arena ÷ lower bound"));
    }

    [Test]
    public void The_program_without_the_compiler_runs()
    {
        using var folder = new TemporaryFolder();
        var model = new Sequential(new Flatten(), new Linear(784, 10));
        CompiledModel.Compile(model, [1, 28, 28], TestOptions.Default).Save(folder.Of("digits.gfm"));
        var blank = Enumerable.Range(0, 10).MaxBy(i => ((Linear)model[1]).Bias!.AsSpan<float>()[i]);
        var program = Program().Matches(File.ReadAllText(RepositoryFolder.Of("README.md")))[1].Groups[1].Value;
        Assert.That(program, Does.Contain("\"digits.gfm\""));
        Assert.That(RuntimeProcess.Run(program.Replace("digits.gfm", folder.Of("digits.gfm").Replace('\\', '/'))), Is.EqualTo($"digit {blank}\n"));
    }

    [GeneratedRegex("```csharp\r?\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Program();

    private static Assembly Compile(string program)
    {
        var compilation = CSharpCompilation.Create("ReadmeProgram", [CSharpSyntaxTree.ParseText(ImplicitUsings), CSharpSyntaxTree.ParseText(program)],
            References(), new CSharpCompilationOptions(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable));
        var image = new MemoryStream();
        var result = compilation.Emit(image);
        Assert.That(result.Diagnostics.Where(d => d.Severity >= DiagnosticSeverity.Warning), Is.Empty);
        return Assembly.Load(image.ToArray());
    }

    private static IEnumerable<MetadataReference> References() => ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
        .Split(Path.PathSeparator).Concat(Directory.EnumerateFiles(AppContext.BaseDirectory, "GraphForge*.dll"))
        .Where(path => !path.EndsWith(".Tests.dll", StringComparison.Ordinal))
        .DistinctBy(Path.GetFileName).Select(path => MetadataReference.CreateFromFile(path));

    /// <summary>What the program writes. Its entry point waits for the end of its asynchronous part.</summary>
    private static string Run(Assembly program)
    {
        var (output, console) = (new StringWriter { NewLine = "\n" }, Console.Out);
        Console.SetOut(output);
        try
        {
            program.EntryPoint!.Invoke(null, [Array.Empty<string>()]);
        }
        finally
        {
            Console.SetOut(console);
        }
        return output.ToString();
    }
}
