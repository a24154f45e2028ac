namespace GraphForge.Runtime.Artifacts;

/// <summary>A program compiled for one width of vector registers.</summary>
/// <param name="VectorBits">128, 256 or 512.</param>
/// <param name="InstructionSets">What a processor must have besides, by .NET's names; empty where any will do.</param>
/// <param name="Plan">The entry with the plan.</param>
/// <param name="Code">The entry with the kernels as a .NET assembly.</param>
/// <param name="Source">The entry with the C# text they came from.</param>
/// <param name="States">For each state of the plan, its position among those of the artifact.</param>
/// <param name="Arguments">For each kernel, the number of buffers it takes.</param>
public sealed record KernelVariant(
    int VectorBits, IReadOnlyList<string> InstructionSets, string Plan, string Code, string Source,
    IReadOnlyList<int> States, IReadOnlyList<int> Arguments) : ProgramVariant(Plan, Code, Source, States, Arguments);
