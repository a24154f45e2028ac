namespace GraphForge.Compiler.Loops;

/// <summary>Something an index varies with: a loop variable, a division or remainder of an index, or a value read from data.</summary>
public abstract class IndexAtom
{
    /// <summary>Smallest value the atom takes.</summary>
    public abstract long Minimum { get; }

    /// <summary>Largest value the atom takes.</summary>
    public abstract long Maximum { get; }

    /// <summary>Fixed order of terms in an index, so that equal indices print alike.</summary>
    public abstract string SortKey { get; }
}

/// <summary>A loop variable running over 0..<paramref name="extent"/>-1. Identity is the object.</summary>
/// <param name="name">Name in dumps and generated code.</param>
/// <param name="extent">Number of values.</param>
/// <param name="isLane">Whether the values are lanes of a vector; such a variable stays in an index even when it has one value.</param>
public sealed class LoopVar(string name, long extent, bool isLane = false) : IndexAtom
{
    public bool IsLane { get; } = isLane;

    public string Name { get; } = name;

    public long Extent { get; } = extent;

    public override long Minimum => 0;

    public override long Maximum => Math.Max(0, Extent - 1);

    public override string SortKey => Name;

    public override string ToString() => Name;
}

/// <summary>⌊<paramref name="value"/> / <paramref name="divisor"/>⌋.</summary>
public sealed class FloorDivAtom(IndexExpr value, long divisor) : IndexAtom, IEquatable<FloorDivAtom>
{
    public IndexExpr Value { get; } = value;

    public long Divisor { get; } = divisor;

    public override long Minimum => IndexExpr.FloorDiv(Value.Minimum, Divisor);

    public override long Maximum => IndexExpr.FloorDiv(Value.Maximum, Divisor);

    public override string SortKey => $"({Value}) / {Divisor}";

    public bool Equals(FloorDivAtom? other) => other is not null && Divisor == other.Divisor && Value.Equals(other.Value);

    public override bool Equals(object? obj) => Equals(obj as FloorDivAtom);

    public override int GetHashCode() => HashCode.Combine(Value, Divisor, 1);
}

/// <summary><paramref name="value"/> mod <paramref name="divisor"/>, never negative.</summary>
public sealed class ModAtom(IndexExpr value, long divisor) : IndexAtom, IEquatable<ModAtom>
{
    public IndexExpr Value { get; } = value;

    public long Divisor { get; } = divisor;

    public override long Minimum => 0;

    public override long Maximum => Divisor - 1;

    public override string SortKey => $"({Value}) % {Divisor}";

    public bool Equals(ModAtom? other) => other is not null && Divisor == other.Divisor && Value.Equals(other.Value);

    public override bool Equals(object? obj) => Equals(obj as ModAtom);

    public override int GetHashCode() => HashCode.Combine(Value, Divisor, 2);
}

/// <summary>An integer read from a tensor (gather), clamped to 0..<paramref name="extent"/>-1 so that no data reads outside.</summary>
public sealed class DataAtom(Expr value, long extent) : IndexAtom, IEquatable<DataAtom>
{
    public Expr Value { get; } = value;

    public long Extent { get; } = extent;

    public override long Minimum => 0;

    public override long Maximum => Math.Max(0, Extent - 1);

    public override string SortKey => $"data {Value}";

    public bool Equals(DataAtom? other) => other is not null && Extent == other.Extent && Value.Equals(other.Value);

    public override bool Equals(object? obj) => Equals(obj as DataAtom);

    public override int GetHashCode() => HashCode.Combine(Value, Extent, 3);
}

/// <summary>
/// An index in normal form: a constant plus integer multiples of atoms. Stride along a loop variable is its coefficient,
/// and division and remainder cancel against products, so movement ops vanish into strides.
/// </summary>
public sealed class IndexExpr : IEquatable<IndexExpr>
{
    public static readonly IndexExpr Zero = new(0, []);

    private readonly int _hash;

    private IndexExpr(long constant, (IndexAtom Atom, long Coefficient)[] terms)
    {
        Constant = constant;
        Terms = terms;
        var hash = new HashCode();
        hash.Add(constant);
        foreach (var term in terms) hash.Add(term);
        _hash = hash.ToHashCode();
    }

    public long Constant { get; }

    /// <summary>Atoms with nonzero coefficients, sorted by <see cref="IndexAtom.SortKey"/>.</summary>
    public IReadOnlyList<(IndexAtom Atom, long Coefficient)> Terms { get; }

    public bool IsConstant => Terms.Count == 0;

