using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Emit;

namespace GraphForge.Build.Tests;

/// <summary>What the compile step says of what it cannot compile, and what it leaves in its folder.</summary>
public sealed class CompileStepTests
{
    private const string Head = """
        using GraphForge;
        using GraphForge.Layers;
        public static class Models
        {

        """;

    private DirectoryInfo _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = Directory.CreateTempSubdirectory("graphforge-step-");

    [TearDown]
    public void RemoveFolder() => _folder.Delete(recursive: true);

    [TestCase("[CompiledModel(\"Bad\")] public static CompiledModel Bad(int size) => null!;",
        "Models.cs(5): error GF0601: 'Models.Bad' is marked as a compiled model, which a static method is that has no parameters and returns a CompiledModel or a Training.")]
    [TestCase("[CompiledModel(\"Bad\")] public static Module Bad() => new Linear(2, 2);",
        "Models.cs(5): error GF0601: 'Models.Bad' is marked as a compiled model, which a static method is that has no parameters and returns a CompiledModel or a Training.")]
    [TestCase("[CompiledModel(\"Bad\")] public static CompiledModel Bad() => null!;",
        "Models.cs(5): error GF0601: 'Models.Bad' returned null and no model.")]
    [TestCase("[CompiledModel(\"Bad\")] public sealed class Bad : Module { }",
        "Models.cs(5): error GF0601: 'Bad' is marked as a compiled model, which a Module is that has a constructor without parameters and is marked with the shape of one input: [CompiledModel(\"Name\", InputShape = [1, 28, 28])].")]
    [TestCase("[CompiledModel(\"Bad\")] public static CompiledModel Bad() => throw new System.InvalidOperationException(\"no data\");",
        "Models.cs(5,61): error GF0602: the model cannot be made: InvalidOperationException: no data")]
    [TestCase("[CompiledModel(\"1 Bad\")] public static CompiledModel Bad() => CompiledModel.Compile(new Linear(2, 2), [2]);",
        "Models.cs(5): error GF0603: '1 Bad' is no name for a class: letters, digits and underscores, and a namespace with dots before it if need be.")]
    [TestCase("[CompiledModel(\"A\")] public static CompiledModel One() => CompiledModel.Compile(new Linear(2, 2), [2]);\n[CompiledModel(\"A\")] public static CompiledModel Two() => One();",
        "Models.cs(6): error GF0603: two models are named 'A'; rename one of them.")]
    [TestCase("[CompiledModel(\"Bad\", Bindings = [\"batch\"])] public static CompiledModel Bad() => CompiledModel.Compile(new Linear(2, 2), [2]);",
        "Models.cs(5): error GF0203: 'batch' does not say what to compile for; write each extent with its number, such as Bindings = [\"batch=1, length=128\"].")]
    [TestCase("[CompiledModel(\"Bad\", VectorBits = [64])] public static CompiledModel Bad() => CompiledModel.Compile(new Linear(2, 2), [2]);",
        "Models.cs(5): error GF0104: SaveOptions.VectorBits are some of 128, 256 and 512, each once, but not [64].")]
    [TestCase("[CompiledModel(\"Bad\")] public static CompiledModel Bad() => CompiledModel.Compile(new Linear(2, 2), [3]);",
        "Models.cs(5,61): error GF0101: ")]
    [TestCase("[CompiledModel(\"Bad\")] public static CompiledModel Bad() => CompiledModel.Compile(new Linear(2, 2), [2], new CompileOptions { MemoryBudget = 5 });",
        "Models.cs(5,61): error GF0204: ")]
    public void Mistakes(string member, string message)
    {
        var (code, text) = Run(member);
        Assert.That(code, Is.EqualTo(1));
        Assert.That(text.Replace(_folder.FullName + Path.DirectorySeparatorChar, ""), message.EndsWith(": ") ? Does.StartWith(message) : Is.EqualTo(message + "\n"));
        Assert.That(text.Split('\n'), Has.Length.EqualTo(2), "one line an error");
        Assert.That(Files(), Is.Empty);
    }

