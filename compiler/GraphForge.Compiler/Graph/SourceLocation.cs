using System.Collections.Concurrent;
using System.Diagnostics;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace GraphForge.Compiler.Graph;

/// <summary>
/// A place in the user's code. Capturing notes only method and IL offset; file and line are read from the portable PDB
/// when somebody asks, since most locations are never printed.
/// </summary>
public sealed class SourceLocation
{
    public static readonly SourceLocation Unknown = new("", 0);

    private static readonly ConcurrentDictionary<Assembly, bool> LibraryAssemblies = new();
    private static readonly ConcurrentDictionary<Module, MetadataReaderProvider?> SymbolReaders = new();

    private readonly MethodBase? _method;
    private readonly int _ilOffset;
    private (string File, int Line, int Column)? _resolved;

    private SourceLocation(MethodBase? method, int ilOffset)
    {
        _method = method;
        _ilOffset = ilOffset;
    }

    /// <summary>A location known from elsewhere, such as caller-info attributes.</summary>
    public SourceLocation(string file, int line) => _resolved = (file, line, 0);

    public bool IsKnown => Resolve().Line > 0;

    public string File => Resolve().File;

    public int Line => Resolve().Line;

    /// <summary>From 1 on; 0 where it is unknown.</summary>
    public int Column => Resolve().Column;

    /// <summary>A place in a method, by default where its body begins.</summary>
    public static SourceLocation Of(MethodBase method, int ilOffset = 0) => new(method, ilOffset);

    /// <summary>The innermost frame of the current thread that is not GraphForge's own.</summary>
    public static SourceLocation Capture()
    {
        var trace = new StackTrace(1, fNeedFileInfo: false);
        for (var i = 0; i < trace.FrameCount; i++)
        {
            var frame = trace.GetFrame(i);
            var method = frame?.GetMethod();
            if (frame is null || method?.DeclaringType is null) continue;
            if (IsLibrary(method.DeclaringType.Assembly)) continue;
            return new SourceLocation(method, frame.GetILOffset());
        }
        return Unknown;
    }

    /// <summary><c>Models.cs(14)</c>; empty when unknown.</summary>
    public override string ToString() => IsKnown ? $"{Path.GetFileName(File)}({Line})" : "";

    private static bool IsLibrary(Assembly assembly) => LibraryAssemblies.GetOrAdd(assembly, static a =>
        a == typeof(object).Assembly || a.GetName().Name!.StartsWith("System.", StringComparison.Ordinal) ||
        a.GetCustomAttributes<AssemblyMetadataAttribute>().Any(m => m.Key == "GraphForge.Library"));

    private (string File, int Line, int Column) Resolve() => _resolved ??= ReadSymbols() ?? ("", 0, 0);

    private (string, int, int)? ReadSymbols()
    {
        if (_method is null || SymbolReaders.GetOrAdd(_method.Module, OpenSymbols) is not { } provider) return null;
        try
        {
            var reader = provider.GetMetadataReader();
            var handle = ((MethodDefinitionHandle)MetadataTokens.Handle(_method.MetadataToken)).ToDebugInformationHandle();
            var best = default(SequencePoint);
            foreach (var point in reader.GetMethodDebugInformation(handle).GetSequencePoints())
                if (!point.IsHidden && (point.Offset <= _ilOffset || best.StartLine == 0)) best = point;
            return best.StartLine == 0 ? null : (reader.GetString(reader.GetDocument(best.Document).Name), best.StartLine, best.StartColumn);
        }
        catch (BadImageFormatException)
        {
            return null;
        }
    }

    /// <summary>The symbols of a module, in a file beside it or within it; null where there are none that belong to it, as after a build of the module alone.</summary>
    private static MetadataReaderProvider? OpenSymbols(Module module)
    {
        if (!System.IO.File.Exists(module.FullyQualifiedName)) return null;
        try
        {
            using var image = new PEReader(System.IO.File.OpenRead(module.FullyQualifiedName));
            return image.TryOpenAssociatedPortablePdb(module.FullyQualifiedName, Read, out var symbols, out _) ? symbols : null;
        }
        catch (Exception e) when (e is IOException or BadImageFormatException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static MemoryStream? Read(string path) => System.IO.File.Exists(path) ? new MemoryStream(System.IO.File.ReadAllBytes(path)) : null;
}
