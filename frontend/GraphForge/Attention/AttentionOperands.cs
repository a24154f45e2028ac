using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge.Attention;

/// <summary>What <see cref="Functional.ScaledDotProductAttention"/> takes.</summary>
internal static class AttentionOperands
{
    private const string Name = "scaledDotProductAttention";

    /// <exception cref="GraphException">Shapes or types do not fit.</exception>
    public static void Check(Tensor query, Tensor key, Tensor value, Tensor? mask, bool grouped)
    {
        CheckTypes(query, key, value, mask);
        if (query.Rank < 2 || key.Rank < 2 || value.Rank < 2 || query.Shape[^1] != key.Shape[^1] || key.Shape[^2] != value.Shape[^2])
            throw Mismatch("takes a query [..., L, E], a key [..., S, E] and a value [..., S, Ev]", query, key, value);
        if (!query.Shape[^1].IsBound)
            throw new GraphException(ErrorCode.SymbolicDim, $"{Name} needs a fixed last extent, got {query.Node.Type}.");
        if (grouped) CheckGroups(query, key, value);
        var heads = grouped ? 3 : 2;
        var leading = Broadcast(Leading(query, heads), Leading(key, heads)) is { } both ? Broadcast(both, Leading(value, heads)) : null;
        if (leading is null)
            throw Mismatch("takes a query, a key and a value whose leading axes broadcast", query, key, value);
        if (mask is not null) CheckMask(mask, [.. leading, .. query.Shape.Skip(query.Rank - heads).SkipLast(1), key.Shape[^2]]);
    }

    private static void CheckTypes(Tensor query, Tensor key, Tensor value, Tensor? mask)
    {
        if (!query.DType.IsFloat() || key.DType != query.DType || value.DType != query.DType)
            throw new GraphException(ErrorCode.WrongDType,
                $"{Name} takes floats of one type, got {query.Node.Type}, {key.Node.Type} and {value.Node.Type}; cast them.");
        if (mask is not null && mask.DType != DType.Bool && mask.DType != query.DType)
            throw new GraphException(ErrorCode.WrongDType, $"{Name} takes a mask of bool (true attends) or one of the query's type, " +
                $"which is added to the scores, got {mask.Node.Type} with a query {query.Node.Type}; cast it.");
    }

    private static void CheckGroups(Tensor query, Tensor key, Tensor value)
    {
        if (query.Rank < 3 || key.Rank < 3 || value.Rank < 3 || !query.Shape[^3].IsBound || !key.Shape[^3].IsBound ||
            key.Shape[^3] != value.Shape[^3] || key.Shape[^3].Is(0) || query.Shape[^3].Value % key.Shape[^3].Value != 0)
            throw Mismatch("with enableGqa takes a query [..., heads, L, E] and a key and a value [..., kvHeads, S, E] " +
                "with kvHeads that divide the heads", query, key, value);
    }

    private static void CheckMask(Tensor mask, Shape scores)
    {
        if (Broadcast(mask.Shape, scores) != scores)
            throw new GraphException(ErrorCode.ShapeMismatch,
                $"{Name} takes a mask that broadcasts to the scores {scores}, got {mask.Node.Type}; reshape it.");
    }

    private static Shape Leading(Tensor operand, int last) => Shape.Of(operand.Shape.SkipLast(last));

    private static GraphException Mismatch(string takes, Tensor query, Tensor key, Tensor value) => new(ErrorCode.ShapeMismatch,
        $"{Name} {takes}, got {query.Node.Type}, {key.Node.Type} and {value.Node.Type}.");

    /// <summary>The shape both broadcast to, or null.</summary>
    private static Shape? Broadcast(Shape a, Shape b)
    {
        var dims = new Dim[Math.Max(a.Rank, b.Rank)];
        for (var fromEnd = 1; fromEnd <= dims.Length; fromEnd++)
        {
            Dim left = fromEnd <= a.Rank ? a[^fromEnd] : 1, right = fromEnd <= b.Rank ? b[^fromEnd] : 1;
            if (left != right && !left.Is(1) && !right.Is(1)) return null;
            dims[^fromEnd] = left.Is(1) ? right : left;
        }
        return Shape.Of(dims);
    }
}
