using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;

namespace GraphForge.Compiler.Schedule;

/// <summary>What kind of work a node is, read off its scalar definition, so that a new op needs no entry here.</summary>
public enum NodeStructure
{
    /// <summary>Given before the run.</summary>
    Leaf,

    /// <summary>Index arithmetic only: never a kernel of its own when a consumer can absorb it.</summary>
    Movement,

    /// <summary>One value from values at related indices, no reduction.</summary>
    Elementwise,

    /// <summary>Combines many elements into one.</summary>
    Reduction,

    /// <summary>A sum of products of two operands: matrix product, convolution.</summary>
    Contraction,

    /// <summary>Elements choose where they are added.</summary>
    Scatter,

    /// <summary>Elements of a row are put in order.</summary>
    Sort,

    /// <summary>One result of a loop or branch, which has kernels of its own.</summary>
    Loop,
}

/// <summary>A node's scalar definition over loop variables, with its operands as buffers.</summary>
/// <param name="Structure">Kind of work.</param>
/// <param name="Index">One variable an axis of the result.</param>
/// <param name="Value">The element at that index.</param>
/// <param name="Operands">The buffer standing for each operand.</param>
public sealed record NodeDefinition(
    NodeStructure Structure, IReadOnlyList<LoopVar> Index, Expr? Value, IReadOnlyList<LoopBuffer> Operands)
{
    public static NodeDefinition Of(Node node)
    {
        var operands = node.Inputs.ToArray().Select((n, i) => new LoopBuffer($"operand{i}", n.Type.DType, n.Shape.Size.Value)).ToArray();
        var index = LoopIndices.For(node.Shape, "i");
        if (node.Op is Ops.SiblingOp) return new(NodeStructure.Loop, index, null, operands);
        if (node.Op is Ops.Input or Ops.State or Ops.BodyParameter) return new(NodeStructure.Leaf, index, null, operands);
        if (node.Op is Ops.Constant { Value: var literal } && !literal.IsUniform(out _)) return new(NodeStructure.Leaf, index, null, operands);
        var reader = new BufferReader(node, operands);
        var value = RoundExpr.Of(node.Type.DType, node.Op.Lower(node, reader, index.Select(v => (IndexExpr)v).ToArray()));
        return new(Classify(value), index, value, operands);
    }

    private static NodeStructure Classify(Expr value)
    {
        if (value.DescendantsAndSelf().Any(e => e is SortExpr)) return NodeStructure.Sort;
        var reductions = value.DescendantsAndSelf().OfType<ReduceExpr>().ToArray();
        if (reductions.Any(r => r.Match is not null)) return NodeStructure.Scatter;
        if (reductions.Any(IsContraction)) return NodeStructure.Contraction;
        if (reductions.Length > 0) return NodeStructure.Reduction;
        return IsMovement(value) ? NodeStructure.Movement : NodeStructure.Elementwise;
    }

    /// <summary>Σ left · right where neither factor alone carries the whole sum, over more than a window.</summary>
    public static bool IsContraction(ReduceExpr reduce) =>
        reduce is { Function: ReduceFunction.Sum, Body: BinaryExpr { Function: BinaryFunction.Multiply } product, Match: null } &&
        !product.Left.DescendantsAndSelf().Any(e => e is ReduceExpr) &&
        !product.Right.DescendantsAndSelf().Any(e => e is ReduceExpr) &&
        product.Left.Variables.Overlaps(reduce.ReducedVariables) && product.Right.Variables.Overlaps(reduce.ReducedVariables);

    private static bool IsMovement(Expr value) => value switch
    {
        ConstantExpr or IndexValueExpr => true,
        LoadExpr load => !load.Index.Terms.Any(t => t.Atom is DataAtom),
        SelectExpr select => select.Condition is InBoundsExpr or BinaryExpr && IsGuard(select.Condition) &&
            IsMovement(select.WhenTrue) && IsMovement(select.WhenFalse),
        _ => false,
    };

    private static bool IsGuard(Expr condition) => condition switch
    {
        InBoundsExpr or ConstantExpr => true,
        BinaryExpr { Function: BinaryFunction.And } both => IsGuard(both.Left) && IsGuard(both.Right),
        BinaryExpr { Function: BinaryFunction.Equal, Left: IndexValueExpr or ConstantExpr, Right: IndexValueExpr or ConstantExpr } => true,
        _ => false,
    };

    private sealed class BufferReader(Node node, LoopBuffer[] operands) : OperandReader
    {
        public override Expr Read(int operand, params ReadOnlySpan<IndexExpr> index) =>
            new LoadExpr(operands[operand], IndexExpr.Linear(index, node.Inputs[operand].Shape.Strides()));
    }
}
