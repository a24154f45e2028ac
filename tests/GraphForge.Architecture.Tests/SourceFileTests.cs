using System.Text.RegularExpressions;

namespace GraphForge.Architecture.Tests;

/// <summary>Namespaces, sizes and words of the source files.</summary>
public partial class SourceFileTests
{
    private const int MaxLines = 400;

    /// <summary>C# text that goes into generated programs; it has no namespace of its own.</summary>
    private const string KernelText = "compiler/GraphForge.Compiler/Emit/Prelude/";

    /// <summary>Folders with the parts of one partial class, named after it, and what only they use; their namespace is the class's.</summary>
    private static readonly string[] PartFolders = ["Functional", "Tensor", "Training"];

    private static readonly string[] AllFolders = [.. Repository.LibraryFolders, "tests", "bench", "examples"];

    private static IEnumerable<string> LibraryFiles => Repository.Files("*.cs", Repository.LibraryFolders);

    private static IEnumerable<string> AllFiles => Repository.Files("*.cs", AllFolders);

    [Test]
    public void FilesAreFound() => Assert.That(LibraryFiles.Count(), Is.GreaterThan(30));

    [Test]
    public void NamespaceIsFolder()
    {
        var wrong = LibraryFiles
            .Where(path => !path.StartsWith(KernelText, StringComparison.Ordinal))
            .Select(path => (Path: path, Expected: Folder(path), Actual: NamespaceOf(path)))
            .Where(file => file.Actual != file.Expected)
            .Select(file => $"{file.Path}: namespace {file.Actual ?? "none"}, not {file.Expected}");
        Assert.That(wrong, Is.Empty);
    }

    [Test]
    public void FilesAreSmall()
    {
        var large = AllFiles.Select(path => (Path: path, Lines: Repository.Lines(path).Length))
            .Where(file => file.Lines > MaxLines)
            .Select(file => $"{file.Path}: {file.Lines} lines");
        Assert.That(large, Is.Empty);
    }

    [Test]
    public void NothingIsLeftUnfinished()
    {
        var unfinished = AllFiles
            .SelectMany(path => Repository.Lines(path).Select((line, i) => (Where: $"{path}({i + 1}): {line.Trim()}", Line: line)))
            .Where(item => Unfinished().IsMatch(item.Line))
            .Select(item => item.Where);
        Assert.That(unfinished, Is.Empty);
    }

    [TestCase("// TO" + "DO later", true)]
    [TestCase("throw new NotImplemented" + "Exception();", true)]
    [TestCase("var todos = 3;", false)]
    public void UnfinishedWordsAreRecognised(string line, bool unfinished) =>
        Assert.That(Unfinished().IsMatch(line), Is.EqualTo(unfinished));

    /// <summary>runtime/GraphForge.Runtime/Parallel/X.cs → GraphForge.Runtime.Parallel.</summary>
    private static string Folder(string path) => string.Join('.', path.Split('/')[1..^1].Where(folder => !PartFolders.Contains(folder)));

    private static string? NamespaceOf(string path) => Repository.Lines(path)
        .Select(line => Namespace().Match(line)).FirstOrDefault(match => match.Success)?.Groups[1].Value;

    [GeneratedRegex(@"^namespace ([\w.]+)")]
    private static partial Regex Namespace();

    [GeneratedRegex(@"\b(TO[D]O|FIX[M]E|HA[C]K|XX[X]|NotImplemented[E]xception)\b")]
    private static partial Regex Unfinished();
}