    public long Minimum => Constant + Terms.Sum(t => t.Coefficient * (t.Coefficient > 0 ? t.Atom.Minimum : t.Atom.Maximum));

    public long Maximum => Constant + Terms.Sum(t => t.Coefficient * (t.Coefficient > 0 ? t.Atom.Maximum : t.Atom.Minimum));

    public static implicit operator IndexExpr(long value) => value == 0 ? Zero : new IndexExpr(value, []);

    public static implicit operator IndexExpr(IndexAtom atom) =>
        atom.Minimum == atom.Maximum && atom is not LoopVar { IsLane: true } ? (IndexExpr)atom.Minimum : new IndexExpr(0, [(atom, 1)]);

    public static IndexExpr operator +(IndexExpr a, IndexExpr b)
    {
        if (a.IsConstant && b.IsConstant) return a.Constant + b.Constant;
        var sum = new Dictionary<IndexAtom, long>();
        foreach (var (atom, coefficient) in a.Terms.Concat(b.Terms))
            sum[atom] = sum.GetValueOrDefault(atom) + coefficient;
        return Normal(a.Constant + b.Constant, sum.Select(p => (p.Key, p.Value)));
    }

    public static IndexExpr operator -(IndexExpr a, IndexExpr b) => a + b * -1;

    public static IndexExpr operator *(IndexExpr a, long factor) => factor switch
    {
        0 => Zero,
        1 => a,
        _ => new IndexExpr(checked(a.Constant * factor), a.Terms.Select(t => (t.Atom, t.Coefficient * factor)).ToArray()),
    };

    /// <summary>⌊a / divisor⌋ for a positive divisor. Terms that <paramref name="divisor"/> divides leave the division.</summary>
    public static IndexExpr operator /(IndexExpr a, long divisor)
    {
        if (divisor == 1) return a;
        var (quotient, rest) = a.Split(divisor);
        var low = FloorDiv(rest.Minimum, divisor);
        if (low == FloorDiv(rest.Maximum, divisor)) return quotient + low;
        if (rest.WithoutSmallTerms(divisor) is var (large, factor, _)) return quotient + large / (divisor / factor);
        // ⌊⌊x / a⌋ / b⌋ = ⌊x / (a·b)⌋
        if (rest is { Constant: 0, Terms: [(FloorDivAtom inner, 1)] })
            return quotient + inner.Value / checked(inner.Divisor * divisor);
        return quotient + new IndexExpr(0, [(new FloorDivAtom(rest, divisor), 1)]);
    }

    /// <summary>a mod divisor, in 0..divisor-1, for a positive divisor.</summary>
    public static IndexExpr operator %(IndexExpr a, long divisor)
    {
        if (divisor == 1) return Zero;
        var (_, rest) = a.Split(divisor);
        var low = FloorDiv(rest.Minimum, divisor);
        if (low == FloorDiv(rest.Maximum, divisor)) return rest - low * divisor;
        if (rest.WithoutSmallTerms(divisor) is var (large, factor, small)) return large % (divisor / factor) * factor + small;
        return new IndexExpr(0, [(new ModAtom(rest, divisor), 1)]);
    }

    /// <summary>Multiple of <paramref name="atom"/> in the index, where it occurs nowhere inside another atom.</summary>
    public long Coefficient(IndexAtom atom)
    {
        foreach (var (a, c) in Terms)
            if (a.Equals(atom)) return c;
        return 0;
    }

    /// <summary>Replaces loop variables, also inside divisions, remainders and data reads.</summary>
    public IndexExpr Substitute(IReadOnlyDictionary<LoopVar, IndexExpr> values)
    {
        if (IsConstant) return this;
        IndexExpr sum = Constant;
        foreach (var (atom, coefficient) in Terms)
            sum += atom switch
            {
                LoopVar v => values.TryGetValue(v, out var value) ? value : v,
                FloorDivAtom d => d.Value.Substitute(values) / d.Divisor,
                ModAtom m => m.Value.Substitute(values) % m.Divisor,
                DataAtom g => new DataAtom(g.Value.Substitute(values), g.Extent),
                _ => atom,
            } * coefficient;
        return sum;
    }

    /// <summary>Every loop variable the index depends on, however deep.</summary>
    public IEnumerable<LoopVar> Variables => Terms.SelectMany(t => t.Atom switch
    {
        LoopVar v => [v],
        FloorDivAtom d => d.Value.Variables,
        ModAtom m => m.Value.Variables,
        DataAtom g => g.Value.Variables,
        _ => [],
    }).Distinct();

