using System.Runtime.InteropServices;
using GraphForge.Compiler.Ops;

namespace GraphForge.Compiler.Graph;

/// <summary>
/// One value of the graph: an op applied to operands. Nodes are immutable and interned, so equal values are one object,
/// equality is by reference, and common subexpressions cannot exist.
/// </summary>
public sealed class Node
{
    private static readonly InternTable Interned = new();
    private readonly Node[] _inputs;

    private Node(Op op, Node[] inputs, TensorType type, ulong stableHash)
    {
        Op = op;
        _inputs = inputs;
        Type = type;
        StableHash = stableHash;
        Depth = inputs.Length == 0 ? 0 : inputs.Max(i => i.Depth) + 1;
        IsConstant = inputs.Length == 0 ? op is Constant or Iota or DimSize : inputs.All(i => i.IsConstant);
        Source = IsConstant ? SourceLocation.Unknown : NodeScope.Here;
        Scope = IsConstant ? "" : NodeScope.CurrentName;
    }

    public Op Op { get; }

    public ReadOnlySpan<Node> Inputs => _inputs;

    public TensorType Type { get; }

    public Shape Shape => Type.Shape;

    /// <summary>Longest path to a leaf, in nodes.</summary>
    public int Depth { get; }

    /// <summary>Whether no input and no state can change the value.</summary>
    public bool IsConstant { get; }

    /// <summary>
    /// Where the value was first written down. Unknown for constants, which all graphs of a process share: a program must not
    /// name the line of another.
    /// </summary>
    public SourceLocation Source { get; }

    /// <summary>Path of the module that made the value, such as <c>encoder.0.linear</c>; empty outside modules and for constants.</summary>
    public string Scope { get; }

    /// <summary>Hash of the structure, the same in every process; orders the operands of commutative ops.</summary>
    internal ulong StableHash { get; }

    /// <summary>The node that applies <paramref name="op"/> to <paramref name="inputs"/>; the existing one if there is one.</summary>
    /// <exception cref="GraphException">The operands do not fit the op.</exception>
    public static Node Of(Op op, params ReadOnlySpan<Node> inputs)
    {
        var operands = inputs.ToArray();
        if (op.IsCommutative && IsBefore(operands[1], operands[0])) operands.AsSpan().Reverse();
        var hash = Hash(op, operands);
        lock (Interned)
        {
            if (Interned.Find(hash, op, operands) is { } existing) return existing;
        }
        var types = new TensorType[operands.Length];
        for (var i = 0; i < types.Length; i++) types[i] = operands[i].Type;
        var node = new Node(op, operands, op.Infer(types), hash);
        lock (Interned)
        {
            return Interned.Find(hash, op, operands) ?? Interned.Add(hash, node);
        }
    }

    /// <summary>Whether this is the one node of its op and operands, with those in canonical order.</summary>
    internal bool IsInterned
    {
        get
        {
            if (Op.IsCommutative && IsBefore(_inputs[1], _inputs[0])) return false;
            lock (Interned)
            {
                return ReferenceEquals(Interned.Find(StableHash, Op, _inputs), this);
            }
        }
    }

    /// <summary>The same op over other operands.</summary>
    public Node WithInputs(params ReadOnlySpan<Node> inputs) =>
        inputs.SequenceEqual(_inputs) ? this : NodeScope.Inherit(this, Op, inputs);

    /// <summary>Constants last and deep operands first, so that a rule meets <c>x · 2</c> and never <c>2 · x</c>.</summary>
    private static bool IsBefore(Node a, Node b) =>
        a.IsConstant != b.IsConstant ? b.IsConstant
        : a.Depth != b.Depth ? a.Depth > b.Depth
        : a.StableHash < b.StableHash;

    private static ulong Hash(Op op, Node[] operands)
    {
        var hash = StableHashing.Of(op.ToString());
        foreach (var operand in operands) hash = StableHashing.Combine(hash, operand.StableHash);
        return hash;
    }

    public override string ToString() => $"{Op}: {Type}";

    /// <summary>Weakly held nodes by structure; entries of collected nodes are swept as the table grows.</summary>
    private sealed class InternTable
    {
        private readonly Dictionary<ulong, List<WeakReference<Node>>> _buckets = [];
        private int _count;
        private int _sweepAt = 4096;

        public Node? Find(ulong hash, Op op, Node[] operands)
        {
            if (!_buckets.TryGetValue(hash, out var bucket)) return null;
            foreach (var reference in bucket)
                if (reference.TryGetTarget(out var node) && node.Op.Equals(op) && node.Inputs.SequenceEqual(operands))
                    return node;
            return null;
        }

        public Node Add(ulong hash, Node node)
        {
            (CollectionsMarshal.GetValueRefOrAddDefault(_buckets, hash, out _) ??= []).Add(new WeakReference<Node>(node));
            if (++_count > _sweepAt) Sweep();
            return node;
        }

        private void Sweep()
        {
            _count = 0;
            foreach (var (hash, bucket) in _buckets)
            {
                bucket.RemoveAll(r => !r.TryGetTarget(out _));
                if (bucket.Count == 0) _buckets.Remove(hash);
                _count += bucket.Count;
            }
            _sweepAt = Math.Max(4096, _count * 2);
        }
    }
}
