using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Compiler.Ops;

namespace GraphForge.Compiler.Schedule;

/// <summary>One way a node reads another, with the movement ops between them folded into the index.</summary>
/// <param name="Producer">The node read: computed or a leaf.</param>
/// <param name="Index">Linear element index read, over the consumer's index variables and its reduced ones.</param>
public sealed record Access(Node Producer, IndexExpr Index);

/// <summary>A computed node with everything it reads.</summary>
/// <param name="Node">The consumer.</param>
/// <param name="Linear">Its own linear index.</param>
/// <param name="Reduced">Variables of its outermost reductions.</param>
/// <param name="Reads">Its accesses.</param>
public sealed record NodeAccesses(Node Node, IndexExpr Linear, IReadOnlyList<LoopVar> Reduced, IReadOnlyList<Access> Reads)
{
    /// <summary>What is read, each once.</summary>
    public IReadOnlyList<Node> Producers { get; } = Reads.Select(r => r.Producer).Distinct().ToArray();

    /// <summary>Producers whose values choose which elements are read.</summary>
    public IReadOnlySet<Node> Choosers { get; private init; } = new HashSet<Node>();

    /// <param name="node">A computed node.</param>
    /// <param name="isAbsorbed">Whether a node is folded into its consumers' indices.</param>
    public static NodeAccesses Of(Node node, Func<Node, bool> isAbsorbed)
    {
        var buffers = new Dictionary<Node, LoopBuffer>(ReferenceEqualityComparer.Instance);
        var nodes = new Dictionary<LoopBuffer, Node>();
        var lowerer = new Lowerer(n => isAbsorbed(n) ? null : BufferOf(n));
        var index = LoopIndices.For(node.Shape, "i");
        if (node.Op is SiblingOp) return new NodeAccesses(node, LoopIndices.Linear(index), [], OperandsOf(node));
        var value = lowerer.Compute(node, index.Select(v => (IndexExpr)v).ToArray());
        var reads = Loads.Of(value).Distinct()
            .Select(l => new Access(nodes[l.Buffer], l.Index)).ToArray();
        var reduced = value.DescendantsAndSelf().OfType<ReduceExpr>().SelectMany(r => r.ReducedVariables).Distinct().ToArray();
        var choosers = AxisCollapse.IndicesOf(value).SelectMany(Loads.Of).Select(l => nodes[l.Buffer]);
        return new NodeAccesses(node, LoopIndices.Linear(index), reduced, reads) { Choosers = choosers.ToHashSet() };

        Access[] OperandsOf(Node loop) => loop.Inputs.ToArray()
            .Select(i => lowerer.Read(i, LoopIndices.For(i.Shape, "i").Select(v => (IndexExpr)v).ToArray()))
            .SelectMany(Loads.Of).Distinct().Select(l => new Access(nodes[l.Buffer], l.Index)).ToArray();

        LoopBuffer BufferOf(Node n)
        {
            if (buffers.TryGetValue(n, out var buffer)) return buffer;
            buffers[n] = buffer = new LoopBuffer($"n{buffers.Count}", n.Type.DType, n.Shape.Size.Value);
            nodes[buffer] = n;
            return buffer;
        }
    }

    /// <summary>Whether every read of <paramref name="producer"/> is at the consumer's own linear index.</summary>
    public bool IsIdentity(Node producer) => Reads.Where(r => r.Producer == producer).All(r => r.Index.Equals(Linear));

    /// <summary>Whether every read of <paramref name="producer"/> is at the row the consumer's element lies in.</summary>
    public bool IsRowBroadcast(Node producer, RowGeometry geometry)
    {
        var row = geometry.RowOf(Linear);
        return Reads.Where(r => r.Producer == producer).All(r => r.Index.Equals(row));
    }

    /// <summary>Whether the node reduces <paramref name="producer"/> row by row, each into its own element.</summary>
    public bool ReducesRowsOf(Node producer, RowGeometry geometry) =>
        Reads.Where(r => r.Producer == producer).All(r => ReducesRowsAt(r.Index, geometry));

    /// <summary>Whether reading at <paramref name="index"/> is reading the columns of the own row.</summary>
    internal bool ReducesRowsAt(IndexExpr index, RowGeometry geometry) =>
        index.Equals(geometry.Element(Linear, LoopIndices.Linear(Reduced)));
}
