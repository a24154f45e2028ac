using System.Security.Cryptography;
using System.Text;
using GraphForge.Compiler;
using GraphForge.Compiler.Graph;

namespace GraphForge.Jit;

/// <summary>Compiles for whichever processor is asked for, without loading anything.</summary>
public static class AheadOfTime
{
    private const string SourceFileName = "kernels.cs";

    /// <summary>A plan and its kernels as text and as an assembly; all of it depends on the arguments alone, to the byte.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="binding">Extents of its symbols.</param>
    /// <param name="options">The processor, and how to compile.</param>
    /// <param name="cancellation">Ends the compilation early.</param>
    /// <exception cref="GraphException">The graph, the binding or the memory budget does not fit.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static (CompiledSource Source, byte[] Assembly) Compile(
        ComputationGraph graph, IReadOnlyDictionary<DimSymbol, long> binding, CompilerOptions options, CancellationToken cancellation = default)
    {
        var source = Pipeline.Compile(graph, binding, options, cancellation);
        var name = "GraphForge.Kernels." + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(source.KernelText)))[..16];
        return (source, KernelAssembly.Build(source.KernelText, name, SourceFileName, cancellation, embedText: false));
    }
}
