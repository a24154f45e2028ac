using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Compiler.Ops;

namespace GraphForge.Compiler.Schedule;

/// <summary>One loop buffer for every leaf that is read and every node that is stored, named after the model.</summary>
public sealed class ProgramBuffers : NodeStorage
{
    private readonly Dictionary<Node, LoopBuffer> _ofNode = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<StateSlot, LoopBuffer> _ofState = [];
    private readonly Dictionary<LoopBuffer, Node> _nodes = [];
    private readonly Dictionary<LoopBuffer, StateSlot> _slots = [];
    private readonly HashSet<LoopBuffer> _reserved = [];

    public override IReadOnlyList<LoopVar> Counters => [];

    public LoopBuffer Of(Node node)
    {
        if (node.Op is State state) return Of(state.Slot);
        if (_ofNode.TryGetValue(node, out var buffer)) return buffer;
        _ofNode[node] = buffer = new LoopBuffer(NameOf(node), node.Type.DType, node.Shape.Size.Value);
        _nodes[buffer] = node;
        return buffer;
    }

    public LoopBuffer Of(StateSlot slot)
    {
        if (_ofState.TryGetValue(slot, out var buffer)) return buffer;
        _ofState[slot] = buffer = new LoopBuffer(slot.Name, slot.Type.DType, slot.Type.Shape.Size.Value);
        _slots[buffer] = slot;
        return buffer;
    }

    /// <summary>Stores a node straight into a state.</summary>
    public void Alias(Node node, StateSlot slot) => _ofNode[node] = Of(slot);

    /// <summary>Stores a node where another one with the same elements is stored.</summary>
    public void Alias(Node node, Node same) => _ofNode[node] = Of(same);

    /// <summary>The node a buffer holds; null for states.</summary>
    public Node? NodeOf(LoopBuffer buffer) => _nodes.GetValueOrDefault(buffer);

    /// <summary>The slot a buffer belongs to; null for anything but states.</summary>
    public StateSlot? SlotOf(LoopBuffer buffer) => _slots.GetValueOrDefault(buffer);

    /// <summary>Whether the planner decides where the buffer stands.</summary>
    public override bool Owns(LoopBuffer buffer) => NodeOf(buffer) is { Op: not Constant } || _reserved.Contains(buffer);

    public override Expr Load(Node node, IndexExpr[] index) => new LoadExpr(Of(node), IndexExpr.Linear(index, node.Shape.Strides()));

    public override (LoopBuffer Buffer, IndexExpr Start) PlaceOf(Node node) => (Of(node), 0);

    public override LoopBuffer Reserve(string name, Runtime.DType type, long count)
    {
        var buffer = new LoopBuffer(name, type, count);
        _reserved.Add(buffer);
        return buffer;
    }

    public static string NameOf(Node node) => node.Op switch
    {
        Input input => input.Label,
        Constant => "constant",
        _ => node.Scope.Length > 0 ? $"{node.Scope[(node.Scope.LastIndexOf('.') + 1)..]}_{node.Op.Name}" : node.Op.Name,
    };
}
