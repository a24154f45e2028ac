using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;

namespace GraphForge.Execution;

/// <summary>What a program takes, and how the symbols of its shapes follow from what a run is given.</summary>
internal sealed class InputSignature
{
    private const long Unknown = -1;

    private readonly TensorSpec[] _specs;
    private readonly DimSymbol[] _symbols;

    /// <summary>For each input, the product of its extents that are numbers.</summary>
    private readonly long[] _constants;

    /// <summary>For each input and axis, which symbol its extent is; -1 for a number.</summary>
    private readonly int[][] _axes;

    /// <exception cref="GraphException">Names repeat, or an extent is an expression.</exception>
    public InputSignature(IReadOnlyList<TensorSpec> specs)
    {
        _specs = [.. specs];
        Check();
        _symbols = [.. _specs.SelectMany(s => s.Shape).SelectMany(d => d.Symbols).Distinct()];
        if (_symbols.GroupBy(s => s.Name).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new GraphException(ErrorCode.DuplicateName, $"two extents with different bounds are named {twice.Key}; rename one of them.");
        _axes = [.. _specs.Select(s => s.Shape.Select(d => d.IsBound ? -1 : Array.IndexOf(_symbols, d.Symbols.First())).ToArray())];
        _constants = [.. _specs.Select(s => s.Shape.Where(d => d.IsBound).Aggregate(1L, (product, d) => checked(product * d.Value)))];
        foreach (var spec in _specs) Tensors[spec.Name] = new Tensor(Node.Of(new Input(spec.Name, spec.Type, this)));
    }

    public IReadOnlyList<TensorSpec> Specs => _specs;

    public IReadOnlyList<DimSymbol> Symbols => _symbols;

    /// <summary>The inputs as a function that is being compiled sees them; no other program has the same nodes.</summary>
    public NamedTensors Tensors { get; } = [];

    public int IndexOf(string name)
    {
        for (var i = 0; i < _specs.Length; i++)
            if (_specs[i].Name == name) return i;
        return -1;
    }

    /// <summary>Extents by symbol, for a compiler.</summary>
    public Dictionary<DimSymbol, long> Binding(ReadOnlySpan<long> extents)
    {
        var binding = new Dictionary<DimSymbol, long>();
        for (var i = 0; i < _symbols.Length; i++) binding[_symbols[i]] = extents[i];
        return binding;
    }

    /// <summary>Checks that every input is given once, in its type, and finds the extents of the symbols.</summary>
    /// <param name="arrays">What a run is given, in any order.</param>
    /// <param name="extents">Receives an extent for each of <see cref="Symbols"/>.</param>
    /// <exception cref="GraphException">Something does not fit.</exception>
    public void Bind(ReadOnlySpan<NamedArray> arrays, Span<long> extents)
    {
        CheckNames(arrays);
        extents.Fill(Unknown);
        foreach (var array in arrays) TakeDims(array, extents);
        for (var known = -1; known != (known = Count(extents));)
            foreach (var array in arrays) Solve(array, extents);
        foreach (var array in arrays) CheckCount(array, extents);
    }

    /// <summary>The extents that are given by name.</summary>
    /// <exception cref="GraphException">A symbol is unknown or missing.</exception>
    public long[] Bind(ReadOnlySpan<(string Symbol, long Extent)> given)
    {
        var extents = new long[_symbols.Length];
        extents.AsSpan().Fill(Unknown);
        foreach (var (symbol, extent) in given)
        {
            var index = Array.FindIndex(_symbols, s => s.Name == symbol);
            if (index < 0)
                throw new GraphException(ErrorCode.BadBinding,
                    $"no input has an extent {symbol}; there are {NamedTensors.Names(_symbols.Select(s => s.Name))}.");
            extents[index] = extent;
        }
        return Array.IndexOf(extents, Unknown) is var open and >= 0
            ? throw new GraphException(ErrorCode.BadBinding, $"the extent {_symbols[open].Name} has no value.")
            : extents;
    }

    private void Check()
    {
        if (_specs.GroupBy(s => s.Name).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new GraphException(ErrorCode.DuplicateName, $"two inputs are named '{twice.Key}'; rename one of them.");
        foreach (var spec in _specs)
            foreach (var dim in spec.Shape)
                if (dim.IsBound ? dim.Value < 0 : dim != dim.Symbols.First())
                    throw new GraphException(ErrorCode.BadAttribute,
                        $"the input {spec} has an extent {dim}; an input's extents are numbers of at least 0, or names.");
    }

    private void CheckNames(ReadOnlySpan<NamedArray> arrays)
    {
        for (var i = 0; i < arrays.Length; i++)
        {
            var index = IndexOf(arrays[i].Name);
            if (index < 0)
                throw Wrong($"there is no input '{arrays[i].Name}'; there are {NamedTensors.Names(_specs.Select(s => s.Name))}.");
            for (var j = 0; j < i; j++)
                if (arrays[j].Name == arrays[i].Name) throw Wrong($"the input '{arrays[i].Name}' is given twice.");
            if (arrays[i].DType != _specs[index].DType)
                throw Wrong($"the input {_specs[index]} was given {Name(arrays[i])} values.");
        }
        if (arrays.Length < _specs.Length) throw Wrong($"the input {Missing(arrays)} was given no values.");
    }

    private TensorSpec Missing(ReadOnlySpan<NamedArray> arrays)
    {
        var given = arrays.ToArray().Select(a => a.Name).ToHashSet();
        return _specs.First(s => !given.Contains(s.Name));
    }

    private void TakeDims(in NamedArray array, Span<long> extents)
    {
        if (!array.HasDims) return;
        var index = IndexOf(array.Name);
        var axes = _axes[index];
        var dims = array.Dims;
        var fits = dims.Length == axes.Length;
        for (var axis = 0; fits && axis < axes.Length; axis++)
        {
            if (axes[axis] < 0) fits = _specs[index].Shape[axis].Value == dims[axis];
            else if (extents[axes[axis]] == Unknown) extents[axes[axis]] = dims[axis];
            else fits = extents[axes[axis]] == dims[axis];
        }
        if (!fits) throw Wrong($"the input {_specs[index]} was given [{string.Join(", ", dims.ToArray())}]{With(extents)}.");
    }

    /// <summary>Finds the extent of an input's symbol from the number of values, where it is the only one open.</summary>
    private void Solve(in NamedArray array, Span<long> extents)
    {
        var index = IndexOf(array.Name);
        var (product, open) = (_constants[index], -1);
        foreach (var symbol in _axes[index])
        {
            if (symbol < 0) continue;
            if (extents[symbol] != Unknown) product *= extents[symbol];
            else if (open < 0) open = symbol;
            else return;
        }
        if (open < 0 || product == 0) return;
        if (array.Count % product != 0)
            throw Wrong($"the input {_specs[index]} takes a multiple of {product} values{With(extents)}; {array.Count} were given.");
        extents[open] = array.Count / product;
    }

    private void CheckCount(in NamedArray array, ReadOnlySpan<long> extents)
    {
        var index = IndexOf(array.Name);
        var expected = _constants[index];
        foreach (var symbol in _axes[index])
        {
            if (symbol < 0) continue;
            if (extents[symbol] == Unknown)
                throw Wrong($"{array.Count} values do not tell the extent {_symbols[symbol].Name} of the input {_specs[index]}; " +
                    $"give its shape: NamedArray.Of(\"{array.Name}\", values, …).");
            expected *= extents[symbol];
        }
        if (expected != array.Count)
            throw Wrong($"the input {_specs[index]} takes {expected} values{With(extents)}; {array.Count} were given.");
    }

    private static int Count(ReadOnlySpan<long> extents) => extents.Length - extents.Count(Unknown);

    /// <summary><c> with batch = 4</c>, for the extents that are known.</summary>
    private string With(ReadOnlySpan<long> extents)
    {
        var known = extents.ToArray().Zip(_symbols).Where(e => e.First != Unknown).Select(e => $"{e.Second.Name} = {e.First}");
        return string.Join(", ", known) is { Length: > 0 } list ? $" with {list}" : "";
    }

    private static string Name(in NamedArray array) => array.DType.ToString().ToLowerInvariant();

    private static GraphException Wrong(string problem) => new(ErrorCode.BadRunArgument, problem);
}
