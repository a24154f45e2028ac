using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Loops;

/// <summary>Scalar functions of one operand.</summary>
public enum UnaryFunction
{
    Negate, Absolute, Sign, Exp, Log, Sqrt, Sin, Cos, Tanh, Erf, Floor, Ceiling, Round, Not,
    Erfc, Expm1, Log1p, Sigmoid, Softplus, Tan, Asin, Acos, Atan, Sinh, Cosh, Asinh, Acosh, Log2,
}

/// <summary>Scalar functions of two operands of one type. Comparisons yield bool.</summary>
public enum BinaryFunction
{
    Add, Subtract, Multiply, Divide, Remainder, Power, Atan2, Minimum, Maximum, And, Or, Xor, ShiftLeft, ShiftRight,
    Less, LessOrEqual, Equal, NotEqual,
}

/// <summary>How a reduction combines; the arg forms yield the flat int64 position of the first extreme.</summary>
public enum ReduceFunction
{
    Sum, Product, Minimum, Maximum, ArgMinimum, ArgMaximum,
}

/// <summary>A buffer a kernel reads or writes. Identity is the object.</summary>
/// <param name="name">Name in the generated code.</param>
/// <param name="type">Element type.</param>
/// <param name="count">Number of elements.</param>
public sealed class LoopBuffer(string name, DType type, long count)
{
    public string Name { get; } = name;

    public DType Type { get; } = type;

    public long Count { get; } = count;

    public override string ToString() => Name;
}

/// <summary>
/// A scalar expression of a kernel body. Floats of 16 bits exist in memory only: an expression never has their type, but may
/// be rounded to it by a <see cref="RoundExpr"/>. Immutable with structural equality (hash cached, references compared first), so
/// shared subexpressions stay shared and are emitted once.
/// </summary>
public abstract class Expr : IEquatable<Expr>
{
    /// <summary>0 where it is not known yet: several threads may find it, and a number is read whole.</summary>
    private int _hash;

    public abstract DType Type { get; }

    public virtual IReadOnlyList<Expr> Operands => [];

    /// <summary>Everything besides operands that tells this expression from others of its class.</summary>
    protected internal abstract object Identity { get; }

    /// <summary>The same expression over other operands.</summary>
    public virtual Expr WithOperands(IReadOnlyList<Expr> operands) => this;

    /// <summary>The same expression with its own indices passed through <paramref name="map"/>; operands stay.</summary>
    public virtual Expr MapIndices(Func<IndexExpr, IndexExpr> map) => this;

    /// <summary>Indices this expression uses directly.</summary>
    public virtual IEnumerable<IndexExpr> Indices => [];

    public Expr Substitute(IReadOnlyDictionary<LoopVar, IndexExpr> values) =>
        Rewrite(e => e.MapIndices(i => i.Substitute(values)));

    /// <summary>Every loop variable the value depends on, those bound by inner reductions excluded.</summary>
    public IReadOnlySet<LoopVar> Variables => field ??= CollectVariables();

    /// <summary>Rebuilds bottom-up, each shared subexpression once.</summary>
    public Expr Rewrite(Func<Expr, Expr> map) => Rewrite(map, new Dictionary<Expr, Expr>(ReferenceEqualityComparer.Instance));

    /// <summary>Rebuilds bottom-up with a memo that spans several expressions.</summary>
    public Expr Rewrite(Func<Expr, Expr> map, Dictionary<Expr, Expr> memo)
    {
        if (memo.TryGetValue(this, out var done)) return done;
        var operands = Operands;
        Expr[]? changed = null;
        for (var i = 0; i < operands.Count; i++)
        {
            var operand = operands[i].Rewrite(map, memo);
            if (ReferenceEquals(operand, operands[i])) continue;
            changed ??= [.. operands];
            changed[i] = operand;
        }
        return memo[this] = map(changed is null ? this : WithOperands(changed));
    }

    /// <summary>Puts <paramref name="replacement"/> wherever <paramref name="target"/> stands.</summary>
    public Expr Replace(Expr target, Expr replacement) =>
        Replace(target, replacement, new Dictionary<Expr, Expr>(ReferenceEqualityComparer.Instance));

