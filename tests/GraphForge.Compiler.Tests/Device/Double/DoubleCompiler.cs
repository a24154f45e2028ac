using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace GraphForge.Compiler.Tests.Device.Double;

/// <summary>Compiles texts that were emitted for ILGPU against the double. Many make one compilation, each in a namespace of its own.</summary>
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
        var trees = texts.Select((text, i) => CSharpSyntaxTree.ParseText(text.Replace(Namespace, $"namespace Program{i};", StringComparison.Ordinal), path: $"{i}")).ToArray();
        var compilation = CSharpCompilation.Create("DeviceKernels", trees, References,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release));
        using var image = new MemoryStream();
        var result = compilation.Emit(image);
        if (result.Diagnostics.FirstOrDefault(d => d.Severity == DiagnosticSeverity.Error) is { } error)
            throw new InvalidOperationException($"{error}\n{error.Location.SourceTree}");
        var assembly = Assembly.Load(image.ToArray());
        return [.. texts.Select((_, i) => assembly.GetType($"Program{i}.Kernels", throwOnError: true)!)];
    }
}
