using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge.Bench.Peers;

/// <summary>A function on its own; inputs and output stay where they lie, as within a larger program.</summary>
/// <param name="Name">Its kind and its name or size.</param>
/// <param name="Inputs">Names and shapes of float32 inputs.</param>
/// <param name="Function">Takes the inputs in their order.</param>
/// <param name="Flops">Multiplications and additions of products; 0 where there are none.</param>
public sealed record KernelWork(string Name, (string Name, long[] Shape)[] Inputs, Func<Tensor[], Tensor> Function, double Flops) : Work(Name)
{
    private readonly Node _output = Function([.. Inputs.Select(i => Tensor.Input(i.Name, DType.Float32, [.. i.Shape]))]).Node;

    /// <summary>Whether it is exported for ONNX Runtime.</summary>
    public bool IsExported { get; init; } = true;

    public override bool IsInference => IsExported;

    public override double Floor(MachineLimits limits) => Math.Max(Flops / limits.Flops, Bytes / limits.Bytes);

    /// <summary>Every input is read and the output written, once.</summary>
    private double Bytes => sizeof(float) * (_output.Shape.Size.Value + Inputs.Sum(i => Shape.Of(i.Shape).Size.Value));

    public override PreparedRun Prepare(WorkCase? given, CompileOptions options)
    {
        var program = KernelProgram.Compile(Name.Replace('-', '_'), _output, options.Threads);
        var context = program.Rent();
        if (given is null) KernelProgram.Fill(context);
        else
        {
            foreach (var (name, _) in Inputs) context.SetInput<float>(program.InputIndex(name), given.Floats(name));
            context.Run();
            Agreement.Require(Name, context.OutputSpan<float>(0), given.Floats("output"), Agreement.OfOutputs);
        }
        return new PreparedRun(context.Run, context);
    }
}
