using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Compiler.Ops;

namespace GraphForge.Compiler.Schedule;

/// <summary>
/// Buffers of a loop's body: its parameters are read where they stand outside, its roots stored where they belong outside, and
/// everything else lives for one iteration.
/// </summary>
/// <param name="counters">Counters of the loops around and of this one.</param>
/// <param name="parameter">The element of a body parameter.</param>
/// <param name="constants">Holds the constants of the program.</param>
public sealed class LoopStorage(
    IReadOnlyList<LoopVar> counters, Func<int, IndexExpr[], Expr> parameter, ProgramBuffers constants) : NodeStorage
{
    private readonly Dictionary<Node, (LoopBuffer Buffer, IndexExpr Start)> _places = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<LoopBuffer> _own = [];

    public override IReadOnlyList<LoopVar> Counters => counters;

    /// <summary>Puts a root of the body somewhere outside.</summary>
    public void Place(Node root, LoopBuffer buffer, IndexExpr start) => _places[root] = (buffer, start);

    public override Expr Load(Node node, IndexExpr[] index)
    {
        if (node.Op is BodyParameter p) return parameter((int)p.Index, index);
        if (node.Op is Constant) return constants.Load(node, index);
        var (buffer, start) = PlaceOf(node);
        return new LoadExpr(buffer, start + IndexExpr.Linear(index, node.Shape.Strides()));
    }

    public override (LoopBuffer Buffer, IndexExpr Start) PlaceOf(Node node)
    {
        if (_places.TryGetValue(node, out var place)) return place;
        return _places[node] = (Reserve(ProgramBuffers.NameOf(node), node.Type.DType, node.Shape.Size.Value), 0);
    }

    public override bool Owns(LoopBuffer buffer) => _own.Contains(buffer);

    public override LoopBuffer Reserve(string name, Runtime.DType type, long count)
    {
        var buffer = new LoopBuffer(name, type, count);
        _own.Add(buffer);
        return buffer;
    }
}
