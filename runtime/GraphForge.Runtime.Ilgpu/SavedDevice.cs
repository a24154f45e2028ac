using System.Reflection;
using GraphForge.Runtime.Device;
using ILGPU;

namespace GraphForge.Runtime.Ilgpu;

/// <summary>Kinds of devices that models are saved for; none of them need be there.</summary>
/// <example><code>
/// model.Save("digits.gfm", new SaveOptions { Devices = [SavedDevice.Cuda, SavedDevice.OpenCL] });
/// </code></example>
public sealed class SavedDevice : DeviceTarget
{
    private readonly bool _asPtx;

    private SavedDevice(string name, DeviceLimits limits, bool asPtx) => (Name, Limits, _asPtx) = (name, limits, asPtx);

    /// <summary>
    /// Any CUDA device of compute capability 8.0 or higher. Kernels are saved as PTX, which the driver takes without ILGPU translating
    /// anything, and as IL. Schedules are those for an A100: 108 multiprocessors of 2,048 threads.
    /// </summary>
    public static SavedDevice Cuda { get; } = new("cuda", new DeviceLimits(108, 32, 1024, 48 * 1024, 2048, 0) { HasShuffles = true, HasTensorCores = true, HostBytesPerSecond = Device.HostBandwidth }, asPtx: true);

    /// <summary>Any device with groups of 256 threads and 32 KiB that they share: kernels as IL, which ILGPU translates where they are loaded.</summary>
    public static SavedDevice OpenCL { get; } = new("opencl", new DeviceLimits(64, 32, 256, 32 * 1024, 2048, 0) { HostBytesPerSecond = Device.HostBandwidth }, asPtx: false);

    public override string Name { get; }

    public override DeviceLimits Limits { get; }

    public override Assembly KernelApi => typeof(Context).Assembly;

    public override IReadOnlyList<string> Translate(byte[] image, IReadOnlyList<string> names) => _asPtx ? DeviceText.Ptx(image, names) : [];
}
