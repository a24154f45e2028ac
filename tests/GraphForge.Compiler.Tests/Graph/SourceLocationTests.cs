using System.Reflection;
using GraphForge.Compiler.Graph;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Emit;

namespace GraphForge.Compiler.Tests.Graph;

/// <summary>Locations within assemblies whose symbols are there, are missing, belong to another build or are no symbols.</summary>
public class SourceLocationTests
{
    private string _folder = "";

    [SetUp]
    public void Make() => _folder = Directory.CreateTempSubdirectory("graphforge-symbols-").FullName;

    [TearDown]
    public void Remove() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Symbols_tell_file_and_line() => Assert.That(Locate(Build("one").Symbols), Is.EqualTo("Model.cs(3)"));

    [Test]
    public void Without_symbols_a_location_is_unknown() => Assert.That(Locate(null), Is.EqualTo(""));

    [Test]
    public void Symbols_of_another_build_are_not_believed() => Assert.That(Locate(Build("two").Symbols), Is.EqualTo(""));

    [Test]
    public void What_is_no_symbols_file_is_not_read([Values(0, 3, 4000)] int bytes) =>
        Assert.That(Locate([.. Enumerable.Repeat((byte)0x42, bytes)]), Is.EqualTo(""));

    [Test]
    public void Symbols_that_end_early_are_not_read([Values(20, 120, 400)] int bytes) => Assert.That(Locate(Build("one").Symbols[..bytes]), Is.EqualTo(""));

    /// <summary>Where a method of an assembly stands beside which lie those symbols; the assembly is the same to the byte whenever it is built.</summary>
    private string Locate(byte[]? symbols)
    {
        File.WriteAllBytes(Path.Combine(_folder, "Model.dll"), Build("one").Assembly);
        if (symbols is not null) File.WriteAllBytes(Path.Combine(_folder, "Model.pdb"), symbols);
        // From bytes it would have no path, and what is loaded stays: each test loads another file.
        var method = Assembly.LoadFile(Path.Combine(_folder, "Model.dll")).GetType("Model")!.GetMethod("Place")!;
        return method.CreateDelegate<Func<SourceLocation>>()().ToString();
    }

    private static (byte[] Assembly, byte[] Symbols) Build(string name)
    {
        var text = $"public static class Model\n{{\n    public static GraphForge.Compiler.Graph.SourceLocation Place() => GraphForge.Compiler.Graph.SourceLocation.Capture();\n}} // {name}";
        var platform = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(path => MetadataReference.CreateFromFile(path));
        var compilation = CSharpCompilation.Create("Model", [CSharpSyntaxTree.ParseText(text, path: "Model.cs", encoding: System.Text.Encoding.UTF8)], platform,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, deterministic: true));
        var (assembly, symbols) = (new MemoryStream(), new MemoryStream());
        var result = compilation.Emit(assembly, symbols, options: new EmitOptions(debugInformationFormat: DebugInformationFormat.PortablePdb, pdbFilePath: "Model.pdb"));
        Assert.That(result.Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error), Is.Empty);
        return (assembly.ToArray(), symbols.ToArray());
    }
}
