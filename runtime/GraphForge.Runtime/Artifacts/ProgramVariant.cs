namespace GraphForge.Runtime.Artifacts;

/// <summary>A program compiled for one kind of processor or device.</summary>
/// <param name="Plan">The entry with the plan.</param>
/// <param name="Code">The entry with the kernels as a .NET assembly.</param>
/// <param name="Source">The entry with the C# text they came from.</param>
/// <param name="States">For each state of the plan, its position among those of the artifact.</param>
/// <param name="Arguments">For each kernel, the number of buffers it takes.</param>
public abstract record ProgramVariant(string Plan, string Code, string Source, IReadOnlyList<int> States, IReadOnlyList<int> Arguments);
