using System.Runtime.InteropServices;
using GraphForge.Runtime;
using GraphForge.Tracing;

namespace GraphForge.Execution;

/// <summary>The compiled step, or evaluation, for one binding of the inputs' extents.</summary>
internal sealed class TrainingProgram
{
    private readonly InputSignature _inputs;
    private readonly StateAccess _access;
    private readonly IndexChecks _indices;
    private readonly int[] _inputIndices;
    private readonly int _loss;
    private readonly int[] _metrics;
    private readonly DType[] _metricTypes;
    private readonly int _predicted;

    public TrainingProgram(BoundProgram program, TrainingGraph graph, StateAccess access, IndexChecks indices)
    {
        (Program, _inputs, _access, _indices) = (program, graph.Inputs, access, indices);
        _inputIndices = [.. _inputs.Specs.Select(s => program.InputIndex(s.Name))];
        _loss = program.OutputIndex(TrainingOutputs.Loss);
        _metrics = [.. graph.Metrics.Select(m => program.OutputIndex(m.Name))];
        _metricTypes = [.. graph.Metrics.Select(m => m.DType)];
        _predicted = program.OutputIndex(TrainingOutputs.Predicted);
    }

    public BoundProgram Program { get; }

    /// <summary>Runs over arrays that fit the binding; gives the loss.</summary>
    /// <param name="arrays">Every input once.</param>
    /// <param name="metrics">Receives the metrics.</param>
    /// <param name="ticks">Receives the time of each step of the plan; empty where nobody asks.</param>
    public float Run(ReadOnlySpan<NamedArray> arrays, Span<double> metrics, Span<long> ticks = default)
    {
        using var run = Begin(arrays, ticks: ticks);
        return run.Finish(metrics);
    }

    /// <summary>Runs over the two inputs of supervised training; gives the loss.</summary>
    /// <param name="samples">The first input.</param>
    /// <param name="targets">The second.</param>
    /// <param name="metrics">Receives the metrics.</param>
    /// <param name="predicted">Receives one class a decision; empty where targets are no class numbers, or nobody asks.</param>
    /// <param name="ticks">Receives the time of each step of the plan; empty where nobody asks.</param>
    public float Run<TSample, TTarget>(ReadOnlySpan<TSample> samples, ReadOnlySpan<TTarget> targets, Span<double> metrics,
        Span<TTarget> predicted = default, Span<long> ticks = default) where TSample : unmanaged where TTarget : unmanaged
    {
        using var run = Begin(samples, targets, ticks: ticks);
        var loss = run.Finish(metrics);
        if (predicted.Length > 0) run.GetPredicted(predicted);
        return loss;
    }

    /// <summary>Starts a run over arrays that fit the binding.</summary>
    /// <param name="arrays">Every input once.</param>
    /// <param name="isStaged">Whether these were handed to <see cref="Stage(ReadOnlySpan{NamedArray})"/> since the last run.</param>
    /// <param name="ticks">Receives the time of each step of the plan; empty where nobody asks.</param>
    public TrainingRun Begin(ReadOnlySpan<NamedArray> arrays, bool isStaged = false, Span<long> ticks = default)
    {
        _indices.Check(arrays);
        var run = Open();
        try
        {
            if (!isStaged || !run.Lease.HasStaged)
                foreach (var array in arrays) run.Lease.SetInput(_inputIndices[_inputs.IndexOf(array.Name)], array);
            Start(run, ticks);
            return run;
        }
        catch
        {
            run.Dispose();
            throw;
        }
    }

    /// <summary>Starts a run over the two inputs of supervised training.</summary>
    /// <param name="samples">The first input.</param>
    /// <param name="targets">The second.</param>
    /// <param name="isStaged">Whether these were handed to <see cref="Stage{TSample, TTarget}"/> since the last run.</param>
    /// <param name="ticks">Receives the time of each step of the plan; empty where nobody asks.</param>
    public TrainingRun Begin<TSample, TTarget>(
        ReadOnlySpan<TSample> samples, ReadOnlySpan<TTarget> targets, bool isStaged = false, Span<long> ticks = default)
        where TSample : unmanaged where TTarget : unmanaged
    {
        _indices.Check(0, samples);
        _indices.Check(1, targets);
        var run = Open();
        try
        {
            if (!isStaged || !run.Lease.HasStaged)
            {
                run.Lease.SetInput(_inputIndices[0], samples);
                run.Lease.SetInput(_inputIndices[1], targets);
            }
            Start(run, ticks);
            return run;
        }
        catch
        {
            run.Dispose();
            throw;
        }
    }

    /// <summary>Hands the inputs of the next run over while this one is at work, where that saves time.</summary>
    public void Stage(ReadOnlySpan<NamedArray> arrays)
    {
        foreach (var array in arrays) Stage<byte>(_inputs.IndexOf(array.Name), array.Bytes);
    }

    /// <summary>Hands the two inputs of the next run over while this one is at work, where that saves time.</summary>
    public void Stage<TSample, TTarget>(ReadOnlySpan<TSample> samples, ReadOnlySpan<TTarget> targets) where TSample : unmanaged where TTarget : unmanaged
    {
        Stage(0, samples);
        Stage(1, targets);
    }

    /// <summary>Waits for a run; gives the loss.</summary>
    internal float Finish(in RunLease run, Span<double> metrics)
    {
        for (var i = 0; i < _metrics.Length; i++) metrics[i] = Value(_metricTypes[i], run.OutputBytes(_metrics[i]));
        return MemoryMarshal.Read<float>(run.OutputBytes(_loss));
    }

    internal void GetPredicted<T>(in RunLease run, Span<T> predicted) where T : unmanaged => run.GetOutput(_predicted, predicted);

    private TrainingRun Open()
    {
        var held = _access.Hold();
        try
        {
            return new TrainingRun(this, held, Program.Rent());
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    private static void Start(TrainingRun run, Span<long> ticks)
    {
        if (ticks.IsEmpty) run.Lease.Run();
        else run.Lease.Profile(ticks);
    }

    private void Stage<T>(int input, ReadOnlySpan<T> values) where T : unmanaged
    {
        if (_inputIndices[input] >= 0) Program.Stage(_inputIndices[input], values);
    }

    private static double Value(DType type, ReadOnlySpan<byte> bytes) => type switch
    {
        DType.Float32 => MemoryMarshal.Read<float>(bytes),
        DType.Float64 => MemoryMarshal.Read<double>(bytes),
        DType.Float16 => (double)MemoryMarshal.Read<Half>(bytes),
        DType.BFloat16 => MemoryMarshal.Read<BFloat16>(bytes),
        DType.Int64 => MemoryMarshal.Read<long>(bytes),
        DType.Int32 => MemoryMarshal.Read<int>(bytes),
        _ => bytes[0],
    };
}
