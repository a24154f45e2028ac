using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Runtime;
using GraphForge.Runtime.Artifacts;
using GraphForge.Tracing;

namespace GraphForge.Execution;

/// <summary>A range for indices where all extents are numbers. Checking allocates nothing.</summary>
internal sealed class BoundRange
{
    private readonly SourceLocation _site;

    public BoundRange(IndexRange range, Shape input, IReadOnlyDictionary<DimSymbol, long> binding)
    {
        _site = range.Site;
        var part = (Slice?)range.Elements.Part?.Bind(binding);
        Rule = new IndexCheck(range.Elements.Input, input.Bind(binding).Values, range.Count.Bind(binding).Value, range.Ignored, range.Demand,
            part is null ? null : new IndexPart([.. part.Starts.Select(s => s.Value)], [.. part.Lengths.Select(l => l.Value)], [.. part.Steps]));
    }

    /// <summary>What is checked.</summary>
    public IndexCheck Rule { get; }

    /// <param name="dtype">An integer type.</param>
    /// <param name="bytes">The input's elements, row-major; along its first axis there may be those of more runs.</param>
    /// <exception cref="GraphException">An element that is read is out of range.</exception>
    public void Check(DType dtype, ReadOnlySpan<byte> bytes)
    {
        if (Rule.Problem(dtype, bytes) is { } problem) throw new GraphException(ErrorCode.BadRunArgument, problem, _site);
    }
}
