using GraphForge.Compiler.Graph;
using GraphForge.Runtime;
using GraphForge.Runtime.Artifacts;

namespace GraphForge.Saving;

/// <summary>A state of an artifact that is being written.</summary>
/// <param name="Description">How the manifest lists it.</param>
/// <param name="Slots">What graphs call it; each graph may have a slot of its own.</param>
/// <param name="Buffer">Its values.</param>
internal sealed record SavedState(ArtifactState Description, IReadOnlyList<StateSlot> Slots, StateBuffer Buffer)
{
    /// <param name="names">All of its names.</param>
    /// <param name="slot">What graphs call it.</param>
    /// <param name="buffer">Its values.</param>
    public static SavedState Of(IReadOnlyList<string> names, StateSlot slot, StateBuffer buffer) =>
        new(new ArtifactState(names[0], buffer.Type, buffer.Dims) { OtherNames = [.. names.Skip(1)] }, [slot], buffer);
}
