namespace GraphForge.Runtime.Artifacts;

/// <summary>What an <see cref="ArtifactCompiler"/> makes.</summary>
/// <param name="Program">The plan with its kernels; inputs and outputs have the names and types of the function's.</param>
/// <param name="VectorBits">Width of the vector registers its kernels use.</param>
/// <param name="Checks">What inputs must hold where they are read as indices.</param>
public sealed record ReplacedProgram(CompiledProgram Program, int VectorBits, IReadOnlyList<IndexCheck> Checks);
