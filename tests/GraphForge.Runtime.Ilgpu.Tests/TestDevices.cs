using System.Reflection;
using GraphForge.Runtime.Device;
using GraphForge.Runtime.Ilgpu;

#pragma warning disable IDE0130 // Where the tests of all devices look for it.
namespace GraphForge.Tests.Devices;
#pragma warning restore IDE0130

/// <summary>ILGPU's simulation, and the first CUDA and the first OpenCL device where there is one.</summary>
internal static class TestDevices
{
    /// <summary>Every kind of device, as a command line names it.</summary>
    public static IReadOnlyList<string> Kinds { get; } = ["simulated", "cuda", "opencl"];

    public static IReadOnlyList<TestDevice> Present { get; } = [.. Kinds.Where(kind => Absence(kind) is null).Select(Of)];

    /// <summary>Why there is no such device here; null if there is one.</summary>
    public static string? Absence(string kind)
    {
        try
        {
            using var device = Device.Named(kind);
            return null;
        }
        catch (DeviceException exception)
        {
            return exception.Message;
        }
    }

    private static TestDevice Of(string kind) => new(kind, () => Device.Named(kind), new(() =>
    {
        using var device = Device.Named(kind);
        return new PresentTarget(kind, device.Limits);
    }));

    /// <summary>A device that is there as a kind that artifacts are made for: as IL, and but for OpenCL as PTX, which only CUDA has a use for.</summary>
    private sealed class PresentTarget(string kind, DeviceLimits limits) : DeviceTarget
    {
        private readonly SavedDevice _saved = kind == "opencl" ? SavedDevice.OpenCL : SavedDevice.Cuda;

        public override string Name => kind;

        public override DeviceLimits Limits => limits;

        public override Assembly KernelApi => _saved.KernelApi;

        public override IReadOnlyList<string> Translate(byte[] image, IReadOnlyList<string> names) => _saved.Translate(image, names);
    }
}