    private Expr Replace(Expr target, Expr replacement, Dictionary<Expr, Expr> memo)
    {
        if (Equals(target)) return replacement;
        if (memo.TryGetValue(this, out var done)) return done;
        return memo[this] = MapOperands(o => o.Replace(target, replacement, memo));
    }

    /// <summary>The same expression over other operands; itself where <paramref name="map"/> changes none.</summary>
    public Expr MapOperands(Func<Expr, Expr> map)
    {
        if (Operands.Count == 0) return this;
        var operands = Operands.Select(map).ToArray();
        return operands.SequenceEqual(Operands, ReferenceEqualityComparer.Instance) ? this : WithOperands(operands);
    }

    /// <summary>This expression and all below it, each once, operands first.</summary>
    public IEnumerable<Expr> DescendantsAndSelf()
    {
        var seen = new HashSet<Expr>(ReferenceEqualityComparer.Instance);
        var order = new List<Expr>();
        Visit(this);
        return order;

        void Visit(Expr e)
        {
            if (!seen.Add(e)) return;
            foreach (var operand in e.Operands) Visit(operand);
            order.Add(e);
        }
    }

    protected virtual IEnumerable<LoopVar> BoundVariables => [];

    private HashSet<LoopVar> CollectVariables()
    {
        var set = new HashSet<LoopVar>(Indices.SelectMany(i => i.Variables));
        foreach (var operand in Operands) set.UnionWith(operand.Variables);
        set.ExceptWith(BoundVariables);
        return set;
    }

    public bool Equals(Expr? other)
    {
        if (ReferenceEquals(this, other)) return true;
        if (other is null || GetType() != other.GetType() || GetHashCode() != other.GetHashCode()) return false;
        if (!Identity.Equals(other.Identity) || Operands.Count != other.Operands.Count) return false;
        for (var i = 0; i < Operands.Count; i++)
            if (!Operands[i].Equals(other.Operands[i])) return false;
        return true;
    }

    public override bool Equals(object? obj) => Equals(obj as Expr);

    public override int GetHashCode()
    {
        if (_hash != 0) return _hash;
        var hash = new HashCode();
        hash.Add(GetType());
        hash.Add(Identity);
        foreach (var operand in Operands) hash.Add(operand.GetHashCode());
        return _hash = hash.ToHashCode();
    }

    public override string ToString() => ExprPrinter.Print(this);
}

/// <summary>A number, of the type it is computed with.</summary>
public sealed class ConstantExpr(Scalar value) : Expr
{
    public Scalar Value { get; } = value.As(value.DType.Arithmetic());

    public bool IsZero => Value.Equals(Scalar.Of(Value.DType, 0L));

    public override DType Type => Value.DType;

    public static ConstantExpr Zero(DType type) => new(Scalar.Of(type, 0L));

    protected internal override object Identity => Value;
}

/// <summary>An index as a value of <paramref name="type"/>, or of the type that is computed with.</summary>
public sealed class IndexValueExpr(IndexExpr index, DType type) : Expr
{
    public IndexExpr Index { get; } = index;

    public override DType Type { get; } = type.Arithmetic();

    protected internal override object Identity => (Index, Type);

    public override IEnumerable<IndexExpr> Indices => [Index];

    public override Expr MapIndices(Func<IndexExpr, IndexExpr> map) => new IndexValueExpr(map(Index), Type);
}

/// <summary>Whether <paramref name="low"/> ≤ index &lt; <paramref name="high"/>.</summary>
public sealed class InBoundsExpr(IndexExpr index, long low, long high) : Expr
{
    public IndexExpr Index { get; } = index;

    public long Low { get; } = low;

    public long High { get; } = high;

    public override DType Type => DType.Bool;

    protected internal override object Identity => (Index, Low, High);

    public override IEnumerable<IndexExpr> Indices => [Index];

    public override Expr MapIndices(Func<IndexExpr, IndexExpr> map) => Of(map(Index), Low, High);

    /// <summary>The test, or a constant when the range of the index decides it.</summary>
    public static Expr Of(IndexExpr index, long low, long high) =>
        index.Minimum >= low && index.Maximum < high ? new ConstantExpr(Scalar.Of(true))
        : index.Maximum < low || index.Minimum >= high ? new ConstantExpr(Scalar.Of(false))
        : new InBoundsExpr(index, low, high);
}

