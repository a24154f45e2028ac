using GraphForge.Compiler.Graph;

namespace GraphForge.Compiler.Loops;

/// <summary>Loop variables for the axes of a shape.</summary>
public static class LoopIndices
{
    public static IReadOnlyList<LoopVar> For(Shape shape, string prefix) =>
        shape.Values.Select((extent, axis) => new LoopVar($"{prefix}{axis}", extent)).ToArray();

    /// <summary>Row-major linear index of variables that span a dense domain.</summary>
    public static IndexExpr Linear(IReadOnlyList<LoopVar> variables)
    {
        var linear = IndexExpr.Zero;
        foreach (var variable in variables) linear = linear * variable.Extent + variable;
        return linear;
    }
}
