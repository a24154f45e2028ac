using GraphForge.Bench.Peers;
using GraphForge.Compiler.Graph;
using GraphForge.Layers;
using GraphForge.Runtime;

namespace GraphForge.Bench.Gpu;

/// <summary>A function on its own. The time of its kernels is what counts, and not that of copying inputs and result.</summary>
/// <param name="Name">Its kind and its name.</param>
/// <param name="Inputs">Names and shapes.</param>
/// <param name="Function">Takes the inputs in their order.</param>
/// <param name="Flops">Multiplications and additions of products; 0 where there are none.</param>
public sealed record GpuKernelWork(string Name, (string Name, long[] Shape)[] Inputs, Func<Tensor[], Tensor> Function, double Flops) : Work(Name)
{
    /// <summary>Most that a result of bfloat16 may differ, as a share of the largest value: it is rounded to 8 bits.</summary>
    private const double OfBFloat16 = 1e-2;

    /// <summary>Element type of inputs and result.</summary>
    public DType DType { get; init; } = DType.Float32;

    public override bool IsInference => true;

    public override double Floor(MachineLimits limits) => Math.Max(Flops / limits.Flops, Bytes / limits.Bytes);

    /// <summary>Every input is read and the output, as large as the first, written once.</summary>
    private double Bytes => (double)DType.Size() * (Inputs.Sum(i => Count(i.Shape)) + Count(Inputs[0].Shape));

    public override PreparedRun Prepare(WorkCase? given, CompileOptions options)
    {
        var model = CompiledModel.Compile(new Identity(), x => new NamedTensors { ["output"] = Function([.. Inputs.Select(i => x[i.Name])]) },
            [.. Inputs.Select(i => new TensorSpec(i.Name, DType, Shape.Of(i.Shape)))], options);
        NamedArray[] inputs = [.. Inputs.Select((i, stream) => Array(i.Name, given?.Floats(i.Name) ?? MadeUp(Count(i.Shape), stream)))];
        if (given is not null)
        {
            var expected = given.Floats("output");
            Agreement.Require(Name, Output(model, inputs, expected.Length), expected, DType == DType.Float32 ? Agreement.OfOutputs : OfBFloat16);
        }
        return new PreparedRun(() => model.Profile(inputs, []).Sum(k => k.Time.TotalMilliseconds));
    }

    private float[] Output(CompiledModel model, NamedArray[] inputs, int count)
    {
        var result = new float[count];
        if (DType == DType.Float32)
        {
            model.Run(inputs, [("output", result)]);
            return result;
        }
        var rounded = new BFloat16[count];
        model.Run(inputs, [("output", rounded)]);
        return [.. rounded.Select(v => (float)v)];
    }

    private NamedArray Array(string name, float[] values) => DType == DType.Float32 ? (name, values) : (name, values.Select(v => (BFloat16)v).ToArray());

    private static long Count(long[] shape) => Shape.Of(shape).Size.Value;

    private static float[] MadeUp(long count, int stream)
    {
        var values = new float[count];
        for (var i = 0; i < values.Length; i++) values[i] = Threefry.Uniform(4, stream, i) - 0.5f;
        return values;
    }
}
