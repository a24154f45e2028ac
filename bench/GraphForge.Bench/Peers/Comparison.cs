namespace GraphForge.Bench.Peers;

/// <summary>GraphForge and the other libraries over a list of works, with a number of threads.</summary>
public sealed class Comparison : IDisposable
{
    public static readonly string[] Pythons = ["python3", "/usr/bin/python3", "python"];

    private readonly int _threads;
    private readonly Rounds _rounds;
    private readonly GraphForgeSide _graphForge;
    private readonly PeerProcess? _pyTorch;
    private readonly PeerProcess? _onnxRuntime;
    private readonly List<MachineLimits> _limits = [];
    private readonly string _cases = Directory.CreateTempSubdirectory("graphforge-peers-").FullName;

    public Comparison(int threads, Rounds rounds)
    {
        (_threads, _rounds, _graphForge) = (threads, rounds, new GraphForgeSide(new CompileOptions { Threads = threads }));
        _pyTorch = PeerProcess.Start("PyTorch", Pythons, PeerFolder.Script("torch_peer.py"), threads);
        _onnxRuntime = PeerProcess.Start("ONNX Runtime", ["node"], PeerFolder.Script("onnx_peer.js"), threads);
    }

    /// <summary>The sides, and a notice for each that is missing.</summary>
    public IEnumerable<string> Sides =>
    [
        _graphForge.Name,
        _pyTorch?.Name ?? "PyTorch is missing and skipped, and so is all that is compared with its results; bench/peers/install.sh installs it",
        _onnxRuntime?.Name ?? "ONNX Runtime is missing and skipped; bench/peers/install.sh installs it",
    ];

    /// <summary>What the floors were computed from so far.</summary>
    public LimitsOfRounds Limits => new([.. _limits]);

    /// <exception cref="BenchmarkException">A side fails, or results differ.</exception>
    public PeerRow Measure(Work work)
    {
        var folder = Path.Combine(_cases, work.Name);
        try
        {
            // PyTorch comes first: it writes what the others read. Models for ONNX Runtime are its exports.
            Side?[] all = [_pyTorch, _graphForge, _pyTorch is null ? null : _onnxRuntime];
            Side[] sides = [.. all.OfType<Side>().Where(s => s.Does(work))];
            foreach (var side in sides) side.Prepare(work, folder);
            return Row(work, sides);
        }
        finally
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        }
    }

    public void Dispose()
    {
        _graphForge.Dispose();
        _pyTorch?.Dispose();
        _onnxRuntime?.Dispose();
        Directory.Delete(_cases, recursive: true);
    }

    private PeerRow Row(Work work, Side[] sides)
    {
        var (times, limits) = _rounds.Run(sides, () => MachineLimits.Measure(_threads));
        _limits.AddRange(limits);
        var own = times[Array.IndexOf(sides, _graphForge)];
        PeerTime? Of(Side? peer) => Array.IndexOf(sides, peer) is var i and >= 0 ? PeerTime.Of(times[i], own) : null;
        return new PeerRow(work.Name, _threads, RunTime.Median(own), Of(_pyTorch), Of(_onnxRuntime),
            1e3 * RunTime.Median(limits.Select(work.Floor)));
    }
}
