using GraphForge.Compiler;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Memory;
using GraphForge.Execution;
using GraphForge.Runtime;
using GraphForge.Tracing;
using Stopwatch = System.Diagnostics.Stopwatch;

namespace GraphForge;

/// <summary>
/// A model compiled for inference: dropout is off, parameters are shared with the model. It may be run by several threads at
/// once, though not while a training changes the model. Each binding of extents, such as a batch size, is compiled at its
/// first use. What follows from parameters alone, such as weights in the form a convolution reads, is computed by the first run
/// and again by the first one after a parameter has changed, whoever changed it.
/// </summary>
/// <example><code>
/// var decoder = CompiledModel.Compile(model, x =&gt; model.Decode(x["token"], x["state"]),
///     [TensorSpec.Of&lt;long&gt;("token", "batch"), TensorSpec.Of&lt;float&gt;("state", "batch", 128)]);
/// decoder.Run([("token", token), ("state", state)], [("logits", logits), ("state", state)]);
/// </code></example>
public sealed partial class CompiledModel
{
    private const string InputName = "input";
    private const string OutputName = "output";

    private readonly InferenceGraph _graph;
    private readonly StateStore _states;
    private readonly CompileOptions _options;
    private readonly InputSignature _inputs;
    private readonly BindingCache<InferenceProgram> _programs;
    private readonly long _inputSize;
    private readonly long _outputSize;

    private CompiledModel(InferenceGraph graph, StateStore states, CompileOptions options)
    {
        (_graph, _states, _options, _inputs, Outputs) = (graph, states, options, graph.Inputs, graph.Outputs);
        IsUnary = Inputs is [{ Name: InputName, DType: DType.Float32 }] && Outputs is [{ Name: OutputName, DType: DType.Float32 }] &&
            IsBatch(Inputs[0].Type) && IsBatch(Outputs[0].Type);
        (_inputSize, _outputSize) = IsUnary ? (InputShape.Size.Value, OutputShape.Size.Value) : (0, 0);
        var access = new StateAccess(graph.Graph, states);
        _programs = new(options.MaxBindings, extents => new InferenceProgram(
            ProgramCompiler.Compile(graph.Graph, _inputs.Binding(extents), states, options), access, graph, extents));
    }

    /// <summary>What a run takes.</summary>
    public IReadOnlyList<TensorSpec> Inputs => _inputs.Specs;

    /// <summary>What a run gives.</summary>
    public IReadOnlyList<TensorSpec> Outputs { get; }

    /// <summary>Shape of one input, without the batch, of a model compiled for one input.</summary>
    public Shape InputShape => Shape.Of(Unary(Inputs).Shape.Skip(1));

    /// <summary>Shape of one output, without the batch, of a model compiled for one input.</summary>
    public Shape OutputShape => Shape.Of(Unary(Outputs).Shape.Skip(1));

    private TimeSpan TraceTime { get; init; }

    /// <summary>Whether the model was compiled for one input.</summary>
    private bool IsUnary { get; }

    /// <summary>Compiles <see cref="Module.Forward"/> for float32 inputs of one shape.</summary>
    /// <param name="model">Takes [batch, inputShape…] and gives [batch, …]; floats of 16 bits are given as float32.</param>
    /// <param name="inputShape">Shape of one input, without the batch.</param>
    /// <param name="options">Null for <see cref="CompileOptions.Default"/>.</param>
    /// <exception cref="GraphException">The model cannot be built for the input, or its output does not keep the batch.</exception>
    public static CompiledModel Compile(Module model, Shape inputShape, CompileOptions? options = null) => Compile(model, inputs =>
    {
        var output = model.Forward(inputs[InputName]).Widened();
        return output.DType == DType.Float32 && IsBatch(output.Node.Type)
            ? new NamedTensors { [OutputName] = output }
            : throw new GraphException(ErrorCode.ShapeMismatch,
                $"a compiled model gives float32 [batch, …] with the batch it was given, not {output.Node.Type}.");
    }, [new TensorSpec(InputName, DType.Float32, [BatchSpec.Symbol, .. inputShape])], options);

