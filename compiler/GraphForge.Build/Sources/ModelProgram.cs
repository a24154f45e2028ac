using GraphForge.Compiler;
using GraphForge.Compiler.Graph;
using GraphForge.Runtime.Artifacts;

namespace GraphForge.Build.Sources;

/// <summary>A model compiled for one choice of extents.</summary>
/// <param name="Name">What it is called in source text: <c>Batch1</c>.</param>
/// <param name="Extents">The extents.</param>
/// <param name="Checks">What inputs must hold where they are read as indices.</param>
/// <param name="Variants">One for each width of vector registers.</param>
internal sealed record ModelProgram(
    string Name, IReadOnlyDictionary<DimSymbol, long> Extents, IReadOnlyList<IndexCheck> Checks, IReadOnlyList<ModelVariant> Variants);

/// <summary>A program for one width of vector registers.</summary>
/// <param name="Name">What it is called in source text: <c>Batch1V512</c>.</param>
/// <param name="VectorBits">The width.</param>
/// <param name="Source">Plan and kernels.</param>
internal sealed record ModelVariant(string Name, int VectorBits, CompiledSource Source);
