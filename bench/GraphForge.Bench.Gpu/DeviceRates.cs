using GraphForge.Bench.Peers;
using GraphForge.Layers;
using GraphForge.Runtime;
using GraphForge.Runtime.Device;

namespace GraphForge.Bench.Gpu;

/// <summary>How many bytes a second a device's plainest kernel reads and writes.</summary>
/// <param name="device">The device.</param>
/// <param name="count">Elements that are copied, float32.</param>
public sealed class DeviceRates(ComputeDevice device, long count)
{
    private const int Runs = 20;

    private readonly CompiledModel _copy = CompiledModel.Compile(
        new Identity(), x => new NamedTensors { ["copy"] = x["values"] + 1 }, [TensorSpec.Of<float>("values", count)], new CompileOptions { Device = device });
    private readonly NamedArray[] _values = [("values", new float[count])];

    /// <summary>The bandwidth; what its arithmetic could do at most is not known, so that products have no floor.</summary>
    public MachineLimits Measure()
    {
        var best = Enumerable.Range(0, Runs).Min(_ => _copy.Profile(_values, []).Sum(k => k.Time.TotalSeconds));
        return new MachineLimits(double.PositiveInfinity, 2.0 * sizeof(float) * count / best);
    }
}