    /// <summary>Compiles any function of the model.</summary>
    /// <param name="model">Holds every parameter that <paramref name="function"/> uses.</param>
    /// <param name="function">From named inputs to named outputs, of any types and shapes.</param>
    /// <param name="inputs">What the function takes.</param>
    /// <param name="options">Null for <see cref="CompileOptions.Default"/>.</param>
    /// <exception cref="GraphException">The function cannot be built for the inputs.</exception>
    public static CompiledModel Compile(
        Module model, Func<NamedTensors, NamedTensors> function, IReadOnlyList<TensorSpec> inputs, CompileOptions? options = null)
    {
        options ??= CompileOptions.Default;
        var tree = ModuleTree.Of(model);
        tree.AssignNames();
        using var values = tree.DrawMissing(options.Seed);
        var states = new StateStore();
        states.Add(tree);
        var signature = new InputSignature(inputs);
        ProgramCompiler.Prepare(options);
        var tracing = Stopwatch.GetTimestamp();
        using var trace = Trace.Inference();
        var outputs = function(signature.Tensors);
        if (outputs.Count == 0)
            throw new GraphException(ErrorCode.BadAttribute, "there is nothing to compute: the function gives no outputs.");
        var graph = new ComputationGraph("infer", outputs.Select(o => new NamedOutput(o.Key, o.Value.Node)).ToEquatable(), []);
        return new CompiledModel(new InferenceGraph(graph, signature, trace.Ranges), states, options)
        {
            TraceTime = Stopwatch.GetElapsedTime(tracing),
        };
    }

    /// <summary>Compiles for these extents now and not at the first run with them: <c>Prepare(("batch", 8))</c>.</summary>
    /// <exception cref="GraphException">An extent is unknown, missing or out of bounds, or the plan exceeds the budget.</exception>
    public void Prepare(params ReadOnlySpan<(string Symbol, long Extent)> extents) => _programs.Get(_inputs.Bind(extents));

    /// <summary>Memory that a run of <paramref name="batch"/> samples takes; null with <see cref="Backend.Reference"/>.</summary>
    public MemoryReport? Memory(int batch) => Memory(("batch", batch));

    /// <summary>Memory that a run with these extents takes; null with <see cref="Backend.Reference"/>.</summary>
    public MemoryReport? Memory(params ReadOnlySpan<(string Symbol, long Extent)> extents) =>
        _programs.Get(_inputs.Bind(extents)).Program.Memory;

    /// <summary>The largest batch of which a run fits a budget. Exact: a run of one more is refused. Nothing is compiled.</summary>
    /// <param name="budget">Most bytes a run may take in all, parameters included.</param>
    /// <param name="progress">Told of every size that is tried, on this thread.</param>
    /// <param name="cancellationToken">Ends the search, with <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="GraphException">
    /// Not even the smallest batch fits (<see cref="ErrorCode.OverBudget"/>), or the inputs have no open extent, or more than one.
    /// </exception>
    public int LargestBatch(long budget, IProgress<BatchTrial>? progress = null, CancellationToken cancellationToken = default) =>
        LargestBatch(budget, _inputs.OnlySymbol(), [], progress, cancellationToken);

    /// <summary>The largest value of one extent of which a run fits a budget, given the others: <c>LargestBatch(budget, "batch", [("length", 128)])</c>.</summary>
    /// <param name="budget">Most bytes a run may take in all, parameters included.</param>
    /// <param name="symbol">Name of the extent to enlarge.</param>
    /// <param name="others">Every other open extent of the inputs.</param>
    /// <param name="progress">Told of every value that is tried, on this thread.</param>
    /// <param name="cancellationToken">Ends the search, with <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="GraphException">
    /// Not even the smallest value fits (<see cref="ErrorCode.OverBudget"/>), or an extent is unknown, missing or out of bounds.
    /// </exception>
    public int LargestBatch(long budget, string symbol, IReadOnlyList<(string Symbol, long Extent)> others,
        IProgress<BatchTrial>? progress = null, CancellationToken cancellationToken = default) =>
        new BudgetSearch(_graph.Graph, _inputs, _options).Largest(symbol, others, budget, progress, cancellationToken);

