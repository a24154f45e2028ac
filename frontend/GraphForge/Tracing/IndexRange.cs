using GraphForge.Compiler.Graph;

namespace GraphForge.Tracing;

/// <summary>What a function that reads class numbers or positions asks of an input of the program.</summary>
/// <param name="Elements">What it reads.</param>
/// <param name="Count">They are in 0..Count - 1.</param>
/// <param name="Ignored">A number that is allowed besides; null if there is none.</param>
internal sealed record IndexRange(InputElements Elements, Dim Count, long? Ignored)
{
    /// <summary>Who asks, as the beginning of a sentence that the range ends: <c>Embedding 'tokens' has rows</c>.</summary>
    public required string Demand { get; init; }

    /// <summary>The line of the user's code that made the layer, or called the function.</summary>
    public required SourceLocation Site { get; init; }

    /// <summary>
    /// Has every run of the program that is being traced check <paramref name="indices"/>, where they are elements of an input.
    /// Whoever asks first for a range is named in the error.
    /// </summary>
    public static void Require(string demand, Tensor indices, Dim count, long? ignored = null)
    {
        if (Trace.Current is { } trace && InputElements.Of(indices.Node) is { } elements)
            trace.Require(new IndexRange(elements, count, ignored) { Demand = demand, Site = NodeScope.Here });
    }

    /// <summary>Whether both allow the same.</summary>
    public bool Covers(IndexRange other) => Elements == other.Elements && Count == other.Count && Ignored == other.Ignored;
}
