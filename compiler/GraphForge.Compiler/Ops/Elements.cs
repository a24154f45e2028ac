using GraphForge.Compiler.Graph;

namespace GraphForge.Compiler.Ops;

/// <summary>Element-by-element walks for reference evaluation; plainness matters here, speed does not.</summary>
internal static class Elements
{
    /// <summary>A literal whose element at linear index i is <paramref name="element"/>(i).</summary>
    public static Literal Map(TensorType type, Func<int, Scalar> element)
    {
        var result = new Literal(type);
        for (var i = 0; i < result.Count; i++) result[i] = element(i);
        return result;
    }

    /// <summary>A literal whose element at a multi-index is <paramref name="element"/>(index). The array is reused.</summary>
    public static Literal MapIndex(TensorType type, Func<long[], Scalar> element)
    {
        var result = new Literal(type);
        var position = 0;
        foreach (var index in IndexSpace.Each(type.Shape.Values)) result[position++] = element(index);
        return result;
    }

    public static Scalar At(Literal literal, ReadOnlySpan<long> index)
    {
        long position = 0;
        for (var axis = 0; axis < index.Length; axis++) position = position * literal.Type.Shape[axis].Value + index[axis];
        return literal[(int)position];
    }
}