/// <summary>An element of a buffer, by linear element index. A float of 16 bits is read as float32.</summary>
public sealed class LoadExpr(LoopBuffer buffer, IndexExpr index) : Expr
{
    public LoopBuffer Buffer { get; } = buffer;

    public IndexExpr Index { get; } = index;

    public override DType Type => Buffer.Type.Arithmetic();

    /// <summary>Whether the element exists wherever the loops around lead, guards and limits aside.</summary>
    public bool IsInside => Index.Minimum >= 0 && Index.Maximum < Buffer.Count;

    protected internal override object Identity => (Buffer, Index);

    public override IEnumerable<IndexExpr> Indices => [Index];

    public override Expr MapIndices(Func<IndexExpr, IndexExpr> map) => new LoadExpr(Buffer, map(Index));
}

public sealed class UnaryExpr(UnaryFunction function, Expr operand) : Expr
{
    public UnaryFunction Function { get; } = function;

    public Expr Operand { get; } = operand;

    public override DType Type => Operand.Type;

    public override IReadOnlyList<Expr> Operands { get; } = [operand];

    protected internal override object Identity => Function;

    public override Expr WithOperands(IReadOnlyList<Expr> operands) => new UnaryExpr(Function, operands[0]);
}

public sealed class BinaryExpr(BinaryFunction function, Expr left, Expr right) : Expr
{
    public BinaryFunction Function { get; } = function;

    public Expr Left { get; } = left;

    public Expr Right { get; } = right;

    public override DType Type => Function >= BinaryFunction.Less ? DType.Bool : Left.Type;

    public override IReadOnlyList<Expr> Operands { get; } = [left, right];

    protected internal override object Identity => Function;

    public override Expr WithOperands(IReadOnlyList<Expr> operands) =>
        Function == BinaryFunction.And && Type == DType.Bool ? Both(operands[0], operands[1]) : new BinaryExpr(Function, operands[0], operands[1]);

    /// <summary>Guards that new indices decide must vanish: what they guard would be read otherwise.</summary>
    internal static Expr Both(Expr left, Expr right) =>
        left is ConstantExpr a ? a.Value.AsBool ? right : left
        : right is ConstantExpr b ? b.Value.AsBool ? left : right
        : new BinaryExpr(BinaryFunction.And, left, right);
}

/// <summary>Condition ? whenTrue : whenFalse. A load in the branch not taken is not performed.</summary>
public sealed class SelectExpr(Expr condition, Expr whenTrue, Expr whenFalse) : Expr
{
    public Expr Condition { get; } = condition;

    public Expr WhenTrue { get; } = whenTrue;

    public Expr WhenFalse { get; } = whenFalse;

    public override DType Type => WhenTrue.Type;

    public override IReadOnlyList<Expr> Operands { get; } = [condition, whenTrue, whenFalse];

    /// <summary>Whether the branch not taken must not be read even where it could be: another thread may be writing there.</summary>
    public bool IsStrict { get; private init; }

    protected internal override object Identity => (nameof(SelectExpr), IsStrict);

    public override Expr WithOperands(IReadOnlyList<Expr> operands) =>
        IsStrict ? Strict(operands[0], operands[1], operands[2]) : Of(operands[0], operands[1], operands[2]);

    /// <summary>
    /// Whether the condition, which is about indices alone, keeps a branch from reading outside a buffer. Other branches may be
    /// computed whatever the condition.
    /// </summary>
    public bool IsGuard => IsStrict || Condition.DescendantsAndSelf().Any(e => e is InBoundsExpr or IndexValueExpr) &&
        Condition.DescendantsAndSelf().All(e => e is not LoadExpr) &&
        new[] { WhenTrue, WhenFalse }.Any(b => b.DescendantsAndSelf().Any(e =>
            e is LoadExpr l && (l.Index.Minimum < 0 || l.Index.Maximum >= l.Buffer.Count)));

