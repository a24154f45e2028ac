using System.Diagnostics.CodeAnalysis;

namespace GraphForge.Compiler.Graph;

/// <summary>A named extent that is known only when a program is compiled, such as the batch size.</summary>
/// <param name="Name">Name for people and for binding.</param>
/// <param name="Minimum">Smallest extent that may be bound.</param>
/// <param name="Maximum">Largest extent that may be bound.</param>
public sealed record DimSymbol(string Name, long Minimum = 1, long Maximum = int.MaxValue);

/// <summary>
/// An extent: an integer, or a polynomial with integer coefficients over <see cref="DimSymbol"/>s. Kept in a normal form
/// (monomials sorted, no zero coefficient), so that two extents are equal exactly when they are equal for every binding.
/// </summary>
public readonly struct Dim : IEquatable<Dim>
{
    /// <summary>A coefficient times a product of symbols, the symbols sorted by name, repeated for powers.</summary>
    private readonly record struct Monomial(long Coefficient, EquatableArray<DimSymbol> Symbols)
    {
        public string Key => string.Join('·', Symbols.Select(s => s.Name));
    }

    private readonly long _constant;
    private readonly Monomial[]? _monomials;

    private Dim(long constant, Monomial[]? monomials)
    {
        _constant = constant;
        _monomials = monomials is { Length: > 0 } ? monomials : null;
    }

    public static Dim Symbol(DimSymbol symbol) => new(0, [new Monomial(1, [symbol])]);

    public static implicit operator Dim(long value) => new(value, null);

    public static implicit operator Dim(DimSymbol symbol) => Symbol(symbol);

    /// <summary>The symbol of this name with the default bounds.</summary>
    public static implicit operator Dim(string symbol) => Symbol(new DimSymbol(symbol));

    /// <summary>Whether the extent is a plain integer.</summary>
    public bool IsBound => _monomials is null;

    /// <summary>The integer.</summary>
    /// <exception cref="InvalidOperationException">The extent still holds symbols.</exception>
    public long Value => IsBound
        ? _constant
        : throw new InvalidOperationException($"The extent {this} is symbolic; bind its symbols first.");

    public bool Is(long value) => IsBound && _constant == value;

    /// <summary>Every symbol the extent depends on.</summary>
    public IEnumerable<DimSymbol> Symbols => (_monomials ?? []).SelectMany(m => m.Symbols).Distinct();

    /// <summary>What is summed up: a coefficient times a product of symbols, each as often as it is a factor.</summary>
    internal IEnumerable<(long Coefficient, EquatableArray<DimSymbol> Symbols)> Terms => WithConstant().Select(m => (m.Coefficient, m.Symbols));

    /// <summary>Replaces each symbol that has a value in <paramref name="values"/>.</summary>
    public Dim Bind(IReadOnlyDictionary<DimSymbol, long> values)
    {
        if (_monomials is null) return this;
        Dim sum = _constant;
        foreach (var monomial in _monomials)
        {
            Dim product = monomial.Coefficient;
            foreach (var symbol in monomial.Symbols)
                product *= values.TryGetValue(symbol, out var value) ? value : Symbol(symbol);
            sum += product;
        }
        return sum;
    }

    public static Dim operator +(Dim left, Dim right)
    {
        if (left.IsBound && right.IsBound) return checked(left._constant + right._constant);
        return Normal(left._constant + right._constant, [.. left._monomials ?? [], .. right._monomials ?? []]);
    }

    public static Dim operator -(Dim left, Dim right) => left + right * -1;

    public static Dim operator *(Dim left, Dim right)
    {
        if (left.IsBound && right.IsBound) return checked(left._constant * right._constant);
        var products = new List<Monomial>();
        foreach (var a in left.WithConstant())
            foreach (var b in right.WithConstant())
                products.Add(new Monomial(
                    checked(a.Coefficient * b.Coefficient),
                    a.Symbols.Concat(b.Symbols).OrderBy(s => s.Name, StringComparer.Ordinal).ToEquatable()));
        return Normal(0, products);
    }

    /// <summary>Divides exactly, when <paramref name="divisor"/> is a single monomial that divides every term.</summary>
    public bool TryDivide(Dim divisor, out Dim quotient)
    {
        quotient = default;
        var divisors = divisor.WithConstant().ToArray();
        if (divisors.Length != 1) return this == divisor && Ok(1, out quotient);
        var result = new List<Monomial>();
        foreach (var term in WithConstant())
        {
            if (term.Coefficient % divisors[0].Coefficient != 0) return false;
            var rest = term.Symbols.ToList();
            if (divisors[0].Symbols.Any(s => !rest.Remove(s))) return false;
            result.Add(new Monomial(term.Coefficient / divisors[0].Coefficient, rest.ToEquatable()));
        }
        return Ok(Normal(0, result), out quotient);
    }

    private static bool Ok(Dim value, out Dim result)
    {
        result = value;
        return true;
    }

    private IEnumerable<Monomial> WithConstant()
    {
        if (_constant != 0) yield return new Monomial(_constant, []);
        foreach (var monomial in _monomials ?? []) yield return monomial;
    }

    private static Dim Normal(long constant, IEnumerable<Monomial> monomials)
    {
        var merged = new SortedDictionary<string, Monomial>(StringComparer.Ordinal);
        foreach (var monomial in monomials)
        {
            if (monomial.Symbols.Count == 0) constant += monomial.Coefficient;
            else if (merged.TryGetValue(monomial.Key, out var same))
                merged[monomial.Key] = same with { Coefficient = same.Coefficient + monomial.Coefficient };
            else merged[monomial.Key] = monomial;
        }
        return new Dim(constant, merged.Values.Where(m => m.Coefficient != 0).ToArray());
    }

    public bool Equals(Dim other) =>
        _constant == other._constant && (_monomials ?? []).AsSpan().SequenceEqual(other._monomials ?? []);

    public override bool Equals([NotNullWhen(true)] object? obj) => obj is Dim other && Equals(other);

    public override int GetHashCode() =>
        (_monomials ?? []).Aggregate(_constant.GetHashCode(), (hash, m) => HashCode.Combine(hash, m));

    public static bool operator ==(Dim left, Dim right) => left.Equals(right);

    public static bool operator !=(Dim left, Dim right) => !left.Equals(right);

    public override string ToString() => IsBound
        ? _constant.ToString()
        : string.Join(" + ", WithConstant().OrderBy(m => m.Symbols.Count == 0).Select(m =>
            m.Symbols.Count == 0 ? m.Coefficient.ToString()
            : m.Coefficient == 1 ? m.Key
            : $"{m.Coefficient}·{m.Key}"));
}
