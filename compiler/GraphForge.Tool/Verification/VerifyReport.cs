namespace GraphForge.Tool.Verification;

/// <summary>What <c>graphforge verify</c> found; its JSON form is part of the interface.</summary>
/// <param name="Holds">Whether every check does.</param>
/// <param name="Checks">One for each program.</param>
internal sealed record VerifyReport(bool Holds, IReadOnlyList<ProgramCheck> Checks);

/// <summary>A program against the reference.</summary>
/// <param name="Function">What it computes.</param>
/// <param name="Extents">Extents of its symbols.</param>
/// <param name="Kernels"><c>compiled</c> here from the graph, or the <c>artifact</c>'s.</param>
/// <param name="VectorBits">Width of the vector registers they use.</param>
/// <param name="Elements">How many elements of outputs and new states were compared.</param>
/// <param name="LargestDifference">The largest, in the units of the tolerance; null where it is not finite.</param>
/// <param name="Problems">A line for each output or state that differs.</param>
internal sealed record ProgramCheck(
    string Function, IReadOnlyDictionary<string, long> Extents, string Kernels, int VectorBits, long Elements, double? LargestDifference, IReadOnlyList<string> Problems);