    /// <summary>
    /// Where the time of compiling for these extents went, writing the model down (<c>trace</c>) included; null with
    /// <see cref="Backend.Reference"/>.
    /// </summary>
    public CompileReport? CompileReport(params ReadOnlySpan<(string Symbol, long Extent)> extents) =>
        _programs.Get(_inputs.Bind(extents)).Program.Report?.After("trace", TraceTime);

    /// <summary>
    /// Computes the outputs of as many inputs as the span holds, for a model compiled for one input. Allocates nothing once the
    /// batch size is compiled.
    /// </summary>
    /// <param name="input">[batch, <see cref="InputShape"/>], row-major.</param>
    /// <param name="output">[batch, <see cref="OutputShape"/>], row-major.</param>
    /// <exception cref="GraphException">A span is of the wrong size; nothing was computed.</exception>
    public void Run(ReadOnlySpan<float> input, Span<float> output)
    {
        Unary(Inputs);
        var batch = _inputSize == 0 ? 0 : input.Length / _inputSize;
        if (batch == 0 || batch * _inputSize != input.Length)
            throw new GraphException(ErrorCode.BadRunArgument,
                $"an input takes {_inputSize} values ({InputShape}); {input.Length} values are no whole number of inputs.");
        if (output.Length != batch * _outputSize)
            throw new GraphException(ErrorCode.BadRunArgument,
                $"{batch} outputs take {batch * _outputSize} values ({OutputShape} each), but the span holds {output.Length}.");
        _programs.Get([batch]).Run(input, output);
    }

    /// <summary>Computes outputs from inputs. Allocates nothing once the extents are compiled.</summary>
    /// <param name="inputs">Every input once, in any order.</param>
    /// <param name="outputs">The outputs that are wanted; an array may be an input's too.</param>
    /// <exception cref="GraphException">A name, type or size does not fit, or an index is out of range; nothing was computed.</exception>
    public void Run(ReadOnlySpan<NamedArray> inputs, ReadOnlySpan<NamedArray> outputs)
    {
        Span<long> extents = stackalloc long[_inputs.Symbols.Count];
        _inputs.Bind(inputs, extents);
        _programs.Get(extents).Run(inputs, outputs);
    }

    /// <summary>One run as <see cref="Run(ReadOnlySpan{NamedArray}, ReadOnlySpan{NamedArray})"/> does it, and where its time went, kernel by kernel in execution order.</summary>
    /// <param name="inputs">Every input once, in any order.</param>
    /// <param name="outputs">The outputs that are wanted.</param>
    /// <exception cref="GraphException">A name, type or size does not fit, or an index is out of range; nothing was computed.</exception>
    public IReadOnlyList<KernelTime> Profile(ReadOnlySpan<NamedArray> inputs, ReadOnlySpan<NamedArray> outputs)
    {
        Span<long> extents = stackalloc long[_inputs.Symbols.Count];
        _inputs.Bind(inputs, extents);
        var program = _programs.Get(extents);
        var ticks = new long[program.Program.StepNames.Count];
        program.Run(inputs, outputs, ticks);
        return program.Program.Times(ticks);
    }

    private static bool IsBatch(TensorType type) =>
        type.Rank > 0 && type.Shape[0] == BatchSpec.Symbol && type.Shape.Skip(1).All(d => d.IsBound);

    private TensorSpec Unary(IReadOnlyList<TensorSpec> specs) => IsUnary ? specs[0] : throw new GraphException(ErrorCode.BadRunArgument,
        $"the model was compiled with named inputs, {string.Join(", ", Inputs)}; run it with these.");
}
