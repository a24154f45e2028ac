using GraphForge.Bench.Peers;
using GraphForge.Runtime.Device;

namespace GraphForge.Bench.Gpu;

/// <summary>GraphForge, PyTorch and torch.compile on one device, in turns.</summary>
public sealed class GpuComparison : IDisposable
{
    private const int RoundCount = 5;
    private const double TurnSeconds = 1;

    private readonly GraphForgeSide _graphForge;
    private readonly PeerProcess? _eager;
    private readonly PeerProcess? _compiled;
    private readonly DeviceRates _rates;
    private readonly string _cases = Directory.CreateTempSubdirectory("graphforge-gpu-").FullName;

    /// <param name="device">Where GraphForge runs.</param>
    /// <param name="pyTorchDevice">The same device as PyTorch names it; null where it does not know it.</param>
    /// <param name="scale">How large works are.</param>
    /// <param name="options">What else GraphForge compiles with.</param>
    public GpuComparison(ComputeDevice device, string? pyTorchDevice, GpuScale scale, CompileOptions options)
    {
        _graphForge = new GraphForgeSide(options with { Device = device });
        _eager = Start("eager");
        _compiled = Start("compile");
        _rates = new DeviceRates(device, scale == GpuScale.Full ? 64 << 20 : 1 << 10);

        PeerProcess? Start(string mode) => pyTorchDevice is null ? null : PeerProcess.Start(
            "PyTorch", Comparison.Pythons, PeerFolder.Script("gpu_peer.py"), Environment.ProcessorCount, pyTorchDevice, mode, $"{scale}".ToLowerInvariant());
    }

    /// <summary>The sides, and a notice for each that is missing.</summary>
    public IEnumerable<string> Sides =>
    [
        _graphForge.Name, _eager?.Name ?? "PyTorch is missing for this device and skipped, and so is all that is compared with its results",
        _compiled?.Name ?? "torch.compile is missing and skipped",
    ];

    /// <summary>A line of <see cref="GpuTable"/>.</summary>
    /// <exception cref="BenchmarkException">A side fails, or results differ.</exception>
    public string Measure(Work work)
    {
        var folder = Path.Combine(_cases, work.Name);
        try
        {
            // PyTorch comes first: it writes what the others read.
            Side?[] all = [_eager, _compiled, _graphForge];
            Side[] sides = [.. all.OfType<Side>()];
            foreach (var side in sides) side.Prepare(work, folder);
            var (times, limits) = new Rounds(RoundCount, TurnSeconds).Run(sides, _rates.Measure);
            double[]? Of(Side? side) => Array.IndexOf(sides, side) is var i and >= 0 ? times[i] : null;
            return GpuTable.Line(work, Of(_graphForge)!, Of(_eager), Of(_compiled), limits);
        }
        finally
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        }
    }

    public void Dispose()
    {
        _graphForge.Dispose();
        _eager?.Dispose();
        _compiled?.Dispose();
        Directory.Delete(_cases, recursive: true);
    }
}
