using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;

namespace GraphForge.Execution;

/// <summary>What a program takes.</summary>
internal sealed class InputSignature
{
    private readonly TensorSpec[] _specs;
    private readonly DimSymbol[] _symbols;
    private readonly ExtentSolver _solver;

    /// <exception cref="GraphException">Names repeat, or an extent is an expression.</exception>
    public InputSignature(IReadOnlyList<TensorSpec> specs)
    {
        _specs = [.. specs];
        Check();
        _symbols = [.. _specs.SelectMany(s => s.Shape).SelectMany(d => d.Symbols).Distinct()];
        if (_symbols.GroupBy(s => s.Name).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new GraphException(ErrorCode.DuplicateName, $"two extents with different bounds are named {twice.Key}; rename one of them.");
        _solver = new ExtentSolver(_specs, _symbols);
        foreach (var spec in _specs) Tensors[spec.Name] = new Tensor(Node.Of(new Input(spec.Name, spec.Type, this)));
    }

    public IReadOnlyList<TensorSpec> Specs => _specs;

    public IReadOnlyList<DimSymbol> Symbols => _symbols;

    /// <summary>The inputs as a function that is being compiled sees them; no other program has the same nodes.</summary>
    public NamedTensors Tensors { get; } = [];

    /// <summary>Position of an input, or -1.</summary>
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
        CheckArrays(arrays);
        extents.Fill(ExtentSolver.Unknown);
        foreach (var array in arrays) _solver.TakeDims(IndexOf(array.Name), array, extents);
        // Each round that finds an extent may make another input's the only one left open.
        for (var round = 0; round < _symbols.Length; round++)
            foreach (var array in arrays) _solver.Solve(IndexOf(array.Name), array, extents);
        foreach (var array in arrays) _solver.CheckCount(IndexOf(array.Name), array, extents);
    }

    /// <summary>The extents that are given by name.</summary>
    /// <exception cref="GraphException">A symbol is unknown or missing.</exception>
    public long[] Bind(ReadOnlySpan<(string Symbol, long Extent)> given)
    {
        var extents = new long[_symbols.Length];
        extents.AsSpan().Fill(ExtentSolver.Unknown);
        foreach (var (symbol, extent) in given)
        {
            var index = Array.FindIndex(_symbols, s => s.Name == symbol);
            if (index < 0)
                throw new GraphException(ErrorCode.BadBinding,
                    $"no input has an extent {symbol}; there are {NamedTensors.Names(_symbols.Select(s => s.Name))}.");
            extents[index] = extent;
        }
        return Array.IndexOf(extents, ExtentSolver.Unknown) is var open and >= 0
            ? throw new GraphException(ErrorCode.BadBinding, $"the extent {_symbols[open].Name} has no value.")
            : extents;
    }

    /// <summary>Name of the extent that is meant where nobody says which.</summary>
    /// <exception cref="GraphException">There is none, or more than one.</exception>
    public string OnlySymbol() => _symbols switch
    {
        [var only] => only.Name,
        [] => throw new GraphException(ErrorCode.BadBinding,
            "the inputs have no extent that a run decides, so there is no batch to enlarge; give one a name, as in TensorSpec.Of<float>(\"x\", \"batch\", 3)."),
        [var first, ..] => throw new GraphException(ErrorCode.BadBinding,
            $"the inputs have several open extents, {NamedTensors.Names(_symbols.Select(s => s.Name))}; say which one to enlarge and what the others are: " +
            $"LargestBatch(budget, \"{first.Name}\", [{string.Join(", ", _symbols.Skip(1).Select(s => $"(\"{s.Name}\", …)"))}])."),
    };

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

    private void CheckArrays(ReadOnlySpan<NamedArray> arrays)
    {
        for (var i = 0; i < arrays.Length; i++)
        {
            var index = IndexOf(arrays[i].Name);
            if (index < 0)
                throw Wrong($"there is no input '{arrays[i].Name}'; there are {NamedTensors.Names(_specs.Select(s => s.Name))}.");
            for (var j = 0; j < i; j++)
                if (arrays[j].Name == arrays[i].Name) throw Wrong($"the input '{arrays[i].Name}' is given twice.");
            if (arrays[i].DType != _specs[index].DType)
                throw Wrong($"the input {_specs[index]} was given {arrays[i].DType.ToString().ToLowerInvariant()} values.");
        }
        if (arrays.Length < _specs.Length) throw Wrong($"the input {Missing(arrays)} was given no values.");
    }

    // A function of its own: a closure would be allocated where CheckArrays begins.
    private TensorSpec Missing(ReadOnlySpan<NamedArray> arrays)
    {
        var given = arrays.ToArray().Select(a => a.Name).ToHashSet();
        return _specs.First(s => !given.Contains(s.Name));
    }

    private static GraphException Wrong(string problem) => new(ErrorCode.BadRunArgument, problem);
}