    public static Expr Of(Expr condition, Expr whenTrue, Expr whenFalse) => condition is ConstantExpr c
        ? c.Value.AsBool ? whenTrue : whenFalse
        : new SelectExpr(condition, whenTrue, whenFalse);

    /// <summary>The same, <see cref="IsStrict"/>.</summary>
    public static Expr Strict(Expr condition, Expr whenTrue, Expr whenFalse) => condition is ConstantExpr
        ? Of(condition, whenTrue, whenFalse)
        : new SelectExpr(condition, whenTrue, whenFalse) { IsStrict = true };
}

/// <summary>Conversion between element types, as a C# cast; to bool: whether nonzero.</summary>
public sealed class ConvertExpr(DType type, Expr operand) : Expr
{
    public Expr Operand { get; } = operand;

    public override DType Type { get; } = type;

    public override IReadOnlyList<Expr> Operands { get; } = [operand];

    protected internal override object Identity => Type;

    public override Expr WithOperands(IReadOnlyList<Expr> operands) => new ConvertExpr(Type, operands[0]);
}

/// <summary>
/// Uniform float32 in [0, 1) by threefry-2x32 with 20 rounds: key (seed, stream), counter (element index). A pure function
/// of the three, whatever the tiling, thread count or device.
/// </summary>
/// <param name="seed">Int64 scalar value.</param>
/// <param name="stream">Which of the model's random tensors this is.</param>
/// <param name="index">Linear index of the logical element.</param>
/// <param name="first">Int64 scalar that is added to the index; null for none.</param>
public sealed class RandomExpr(Expr seed, long stream, IndexExpr index, Expr? first = null) : Expr
{
    public Expr Seed { get; } = seed;

    public long Stream { get; } = stream;

    public IndexExpr Index { get; } = index;

    public Expr? First { get; } = first;

    public override DType Type => DType.Float32;

    public override IReadOnlyList<Expr> Operands { get; } = first is null ? [seed] : [seed, first];

    protected internal override object Identity => (Stream, Index);

    public override IEnumerable<IndexExpr> Indices => [Index];

    public override Expr WithOperands(IReadOnlyList<Expr> operands) => new RandomExpr(operands[0], Stream, Index, operands.Count == 2 ? operands[1] : null);

    public override Expr MapIndices(Func<IndexExpr, IndexExpr> map) => new RandomExpr(Seed, Stream, map(Index), First);
}

/// <summary>
/// <paramref name="body"/> combined over all values of <paramref name="variables"/>, in row-major order unless a schedule
/// splits it. With <paramref name="match"/>, only where its key equals its target: the definition of scatter, which a
/// schedule turns around into stores.
/// </summary>
public sealed class ReduceExpr(
    ReduceFunction function, IReadOnlyList<LoopVar> variables, Expr body, ScatterMatch? match = null) : Expr
{
    public ReduceFunction Function { get; } = function;

    public IReadOnlyList<LoopVar> ReducedVariables { get; } = variables;

    public Expr Body { get; } = body;

    public ScatterMatch? Match { get; } = match;

    public bool IsArg => Function is ReduceFunction.ArgMinimum or ReduceFunction.ArgMaximum;

    public override DType Type => IsArg ? DType.Int64 : Body.Type;

    public override IReadOnlyList<Expr> Operands { get; } = match is null ? [body] : [body, match.Key];

    protected internal override object Identity => (Function, new EquatableArray<LoopVar>([.. ReducedVariables]), Match?.Target);

    protected override IEnumerable<LoopVar> BoundVariables => ReducedVariables;

    public override IEnumerable<IndexExpr> Indices => Match is null ? [] : [Match.Target];

    public override Expr WithOperands(IReadOnlyList<Expr> operands) => new ReduceExpr(
        Function, ReducedVariables, operands[0], Match is null ? null : Match with { Key = operands[1] });

    public override Expr MapIndices(Func<IndexExpr, IndexExpr> map) => Match is null
        ? this
        : new ReduceExpr(Function, ReducedVariables, Body, Match with { Target = map(Match.Target) });
}

/// <summary>Restricts a reduction to where <paramref name="Key"/> (an integer value) equals <paramref name="Target"/> (an output index).</summary>
public sealed record ScatterMatch(Expr Key, IndexExpr Target);
