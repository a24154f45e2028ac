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
        _indices.Check(arrays);
        using var held = _access.Hold();
        using var run = Program.Rent();
        foreach (var array in arrays) run.SetInput(_inputIndices[_inputs.IndexOf(array.Name)], array);
        return Finish(run, metrics, ticks);
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
        _indices.Check(0, samples);
        _indices.Check(1, targets);
        using var held = _access.Hold();
        using var run = Program.Rent();
        run.SetInput(_inputIndices[0], samples);
        run.SetInput(_inputIndices[1], targets);
        var loss = Finish(run, metrics, ticks);
        if (predicted.Length > 0) run.GetOutput(_predicted, predicted);
        return loss;
    }

    private float Finish(in RunLease run, Span<double> metrics, Span<long> ticks)
    {
        if (ticks.IsEmpty) run.Run();
        else run.Profile(ticks);
        for (var i = 0; i < _metrics.Length; i++) metrics[i] = Value(_metricTypes[i], run.OutputBytes(_metrics[i]));
        return MemoryMarshal.Read<float>(run.OutputBytes(_loss));
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