    [Test]
    public void An_assembly_that_cannot_be_loaded_is_told()
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "references.txt"), "");
        File.WriteAllText(Path.Combine(_folder.FullName, "broken.dll"), "no assembly");
        var messages = new StringWriter { NewLine = "\n" };
        var options = new CompileStepOptions(Path.Combine(_folder.FullName, "broken.dll"), Path.Combine(_folder.FullName, "references.txt"), Output, "Project");
        Assert.That(CompileStep.Run(options, messages, CancellationToken.None), Is.EqualTo(1));
        Assert.That(messages.ToString(), Does.StartWith("GraphForge: error GF0605: the models cannot be loaded: ").And.EndsWith("\n"));
    }

    [Test]
    public void Cancelled_work_leaves_what_was_there()
    {
        const string Model = "[CompiledModel(\"A\")] public static CompiledModel A() => CompiledModel.Compile(new Linear(2, 2), [2]);";
        Run(Model);
        var files = Files();
        Assert.That(Run(Model.Replace("(2, 2)", "(2, 3)"), new CancellationToken(canceled: true)).Code, Is.EqualTo(130));
        Assert.That(Files(), Is.EquivalentTo(files));
    }

    [Test]
    public void Every_mistake_is_told_at_once() => Assert.That(Run("""
        [CompiledModel("A")] public static CompiledModel A() => CompiledModel.Compile(new Linear(2, 2), [3]);
        [CompiledModel("B")] public static CompiledModel B() => CompiledModel.Compile(new Linear(4, 2), [3]);
        """).Text.TrimEnd().Split('\n'), Has.Length.EqualTo(2));

    [Test]
    public void What_is_no_longer_made_is_removed()
    {
        Assert.That(Run("[CompiledModel(\"A\")] public static CompiledModel A() => CompiledModel.Compile(new Linear(2, 2), [2]);").Code, Is.Zero);
        Assert.That(Files(), Does.Contain("A.g.cs").And.Contain("A.safetensors").And.Contain("A.Batch1V256.Plan.g.cs").And.Contain("A.Batch1V256.Kernels.g.cs"));
        Assert.That(Run("[CompiledModel(\"B\", VectorBits = [128])] public static CompiledModel B() => CompiledModel.Compile(new Linear(2, 2), [2]);").Code, Is.Zero);
        Assert.That(Files(), Is.EquivalentTo((string[])["B.g.cs", "B.safetensors", "B.Batch1V128.Plan.g.cs", "B.Batch1V128.Kernels.g.cs"]));
    }

    [Test]
    public void Same_models_same_bytes()
    {
        const string Model = "[CompiledModel(\"A\")] public static CompiledModel A() => CompiledModel.Compile(new Linear(70, 20), [70]);";
        Run(Model);
        var first = Files().ToDictionary(f => f, f => File.ReadAllBytes(Path.Combine(Output, f)));
        Directory.Delete(Output, recursive: true);
        Run(Model);
        Assert.That(Files().ToDictionary(f => f, f => File.ReadAllBytes(Path.Combine(Output, f))), Is.EqualTo(first));
    }

    private string Output => Path.Combine(_folder.FullName, "generated");

    private string[] Files() => [.. Directory.GetFiles(Output).Select(f => Path.GetFileName(f))];

    /// <summary>Compiles the members of a class as a project's models are, and runs the step on them.</summary>
    private (int Code, string Text) Run(string members, CancellationToken cancellation = default)
    {
        var source = Path.Combine(_folder.FullName, "Models.cs");
        var assembly = Path.Combine(_folder.FullName, $"{Guid.NewGuid():N}.dll");
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(path => MetadataReference.CreateFromFile(path));
        var tree = CSharpSyntaxTree.ParseText(Head + members + "\n}\n", path: source, encoding: System.Text.Encoding.UTF8);
        var compilation = CSharpCompilation.Create(Path.GetFileNameWithoutExtension(assembly), [tree], references,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
        using (var image = File.Create(assembly))
        using (var symbols = File.Create(Path.ChangeExtension(assembly, ".pdb")))
            Assert.That(compilation.Emit(image, symbols, options: new EmitOptions(debugInformationFormat: DebugInformationFormat.PortablePdb)).Diagnostics.Where(d => d.Severity >= DiagnosticSeverity.Warning), Is.Empty);
        var list = Path.Combine(_folder.FullName, "references.txt");
        File.WriteAllText(list, "");
        var messages = new StringWriter { NewLine = "\n" };
        return (CompileStep.Run(new CompileStepOptions(assembly, list, Output, "Project"), messages, cancellation), messages.ToString());
    }
}