    /// <summary>Row-major linear index.</summary>
    public static IndexExpr Linear(ReadOnlySpan<IndexExpr> index, ReadOnlySpan<long> strides)
    {
        var sum = Zero;
        for (var i = 0; i < index.Length; i++) sum += index[i] * strides[i];
        return sum;
    }

    /// <summary>Inverse of <see cref="Linear"/>: one index an axis of a row-major tensor of extents <paramref name="dims"/>.</summary>
    public static IndexExpr[] Unravel(IndexExpr linear, ReadOnlySpan<long> dims)
    {
        var index = new IndexExpr[dims.Length];
        for (var axis = dims.Length - 1; axis >= 0; axis--)
        {
            index[axis] = axis == 0 ? linear : linear % Math.Max(1, dims[axis]);
            if (axis > 0) linear = linear / Math.Max(1, dims[axis]);
        }
        return index;
    }

    internal static long FloorDiv(long a, long b) => a >= 0 ? a / b : -((-a + b - 1) / b);

    /// <summary>a = divisor · quotient + rest, with as much as possible in the quotient.</summary>
    private (IndexExpr Quotient, IndexExpr Remainder) Split(long divisor)
    {
        var constantQuotient = FloorDiv(Constant, divisor);
        var whole = Terms.Where(t => t.Coefficient % divisor == 0).Select(t => (t.Atom, t.Coefficient / divisor)).ToArray();
        var partial = Terms.Where(t => t.Coefficient % divisor != 0).ToArray();
        return (new IndexExpr(constantQuotient, whole), new IndexExpr(Constant - constantQuotient * divisor, partial));
    }

    /// <summary>
    /// The index as factor · large + small, where the factor divides <paramref name="divisor"/> and small lies within
    /// 0..factor-1, so that it takes no part in the division; null where there is no such small part.
    /// </summary>
    private (IndexExpr Large, long Factor, IndexExpr Small)? WithoutSmallTerms(long divisor)
    {
        var terms = Terms.OrderByDescending(t => Math.Abs(t.Coefficient)).ToArray();
        var factor = divisor;
        for (var count = 1; count <= terms.Length; count++)
        {
            factor = (long)System.Numerics.BigInteger.GreatestCommonDivisor(factor, terms[count - 1].Coefficient);
            if (factor == 1) return null;
            var small = new IndexExpr(Constant, [.. terms.Skip(count)]);
            if (small.Minimum < 0 || small.Maximum >= factor || count == terms.Length && Constant == 0) continue;
            var large = Normal(0, terms.Take(count).Select(t => (t.Atom, t.Coefficient / factor)));
            return (large, factor, Normal(Constant, terms.Skip(count)));
        }
        return null;
    }

    private static IndexExpr Normal(long constant, IEnumerable<(IndexAtom Atom, long Coefficient)> terms)
    {
        var kept = terms.Where(t => t.Coefficient != 0).ToList();
        // b·⌊v / (a·b)⌋ + (⌊v / a⌋ mod b) = ⌊v / a⌋, times any coefficient
        for (var i = 0; i < kept.Count; i++)
        {
            if (kept[i] is not (ModAtom mod, var c)) continue;
            var j = kept.FindIndex(t => t.Atom is FloorDivAtom d && t.Coefficient == c * mod.Divisor &&
                d.Divisor % mod.Divisor == 0 && (d.Value / (d.Divisor / mod.Divisor)).Equals(mod.Value));
            if (j < 0) continue;
            var rest = kept.Where((_, k) => k != i && k != j);
            return Normal(constant, rest) + mod.Value * c;
        }
        return new IndexExpr(constant, kept.OrderBy(t => t.Atom.SortKey, StringComparer.Ordinal).ToArray());
    }

    public bool Equals(IndexExpr? other)
    {
        if (ReferenceEquals(this, other)) return true;
        if (other is null || _hash != other._hash || Constant != other.Constant || Terms.Count != other.Terms.Count) return false;
        for (var i = 0; i < Terms.Count; i++)
            if (Terms[i].Coefficient != other.Terms[i].Coefficient || !Terms[i].Atom.Equals(other.Terms[i].Atom)) return false;
        return true;
    }

    public override bool Equals(object? obj) => Equals(obj as IndexExpr);

    public override int GetHashCode() => _hash;

    public override string ToString()
    {
        if (IsConstant) return Constant.ToString();
        var text = string.Join(" + ", Terms.Select(t => t.Coefficient == 1 ? Text(t.Atom) : $"{Text(t.Atom)} * {t.Coefficient}"));
        return Constant == 0 ? text : $"{text} + {Constant}";
    }

    private static string Text(IndexAtom atom) => atom is LoopVar ? atom.SortKey : $"({atom.SortKey})";
}
