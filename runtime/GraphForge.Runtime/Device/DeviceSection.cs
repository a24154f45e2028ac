namespace GraphForge.Runtime.Device;

/// <summary>A plan with its places in a device's memory.</summary>
/// <param name="Plan">The plan.</param>
/// <param name="Offsets">Byte offset of each of its buffers in the device's block of memory, or in that of the process.</param>
/// <param name="FirstPlaces">For each step the index in <see cref="DeviceLayout.Places"/> at which its buffers begin.</param>
public sealed record DeviceSection(ExecutionPlan Plan, IReadOnlyList<long> Offsets, IReadOnlyList<int> FirstPlaces)
{
    /// <summary>Which copies to and from the host each step waits for.</summary>
    internal CopyWaits Copies => field ??= CopyWaits.Of(Plan, Offsets);
}
