using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Memory;
using GraphForge.Execution;
using GraphForge.Runtime;
using GraphForge.Tracing;

namespace GraphForge;

/// <summary>
/// A model compiled for inference: dropout is off, parameters are shared with the model. <see cref="Run"/> may be called from
/// several threads at once, though not while a training changes the model. Each batch size is compiled at its first use.
/// </summary>
public sealed class CompiledModel
{
    private const string InputName = "input";
    private const string OutputName = "output";

    private readonly BindingCache<BoundProgram> _programs;
    private readonly long _inputSize;
    private readonly long _outputSize;

    private CompiledModel(ComputationGraph graph, Shape inputShape, StateStore states, CompileOptions options)
    {
        InputShape = inputShape;
        OutputShape = Shape.Of(graph.Outputs[0].Value.Shape.Skip(1));
        (_inputSize, _outputSize) = (InputShape.Size.Value, OutputShape.Size.Value);
        _programs = new BindingCache<BoundProgram>(options.MaxBindings, batch => ProgramCompiler.Compile(
            graph, new Dictionary<DimSymbol, long> { [TrainingGraphs.BatchSymbol] = batch }, states, options));
    }

    /// <summary>Shape of one input, without the batch.</summary>
    public Shape InputShape { get; }

    /// <summary>Shape of one output, without the batch.</summary>
    public Shape OutputShape { get; }

    /// <param name="model">Takes [batch, inputShape…] and gives [batch, …], float32.</param>
    /// <param name="inputShape">Shape of one input, without the batch.</param>
    /// <param name="options">Null for <see cref="CompileOptions.Default"/>.</param>
    /// <exception cref="GraphException">The model cannot be built for the input, or its output does not keep the batch.</exception>
    public static CompiledModel Compile(Module model, Shape inputShape, CompileOptions? options = null)
    {
        options ??= CompileOptions.Default;
        var tree = ModuleTree.Of(model);
        tree.AssignNames();
        tree.Initialize(options.Seed, onlyMissing: true);
        var states = new StateStore();
        states.Add(tree);
        using var trace = Trace.Inference();
        var output = model.Forward(Tensor.Input(InputName, DType.Float32, [TrainingGraphs.BatchSymbol, .. inputShape]));
        CheckOutput(output);
        var graph = new ComputationGraph("infer", [new NamedOutput(OutputName, output.Node)], []);
        return new CompiledModel(graph, inputShape, states, options);
    }

    /// <summary>Memory that a run of <paramref name="batch"/> samples takes; null with <see cref="Backend.Reference"/>.</summary>
    public MemoryReport? Memory(int batch) => _programs.Get(batch).Memory;

    /// <summary>Computes the outputs of as many inputs as the span holds.</summary>
    /// <param name="input">[batch, <see cref="InputShape"/>], row-major.</param>
    /// <param name="output">[batch, <see cref="OutputShape"/>], row-major.</param>
    /// <exception cref="GraphException">A span is of the wrong size; nothing was computed.</exception>
    public void Run(ReadOnlySpan<float> input, Span<float> output)
    {
        var batch = _inputSize == 0 ? 0 : input.Length / _inputSize;
        if (batch == 0 || batch * _inputSize != input.Length)
            throw new GraphException(ErrorCode.BadRunArgument,
                $"an input takes {_inputSize} values ({InputShape}); {input.Length} values are no whole number of inputs.");
        if (output.Length != batch * _outputSize)
            throw new GraphException(ErrorCode.BadRunArgument,
                $"{batch} outputs take {batch * _outputSize} values ({OutputShape} each), but the span holds {output.Length}.");
        var program = _programs.Get(batch);
        using var run = program.Rent();
        run.SetInput(program.InputIndex(InputName), input);
        run.Run();
        run.GetOutput(program.OutputIndex(OutputName), output);
    }

    private static void CheckOutput(Tensor output)
    {
        if (output.DType != DType.Float32 || output.Rank == 0 || output.Shape[0] != TrainingGraphs.BatchSymbol ||
            output.Shape.Skip(1).Any(d => !d.IsBound))
            throw new GraphException(ErrorCode.ShapeMismatch,
                $"a compiled model gives float32 [batch, …] with the batch it was given, not {output.Node.Type}.");
    }
}
