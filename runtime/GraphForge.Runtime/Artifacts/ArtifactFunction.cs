namespace GraphForge.Runtime.Artifacts;

/// <summary>Something an artifact computes: <c>infer</c>; or <c>train</c> and <c>evaluate</c>.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Graph">The entry with the graph, from which a compiler can make it anew.</param>
/// <param name="WritesStates">Whether a run changes states, as a training step does.</param>
/// <param name="States">For each state of the graph, in the order of their first use, its position among those of the artifact.</param>
/// <param name="Inputs">What a run takes.</param>
/// <param name="Outputs">What a run gives.</param>
/// <param name="Bindings">The choices of extents it was compiled for.</param>
public sealed record ArtifactFunction(
    string Name, string Graph, bool WritesStates, IReadOnlyList<int> States, IReadOnlyList<ArtifactTensor> Inputs, IReadOnlyList<ArtifactTensor> Outputs,
    IReadOnlyList<ArtifactBinding> Bindings);
