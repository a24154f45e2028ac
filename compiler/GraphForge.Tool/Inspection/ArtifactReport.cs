using GraphForge.Runtime.Artifacts;

namespace GraphForge.Tool.Inspection;

/// <summary>What <c>graphforge inspect</c> shows; its JSON form is part of the interface. Sizes are bytes.</summary>
/// <param name="File">Path of the artifact.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Kind">What it is for.</param>
/// <param name="Name">The model's name.</param>
/// <param name="Format">Number of the artifact's format.</param>
/// <param name="MinimumRuntime">The oldest GraphForge.Runtime that runs it.</param>
/// <param name="Framework">The oldest .NET that runs it.</param>
/// <param name="Signature">Whether it is signed, and by whom.</param>
/// <param name="Metadata">Notes of whoever made it.</param>
/// <param name="Functions">What it computes.</param>
/// <param name="Symbols">Extents that are open.</param>
/// <param name="States">Stored tensors.</param>
/// <param name="Parts">Its size by part, unpacked.</param>
internal sealed record ArtifactReport(
    string File, long Bytes, ArtifactKind Kind, string Name, int Format, string MinimumRuntime, string Framework, SignatureReport Signature,
    IReadOnlyDictionary<string, string> Metadata, IReadOnlyList<FunctionReport> Functions, IReadOnlyList<ArtifactSymbol> Symbols,
    IReadOnlyList<TensorReport> States, IReadOnlyList<PartReport> Parts);

/// <param name="State">What there is.</param>
/// <param name="Fingerprint">SHA-256 of the public key whose owner signed, as hexadecimal; null unless the signature holds.</param>
internal sealed record SignatureReport(SignatureState State, string? Fingerprint);

/// <summary>What can be said of a signature without trusting anybody.</summary>
internal enum SignatureState
{
    /// <summary>There is none.</summary>
    None,

    /// <summary>It is of the key that is shown.</summary>
    Holds,

    /// <summary>There is one, but it is malformed or of other content.</summary>
    Broken,
}

/// <param name="Name">Its name.</param>
/// <param name="DType">Element type.</param>
/// <param name="Dims">Extents, outermost first: numbers, names of symbols, or expressions of them.</param>
internal sealed record TensorReport(string Name, string DType, IReadOnlyList<string> Dims)
{
    public override string ToString() => $"{Name} ({DType}[{string.Join(", ", Dims)}])";
}

/// <param name="Name">Its name.</param>
/// <param name="WritesStates">Whether a run changes states.</param>
/// <param name="Inputs">What it takes.</param>
/// <param name="Outputs">What it gives.</param>
/// <param name="Programs">What it was compiled for.</param>
internal sealed record FunctionReport(
    string Name, bool WritesStates, IReadOnlyList<TensorReport> Inputs, IReadOnlyList<TensorReport> Outputs, IReadOnlyList<ProgramReport> Programs);

/// <param name="Extents">Extents of its symbols.</param>
/// <param name="FloatOperations">Of a run, as the graph defines it.</param>
/// <param name="Variants">One for each width of vector registers.</param>
/// <param name="Devices">One for each kind of device.</param>
internal sealed record ProgramReport(
    IReadOnlyDictionary<string, long> Extents, double FloatOperations, IReadOnlyList<VariantReport> Variants, IReadOnlyList<DeviceReport> Devices);

/// <param name="VectorBits">Width of the vector registers, in bits.</param>
/// <param name="InstructionSets">What a processor must have besides.</param>
/// <param name="Memory">What a run takes.</param>
/// <param name="Steps">Calls of kernels in a run, each loop counted once.</param>
/// <param name="Kernels">Names of the kernels.</param>
internal sealed record VariantReport(
    int VectorBits, IReadOnlyList<string> InstructionSets, MemoryPlanReport Memory, int Steps, IReadOnlyList<string> Kernels);

/// <param name="Device">The kind.</param>
/// <param name="Memory">What a run takes.</param>
/// <param name="Steps">Launches of kernels in a run, each loop counted once.</param>
/// <param name="Kernels">Names of the kernels.</param>
internal sealed record DeviceReport(string Device, MemoryPlanReport Memory, int Steps, IReadOnlyList<string> Kernels);

/// <param name="Arena">Inputs, intermediate values and outputs: once for each run at the same time.</param>
/// <param name="Scratch">Working memory of each thread.</param>
/// <param name="Constants">Once for all.</param>
/// <param name="Prepared">Values computed once from the states, once for all.</param>
/// <param name="Host">Values that a device has no room for, in memory of the host.</param>
internal sealed record MemoryPlanReport(long Arena, long Scratch, long Constants, long Prepared, long Host);

/// <param name="Part">Such as weights or kernels.</param>
/// <param name="Bytes">Its size, unpacked.</param>
internal sealed record PartReport(string Part, long Bytes);
