using GraphForge.Compiler.Graph;

namespace GraphForge.Execution;

/// <summary>
/// Finds the extents that a run leaves open from the arrays it is given: from their shapes where they have some, and from
/// their numbers of elements where one extent alone is open. Allocates nothing.
/// </summary>
internal sealed class ExtentSolver
{
    public const long Unknown = -1;

    private readonly TensorSpec[] _specs;
    private readonly DimSymbol[] _symbols;

    /// <summary>For each input, the product of its extents that are numbers.</summary>
    private readonly long[] _constants;

    /// <summary>For each input and axis, which symbol its extent is; -1 for a number.</summary>
    private readonly int[][] _axes;

    public ExtentSolver(TensorSpec[] specs, DimSymbol[] symbols)
    {
        (_specs, _symbols) = (specs, symbols);
        _axes = [.. specs.Select(s => s.Shape.Select(d => d.IsBound ? -1 : Array.IndexOf(symbols, d.Symbols.First())).ToArray())];
        _constants = [.. specs.Select(s => s.Shape.Where(d => d.IsBound).Aggregate(1L, (product, d) => checked(product * d.Value)))];
    }

    /// <summary>Takes the extents from an array that has a shape.</summary>
    /// <exception cref="GraphException">It is not the input's, or not that of another array.</exception>
    public void TakeDims(int input, in NamedArray array, Span<long> extents)
    {
        if (!array.HasDims) return;
        var axes = _axes[input];
        var dims = array.Dims;
        var fits = dims.Length == axes.Length;
        for (var axis = 0; fits && axis < axes.Length; axis++)
        {
            if (axes[axis] < 0) fits = _specs[input].Shape[axis].Value == dims[axis];
            else if (extents[axes[axis]] == Unknown) extents[axes[axis]] = dims[axis];
            else fits = extents[axes[axis]] == dims[axis];
        }
        if (!fits) throw Wrong($"the input {_specs[input]} was given [{string.Join(", ", dims.ToArray())}]{With(extents)}.");
    }

    /// <summary>Finds an extent from the number of elements, where it is the input's only open one.</summary>
    /// <exception cref="GraphException">No whole number fits.</exception>
    public void Solve(int input, in NamedArray array, Span<long> extents)
    {
        var (product, open) = (_constants[input], -1);
        foreach (var symbol in _axes[input])
        {
            if (symbol < 0) continue;
            if (extents[symbol] != Unknown) product *= extents[symbol];
            else if (open < 0) open = symbol;
            else return;
        }
        if (open < 0 || product == 0) return;
        if (array.Count % product != 0)
            throw Wrong($"the input {_specs[input]} takes a multiple of {product} values{With(extents)}; {array.Count} were given.");
        extents[open] = array.Count / product;
    }

    /// <exception cref="GraphException">An extent is still open, or the array has not as many elements as the extents take.</exception>
    public void CheckCount(int input, in NamedArray array, ReadOnlySpan<long> extents)
    {
        var expected = _constants[input];
        foreach (var symbol in _axes[input])
        {
            if (symbol < 0) continue;
            if (extents[symbol] == Unknown)
                throw Wrong($"{array.Count} values do not tell the extent {_symbols[symbol].Name} of the input {_specs[input]}; " +
                    $"give its shape: NamedArray.Of(\"{array.Name}\", values, …).");
            expected *= extents[symbol];
        }
        if (expected != array.Count)
            throw Wrong($"the input {_specs[input]} takes {expected} values{With(extents)}; {array.Count} were given.");
    }

    /// <summary><c> with batch = 4</c>, for the extents that are known.</summary>
    private string With(ReadOnlySpan<long> extents)
    {
        var known = extents.ToArray().Zip(_symbols).Where(e => e.First != Unknown).Select(e => $"{e.Second.Name} = {e.First}");
        return string.Join(", ", known) is { Length: > 0 } list ? $" with {list}" : "";
    }

    private static GraphException Wrong(string problem) => new(ErrorCode.BadRunArgument, problem);
}
