using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Execution;
using GraphForge.Runtime;
using GraphForge.Tracing;

namespace GraphForge;

/// <summary>
/// A model compiled for reading a sequence piece by piece: it keeps the keys and values of what it has read, so that a step
/// computes the new tokens alone, and one compiled step serves every position. Each number of tokens (a prompt, then single
/// ones) is compiled at its first use. One step runs at a time; every decoder has a cache of its own.
/// </summary>
/// <example><code>
/// var decoder = CompiledDecoder.Compile(model, (x, cache) =&gt; model.Forward(x["tokens"], cache),
///     [TensorSpec.Of&lt;long&gt;("tokens", 1, "length")], capacity: 256);
/// decoder.Step([("tokens", prompt)], [("output", logits)]);
/// </code></example>
public sealed class CompiledDecoder
{
    private readonly InputSignature _inputs;
    private readonly BindingCache<DecodingStep> _steps;
    private readonly StateBuffer _position;
    private int _busy;

    private CompiledDecoder(InferenceGraph graph, Dim added, StateStore states, StateSlot position, CompileOptions options)
    {
        (_inputs, Outputs, _position) = (graph.Inputs, graph.Outputs, states[position]);
        var access = new StateAccess(graph.Graph, states);
        _steps = new(options.MaxBindings, extents => new DecodingStep(new InferenceProgram(
            ProgramCompiler.Compile(graph.Graph, _inputs.Binding(extents), states, options), access, graph, extents),
            added.Bind(_inputs.Binding(extents)).Value));
    }

    /// <summary>What a step takes.</summary>
    public IReadOnlyList<TensorSpec> Inputs => _inputs.Specs;

    /// <summary>What a step gives.</summary>
    public IReadOnlyList<TensorSpec> Outputs { get; }

    /// <summary>Most tokens that can be read before <see cref="Position"/> must be set back.</summary>
    public required int Capacity { get; init; }

    /// <summary>Tokens read so far. Setting it back forgets those behind; 0 begins a new sequence.</summary>
    /// <exception cref="GraphException">There are not as many tokens to keep.</exception>
    public int Position
    {
        get => _position.AsSpan<int>()[0];
        set
        {
            if (value < 0 || value > Position)
                throw new GraphException(
                    ErrorCode.BadRunArgument, $"a decoder that has read {Position} tokens cannot go back to {value}.");
            _position.CopyFrom<int>([value]);
        }
    }

    /// <summary>Compiles a function of the model that hands the cache to its attention layers.</summary>
    /// <param name="model">Holds every parameter that <paramref name="function"/> uses.</param>
    /// <param name="function">From named inputs, and the cache of what came before them, to named outputs.</param>
    /// <param name="inputs">What the function takes. Extents of the cache, such as the batch, must be numbers.</param>
    /// <param name="capacity">Most tokens the cache holds.</param>
    /// <param name="options">Null for <see cref="CompileOptions.Default"/>.</param>
    /// <exception cref="GraphException">The function cannot be built for the inputs, or does not advance the cache.</exception>
    public static CompiledDecoder Compile(Module model, Func<NamedTensors, KeyValueCache, NamedTensors> function,
        IReadOnlyList<TensorSpec> inputs, int capacity, CompileOptions? options = null)
    {
        options ??= CompileOptions.Default;
        var tree = ModuleTree.Of(model);
        tree.AssignNames();
        using var values = tree.DrawMissing(options.Seed);
        var states = new StateStore();
        states.Add(tree);
        var signature = new InputSignature(inputs);
        using var trace = Trace.Inference();
        var position = states.Create("position", new TensorType(DType.Int32, Shape.Scalar));
        var cache = new KeyValueCache(
            capacity, new Tensor(Nodes.State(position)), (layer, name, type) => Entry(states, layer, name, type));
        var outputs = function(signature.Tensors, cache);
        if (outputs.Count == 0 || cache.Added.Is(0))
            throw new GraphException(ErrorCode.BadAttribute,
                "a decoder's function gives an output, and calls Advance of its cache by the number of tokens it was given.");
        trace.Assign(position, cache.Position);
        foreach (var (start, now) in cache.Contents) trace.Assign(((State)start.Node.Op).Slot, now);
        var graph = new ComputationGraph(
            "decode", outputs.Select(o => new NamedOutput(o.Key, o.Value.Node)).ToEquatable(), trace.Updates.ToEquatable());
        return new CompiledDecoder(
            new InferenceGraph(graph, signature, trace.Ranges), cache.Added, states, position, options)
        { Capacity = capacity };
    }

    /// <summary>Compiles for these extents now and not at the first step with them: <c>Prepare(("length", 1))</c>.</summary>
    /// <exception cref="GraphException">An extent is unknown, missing or out of bounds, or the plan exceeds the budget.</exception>
    public void Prepare(params ReadOnlySpan<(string Symbol, long Extent)> extents) => _steps.Get(_inputs.Bind(extents));

    /// <summary>Reads more tokens. Allocates nothing once their number is compiled.</summary>
    /// <param name="inputs">Every input once, in any order.</param>
    /// <param name="outputs">The outputs that are wanted.</param>
    /// <exception cref="GraphException">
    /// A name, type or size does not fit, an index is out of range, or the cache is full; nothing was read.
    /// </exception>
    public void Step(ReadOnlySpan<NamedArray> inputs, ReadOnlySpan<NamedArray> outputs)
    {
        if (Interlocked.Exchange(ref _busy, 1) != 0)
            throw new InvalidOperationException(
                "This decoder is already running a step; wait for it to end, or compile one for each sequence.");
        try
        {
            Span<long> extents = stackalloc long[_inputs.Symbols.Count];
            _inputs.Bind(inputs, extents);
            Run(_steps.Get(extents), inputs, outputs);
        }
        finally
        {
            Volatile.Write(ref _busy, 0);
        }
    }

    private void Run(DecodingStep step, ReadOnlySpan<NamedArray> inputs, ReadOnlySpan<NamedArray> outputs)
    {
        if (Position + step.Tokens > Capacity)
            throw new GraphException(ErrorCode.BadRunArgument,
                $"the decoder has read {Position} tokens and cannot read {step.Tokens} more: " +
                $"its cache holds {Capacity}; compile it with a larger capacity, or set its Position back.");
        step.Program.Run(inputs, outputs);
    }

    private static Tensor Entry(StateStore states, Module layer, string name, TensorType type) => type.Shape.IsBound
        ? new Tensor(Nodes.State(states.Create(layer.Path.Length == 0 ? name : $"{layer.Path}.{name}", type)))
        : throw new GraphException(ErrorCode.SymbolicDim, $"the cache of {layer} would hold {type}; " +
            "give the inputs of a decoder numbers for all extents but that of the tokens.", layer.Site);

    /// <summary>The program for one number of tokens.</summary>
    private sealed record DecodingStep(InferenceProgram Program, long Tokens);
}
