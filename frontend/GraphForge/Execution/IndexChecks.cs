using System.Runtime.InteropServices;
using GraphForge.Compiler.Graph;
using GraphForge.Runtime;
using GraphForge.Tracing;

namespace GraphForge.Execution;

/// <summary>Looks for class numbers and positions that are out of range in what a run is given, before anything is changed.</summary>
internal sealed class IndexChecks
{
    private readonly InputSignature _inputs;

    /// <summary>For each input, what is asked of it.</summary>
    private readonly BoundRange[][] _ranges;

    /// <param name="inputs">What the program takes.</param>
    /// <param name="ranges">What its functions ask for.</param>
    /// <param name="binding">The inputs' extents.</param>
    public IndexChecks(InputSignature inputs, IReadOnlyList<IndexRange> ranges, IReadOnlyDictionary<DimSymbol, long> binding)
    {
        _inputs = inputs;
        _ranges = [.. inputs.Specs.Select(spec => ranges
            .Where(r => r.Elements.Input == spec.Name).Select(r => new BoundRange(r, spec.Shape, binding)).ToArray())];
    }

    /// <param name="arrays">Of the inputs' types.</param>
    /// <exception cref="GraphException">An index is out of range.</exception>
    public void Check(ReadOnlySpan<NamedArray> arrays)
    {
        foreach (var array in arrays) Check(_inputs.IndexOf(array.Name), array.DType, array.Bytes);
    }

    /// <exception cref="GraphException">An index is out of range.</exception>
    public void Check<T>(int input, ReadOnlySpan<T> values) where T : unmanaged =>
        Check(input, DTypes.Of<T>(), MemoryMarshal.AsBytes(values));

    private void Check(int input, DType dtype, ReadOnlySpan<byte> bytes)
    {
        foreach (var range in _ranges[input]) range.Check(dtype, bytes);
    }
}
