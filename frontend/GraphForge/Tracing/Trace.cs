using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Runtime;

namespace GraphForge.Tracing;

/// <summary>One walk through a model's forward function; what the functions called on the way must know or leave behind.</summary>
internal sealed class Trace : IDisposable
{
    [ThreadStatic] private static Trace? Open;

    private readonly Trace? _outer = Open;
    private readonly StateSlot? _seed;
    private readonly Dictionary<StateSlot, Node> _assigned = [];
    private readonly List<IndexRange> _ranges = [];
    private long _streams;

    private Trace(StateSlot? seed, bool isTraining)
    {
        (_seed, IsTraining) = (seed, isTraining);
        Open = this;
    }

    /// <summary>The innermost open trace of this thread; none while a graph is built outside of compiling a model.</summary>
    public static Trace? Current => Open;

    public bool IsTraining { get; }

    /// <summary>What the run writes to buffers and to the random seed.</summary>
    public IEnumerable<StateUpdate> Updates => _assigned.Select(a => new StateUpdate(a.Key, a.Value));

    /// <summary>What the run's inputs must hold where they are read as indices.</summary>
    public IReadOnlyList<IndexRange> Ranges => _ranges;

    public static Trace Inference() => new(null, isTraining: false);

    /// <summary>As inference, but with random values, for a training function that draws some itself.</summary>
    public static Trace Evaluation(StateSlot seed) => new(seed, isTraining: false);

    /// <param name="seed">An int64 scalar that changes from step to step; the trace advances it when it is used.</param>
    public static Trace Training(StateSlot seed) => new(seed, isTraining: true);

    /// <summary>float32 in [0, 1), other values in every step and for every call.</summary>
    public Tensor NextUniform(Shape shape)
    {
        var slot = _seed ?? throw new GraphException(ErrorCode.BadAttribute,
            "a model compiled for inference draws no random values; make them an input of the model.");
        var seed = Node.Of(new State(slot));
        _assigned[slot] = (new Tensor(seed) + 1).Node;
        return new Tensor(Node.Of(new RandomUniform(shape, _streams++), seed));
    }

    /// <summary>Nothing is added where the same was asked for before.</summary>
    public void Require(IndexRange range)
    {
        if (!_ranges.Any(range.Covers)) _ranges.Add(range);
    }

    /// <summary>A function that a run may leave out: what is read as indices in it is not checked.</summary>
    public static Func<Tensor[], Tensor[]> Perhaps(Func<Tensor[], Tensor[]> body) => arguments =>
    {
        var known = Current?._ranges.Count ?? 0;
        var result = body(arguments);
        Current?._ranges.RemoveRange(known, Current._ranges.Count - known);
        return result;
    };

    /// <summary>The class number that losses over the input <paramref name="target"/> leave out; null if none does.</summary>
    public long? IgnoredLabel(Tensor target) =>
        _ranges.FirstOrDefault(r => r.Elements == InputElements.Of(target.Node) && r.Ignored is not null)?.Ignored;

    public void Assign(StateSlot slot, Tensor value) => _assigned[slot] = value.Node;

    /// <summary>What the run writes to a slot as far as the trace knows yet; null where nothing.</summary>
    public Tensor? Assigned(StateSlot slot) => _assigned.TryGetValue(slot, out var value) ? new Tensor(value) : null;

    public void Dispose() => Open = _outer;
}
