using GraphForge.Compiler.Graph;
using GraphForge.Optimizers;
using GraphForge.Runtime;

namespace GraphForge.Bench.Workloads;

/// <summary>A model that classifies, and what it is trained with: a batch of samples [batch, ...] or of token sequences.</summary>
/// <param name="Name">What the command line calls it.</param>
/// <param name="Model">A new model.</param>
/// <param name="Optimizer">A new optimizer.</param>
/// <param name="Batch">Samples of a training step.</param>
/// <param name="Sample">Extents of a sample.</param>
/// <param name="Classes">Classes of a sample; of a token sequence those of each token, input and target alike.</param>
public sealed record Workload(string Name, Func<Module> Model, Func<Optimizer> Optimizer, int Batch, long[] Sample, int Classes)
{
    public const string Input = "input";

    public const string Target = "target";

    public const string Output = "output";

    /// <summary>Multiplications, each with an addition, that the products of one sample take forward.</summary>
    public required double MultiplyAdds { get; init; }

    /// <summary>Those of the products that read the sample itself, for which no gradient is asked.</summary>
    public required double InputMultiplyAdds { get; init; }

    /// <summary>Whether a sample is a sequence of tokens, each with the next one as its target.</summary>
    public bool ReadsTokens { get; init; }

    /// <summary>The training step for full batches.</summary>
    public Training CompileTraining(Module model, CompileOptions options) => CompileTraining(model, options, Batch);

    /// <summary>The training step for batches of any size, compiled at the first.</summary>
    public Training CompileAnyBatch(Module model, CompileOptions options) => CompileTraining(model, options, "batch");

    private Training CompileTraining(Module model, CompileOptions options, Dim batch) => Training.Compile(
        model, x => Loss(model.Forward(x[Input]), x[Target]), Optimizer(), [InputSpec(batch), TargetSpec(batch)], options: options);

    /// <summary>Inference of one sample.</summary>
    public CompiledModel CompileInference(Module model, CompileOptions options) => CompiledModel.Compile(
        model, x => new NamedTensors { [Output] = model.Forward(x[Input]) }, [InputSpec(1)], options);

    /// <summary>Made-up samples and targets for a batch.</summary>
    public NamedArray[] Data(int batch) =>
        [ReadsTokens ? (Input, Numbers(InputSpec(batch), 7)) : (Input, Samples(InputSpec(batch))), (Target, Numbers(TargetSpec(batch), 5))];

    /// <summary>Room for what inference of one sample gives.</summary>
    public float[] Scores() => new float[ReadsTokens ? Sample[0] * Classes : Classes];

    private TensorSpec InputSpec(Dim batch) => new(Input, ReadsTokens ? DType.Int64 : DType.Float32, [batch, .. Sample.Select(e => (Dim)e)]);

    private TensorSpec TargetSpec(Dim batch) => new(Target, DType.Int64, ReadsTokens ? [batch, .. Sample.Select(e => (Dim)e)] : [batch]);

    private Tensor Loss(Tensor scores, Tensor target) => Losses.CrossEntropy(scores.Reshape(-1, Classes), target.Reshape(-1));

    private static float[] Samples(TensorSpec spec)
    {
        var values = new float[spec.Shape.Size.Value];
        for (var i = 0; i < values.Length; i++) values[i] = Threefry.Uniform(3, 0, i) - 0.5f;
        return values;
    }

    private long[] Numbers(TensorSpec spec, int stride)
    {
        var values = new long[spec.Shape.Size.Value];
        for (var i = 0; i < values.Length; i++) values[i] = (long)i * stride % Classes;
        return values;
    }
}
