using System.Collections.Immutable;
using System.Reflection;
using System.Text;
using GraphForge.Compiler.Graph;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Emit;
using Microsoft.CodeAnalysis.Text;

namespace GraphForge.Jit;

/// <summary>
/// C# text to assembly bytes. The only class that touches Roslyn: the runtime loads Roslyn's assemblies when a method here
/// first runs, hence never in a process that finds its kernels in the cache.
/// </summary>
internal static class KernelAssembly
{
    private const int ErrorsShown = 5;

    private static readonly Lazy<MetadataReference> CoreLibrary = new(ReferenceCoreLibrary);

    /// <summary>Compiles a program, with its debug information embedded in the result.</summary>
    /// <param name="text">C# that needs nothing but the core library.</param>
    /// <param name="name">Name of the assembly.</param>
    /// <param name="documentPath">Where a debugger looks for the text before it takes the embedded copy.</param>
    /// <param name="cancellation">Stops parsing and emitting.</param>
    /// <param name="embedText">Whether there is such a copy.</param>
    /// <param name="libraries">What the text uses besides the core library; they must be loaded.</param>
    /// <exception cref="InternalCompilerException">The text is not valid C#: a defect of the emitter.</exception>
    public static byte[] Build(string text, string name, string documentPath, CancellationToken cancellation, bool embedText = true, params IReadOnlyList<Assembly> libraries)
    {
        var source = SourceText.From(text, Encoding.UTF8, SourceHashAlgorithm.Sha256);
        var tree = CSharpSyntaxTree.ParseText(
            source, new CSharpParseOptions(LanguageVersion.Latest, DocumentationMode.None), documentPath, cancellation);
        var compilation = CSharpCompilation.Create(name, [tree], [CoreLibrary.Value, .. libraries.Select(Reference)], new CSharpCompilationOptions(
            OutputKind.DynamicallyLinkedLibrary,
            optimizationLevel: OptimizationLevel.Release,
            allowUnsafe: true,
            warningLevel: 0,
            concurrentBuild: true,
            deterministic: true,
            nullableContextOptions: NullableContextOptions.Disable));
        using var image = new MemoryStream();
        var result = compilation.Emit(
            image,
            options: new EmitOptions(debugInformationFormat: DebugInformationFormat.Embedded),
            embeddedTexts: embedText ? [EmbeddedText.FromSource(documentPath, source)] : [],
            cancellationToken: cancellation);
        if (!result.Success) throw Failure(result.Diagnostics, source);
        return image.ToArray();
    }

    /// <summary>
    /// The core library as the process has it mapped: no file is searched for or read, and a single-file application, which
    /// has no such file, works too. It holds everything kernels use, the intrinsics included.
    /// </summary>
    private static MetadataReference ReferenceCoreLibrary() => Reference(typeof(object).Assembly);

    private static unsafe MetadataReference Reference(Assembly assembly)
    {
        if (!System.Reflection.Metadata.AssemblyExtensions.TryGetRawMetadata(assembly, out var metadata, out var length))
            throw new PlatformNotSupportedException("Compiling kernels needs a runtime that carries its metadata.");
        return AssemblyMetadata.Create(ModuleMetadata.CreateFromMetadata((nint)metadata, length)).GetReference();
    }

    private static InternalCompilerException Failure(ImmutableArray<Diagnostic> diagnostics, SourceText source)
    {
        var errors = diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)
            .OrderBy(error => error.Location.SourceSpan.Start).ToArray();
        var dump = string.Join(Environment.NewLine, errors.Take(ErrorsShown).Select(error => Describe(error, source)));
        return new InternalCompilerException("jit", $"the emitted text does not compile ({errors.Length} errors)", dump);
    }

    private static string Describe(Diagnostic error, SourceText source)
    {
        if (!error.Location.IsInSource) return $"{error.Id}: {error.GetMessage()}";
        var position = error.Location.GetLineSpan().StartLinePosition;
        return $"({position.Line + 1},{position.Character + 1}): {error.Id}: {error.GetMessage()}" + Environment.NewLine
            + $"    {source.Lines[position.Line]}";
    }
}
