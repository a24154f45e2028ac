using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Initialization;
using GraphForge.Runtime;

namespace GraphForge.Tests;

/// <summary>Elements of tensors and outputs of modules, for comparing.</summary>
internal static class Values
{
    /// <summary>A float32 constant.</summary>
    public static Tensor Of(float[] values, params long[] dims) => Tensor.Constant<float>(values, dims);

    /// <summary>Elements of a tensor that depends on no input.</summary>
    public static double[] Of(Tensor tensor)
    {
        var literal = ReferenceEvaluator.Evaluate(tensor.Node);
        return [.. Enumerable.Range(0, literal.Count).Select(i => literal[i].DType == DType.Bool
            ? literal[i].AsBool ? 1.0 : 0.0
            : literal[i].AsDouble)];
    }

    /// <summary>Elements of a float64 tensor that depends on the parameters of a module alone, which have values.</summary>
    public static double[] Of(Module module, Tensor tensor)
    {
        var graph = new ComputationGraph("values", [new NamedOutput("y", tensor.Node)], []);
        var states = module.Parameters().ToDictionary(Slot, p => Literal.Of<double>(p.AsSpan<double>(), p.Shape.Values));
        return ReferenceEvaluator.Evaluate(graph, new Dictionary<string, Literal>(), states).Outputs["y"].AsSpan<double>().ToArray();
    }

    /// <summary>What a graph knows a stored tensor by.</summary>
    public static StateSlot Slot(StoredTensor stored) => ((State)((Tensor)stored).Node.Op).Slot;

    /// <summary>What a module computes for one batch, with its parameters drawn from seed 0 unless they were set.</summary>
    public static float[] Infer(Module module, Shape inputShape, params float[] input)
    {
        var compiled = CompiledModel.Compile(module, inputShape, TestOptions.Default);
        var batch = input.Length / compiled.InputShape.Size.Value;
        var output = new float[batch * compiled.OutputShape.Size.Value];
        compiled.Run(input, output);
        return output;
    }

    /// <summary>What an initialiser makes of a tensor.</summary>
    public static float[] Drawn(Initializer initializer, params long[] dims) => Drawn(initializer, seed: 1, dims);

    public static float[] Drawn(Initializer initializer, long seed, long[] dims)
    {
        var holder = new Holder(initializer, dims);
        holder.Initialize(seed);
        return holder.Held.AsSpan<float>().ToArray();
    }

    public static float[] Sequence(int count, float first = 1) => [.. Enumerable.Range(0, count).Select(i => first + i)];

    private sealed class Holder(Initializer initializer, long[] dims) : Module
    {
        public Parameter Held { get; } = new(initializer, dims);
    }
}
