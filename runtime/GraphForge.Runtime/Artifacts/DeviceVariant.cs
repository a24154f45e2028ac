using GraphForge.Runtime.Device;

namespace GraphForge.Runtime.Artifacts;

/// <summary>A program compiled for a kind of device. There are such in artifacts of format 2.</summary>
/// <param name="Device">The kind, such as <c>cuda</c>.</param>
/// <param name="Limits">What a device must have at least; its memory is not counted.</param>
/// <param name="GroupThreads">Threads of a group of each kernel.</param>
/// <param name="Texts">For each kernel, the entry with its text in the language of the device's driver; none where it is given the code.</param>
/// <param name="Plan">The entry with the plan.</param>
/// <param name="Code">The entry with the kernels as a .NET assembly that refers to ILGPU.</param>
/// <param name="Source">The entry with the C# text they came from.</param>
/// <param name="States">For each state of the plan, its position among those of the artifact.</param>
/// <param name="Arguments">For each kernel, the number of buffers it takes.</param>
public sealed record DeviceVariant(
    string Device, DeviceLimits Limits, IReadOnlyList<int> GroupThreads, IReadOnlyList<string> Texts, string Plan, string Code, string Source,
    IReadOnlyList<int> States, IReadOnlyList<int> Arguments) : ProgramVariant(Plan, Code, Source, States, Arguments)
{
    /// <summary>Whether a device has what the kernels take for granted.</summary>
    public bool RunsOn(DeviceLimits device) =>
        Limits.MostThreads <= device.MostThreads && Limits.SharedBytes <= device.SharedBytes &&
        (device.HasTensorCores || !Limits.HasTensorCores) && (!Limits.HasShuffles || device.HasShuffles && Limits.WarpThreads == device.WarpThreads);
}
