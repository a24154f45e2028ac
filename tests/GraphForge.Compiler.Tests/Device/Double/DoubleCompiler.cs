using System.Reflection;
using GraphForge.Compiler.Emit;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace GraphForge.Compiler.Tests.Device.Double;

/// <summary>
/// Compiles texts that were emitted for ILGPU against the double. Many make one compilation, each in a namespace of its own; they share
/// the functions that kernels call, which are most of each text. A single one is compiled as it is.
/// </summary>
internal static class DoubleCompiler
{
    private const string Namespace = "namespace GraphForge.Generated;";

    private static readonly MetadataReference[] References = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
        .Where(path => Path.GetFileName(path).StartsWith("System.", StringComparison.Ordinal) || Path.GetFileName(path) == "netstandard.dll")
        .Append(typeof(DoubleCompiler).Assembly.Location).Select(path => (MetadataReference)MetadataReference.CreateFromFile(path)).ToArray();

    /// <summary>The class of kernels of each text.</summary>
    /// <exception cref="InvalidOperationException">A text is not C#: what the compiler says, with the text.</exception>
    public static IReadOnlyList<Type> Compile(IReadOnlyList<string> texts)
    {
        var (head, shared) = (texts[0][..texts[0].IndexOf(Namespace, StringComparison.Ordinal)], texts.Count > 1);
        var trees = texts.Select((text, i) => (shared ? WithoutFunctions(text) : text).Replace(Namespace, $"namespace GraphForge.Generated.Program{i};", StringComparison.Ordinal))
            .Concat(shared ? [$"{head}{Namespace}\n{PreludeSource.Device.All}"] : []).Select((text, i) => CSharpSyntaxTree.ParseText(text, path: $"{i}")).ToArray();
        var compilation = CSharpCompilation.Create("DeviceKernels", trees, References,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release));
        using var image = new MemoryStream();
        var result = compilation.Emit(image);
        if (result.Diagnostics.FirstOrDefault(d => d.Severity == DiagnosticSeverity.Error) is { } error)
            throw new InvalidOperationException($"{error}\n{error.Location.SourceTree}");
        var assembly = Assembly.Load(image.ToArray());
        return [.. texts.Select((_, i) => assembly.GetType($"GraphForge.Generated.Program{i}.Kernels", throwOnError: true)!)];
    }

    private static string WithoutFunctions(string text) => text[..(text.IndexOf("\n}\n", StringComparison.Ordinal) + "\n}\n".Length)];
}
