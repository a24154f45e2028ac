using GraphForge.Bench.Peers;
using GraphForge.Layers;
using GraphForge.Runtime;
using GraphForge.Runtime.Device;

namespace GraphForge.Bench.Gpu;

/// <summary>What a device does at most: bytes that its plainest kernel reads and writes, operations of PyTorch's product of matrices.</summary>
/// <param name="device">The device.</param>
/// <param name="count">Elements that are copied, float32.</param>
public sealed class DeviceRates(ComputeDevice device, long count)
{
    private const int Runs = 20;

    private readonly CompiledModel _copy = CompiledModel.Compile(
        new Identity(), x => new NamedTensors { ["copy"] = x["values"] + 1 }, [TensorSpec.Of<float>("values", count)], new CompileOptions { Device = device });
    private readonly NamedArray[] _values = [("values", new float[count])];

    /// <param name="flops">Operations a second of the other library; 0 where it is missing, which leaves no floor to products.</param>
    public MachineLimits Measure(double flops)
    {
        var best = Enumerable.Range(0, Runs).Min(_ => _copy.Profile(_values, []).Sum(k => k.Time.TotalSeconds));
        return new MachineLimits(flops > 0 ? flops : double.PositiveInfinity, 2.0 * sizeof(float) * count / best);
    }
}
