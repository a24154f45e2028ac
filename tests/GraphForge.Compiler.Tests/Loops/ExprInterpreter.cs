using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Loops;

/// <summary>
/// What an expression means, element by element: every scalar function rounds to its type, reductions round once at the end.
/// Only the branch taken of a select is evaluated, and a load outside its buffer throws.
/// </summary>
/// <param name="read">The element of a buffer at an index inside or outside its bounds.</param>
public sealed class ExprInterpreter(Func<LoopBuffer, long, Scalar> read)
{
    private readonly Dictionary<LoopVar, long> _variables = new(ReferenceEqualityComparer.Instance);

    /// <param name="buffers">Contents of the buffers that are read.</param>
    public ExprInterpreter(IReadOnlyDictionary<LoopBuffer, Literal> buffers)
        : this((buffer, index) => index >= 0 && index < buffers[buffer].Count
            ? buffers[buffer][(int)index]
            : throw new InvalidOperationException($"element {index} of {buffer}, which has {buffers[buffer].Count}"))
    {
    }

    /// <summary>Gives a loop variable its value for the evaluations that follow.</summary>
    public void Set(LoopVar variable, long value) => _variables[variable] = value;

    public Scalar Evaluate(Expr expr) => expr switch
    {
        ConstantExpr c => c.Value,
        IndexValueExpr i => Scalar.Of(i.Type, Evaluate(i.Index)),
        InBoundsExpr b => Scalar.Of(Evaluate(b.Index) is var i && b.Low <= i && i < b.High),
        TableExpr t => t.Table[(int)Evaluate(t.Linear)].As(t.Type),
        LoadExpr l => read(l.Buffer, Evaluate(l.Index)).As(l.Type),
        RoundExpr r => Evaluate(r.Operand).As(r.Precision).As(r.Type),
        UnaryExpr u => ScalarFunctions.Apply(u.Function, Evaluate(u.Operand)),
        BinaryExpr b => ScalarFunctions.Apply(b.Function, Evaluate(b.Left), Evaluate(b.Right)),
        SelectExpr s => Evaluate(Evaluate(s.Condition).AsBool ? s.WhenTrue : s.WhenFalse),
        ConvertExpr c => Evaluate(c.Operand).As(c.Type),
        RandomExpr r => Scalar.Of(
            DType.Float32, (double)Threefry.Uniform(Evaluate(r.Seed).AsInt64, r.Stream, Evaluate(r.Index))),
        ReduceExpr r => Reduce(r),
        SortExpr s => Scalar.Of(DType.Int64, Sort(s)),
        _ => throw new ArgumentException($"{expr.GetType().Name} has no interpretation", nameof(expr)),
    };

    public long Evaluate(IndexExpr index)
    {
        var sum = index.Constant;
        foreach (var (atom, coefficient) in index.Terms) sum += coefficient * Evaluate(atom);
        return sum;
    }

    private long Evaluate(IndexAtom atom)
    {
        switch (atom)
        {
            case LoopVar variable:
                return _variables[variable];
            case FloorDivAtom division:
                var (quotient, rest) = Math.DivRem(Evaluate(division.Value), division.Divisor);
                return rest < 0 ? quotient - 1 : quotient;
            case ModAtom mod:
                var remainder = Evaluate(mod.Value) % mod.Divisor;
                return remainder < 0 ? remainder + mod.Divisor : remainder;
            case DataAtom data:
                return Math.Clamp(Evaluate(data.Value).AsInt64, 0, Math.Max(0, data.Extent - 1));
            default:
                throw new ArgumentException($"{atom.GetType().Name} has no interpretation", nameof(atom));
        }
    }

    /// <summary>The position that as many others precede as the rank says.</summary>
    private long Sort(SortExpr sort)
    {
        var elements = new List<(Expr Key, Expr Position)>();
        for (long i = 0; i < sort.Variable.Extent; i++)
        {
            Set(sort.Variable, i);
            elements.Add((new ConstantExpr(Evaluate(sort.Key)), new ConstantExpr(Scalar.Of(DType.Int64, i))));
        }
        return elements.FindIndex(e => elements.Count(other => Precedes(other, e)) == Evaluate(sort.Rank));

        bool Precedes((Expr Key, Expr Position) a, (Expr Key, Expr Position) b) =>
            Evaluate(SortExpr.Precedes(a.Key, a.Position, b.Key, b.Position, sort.Descending)).AsBool;
    }

    private Scalar Reduce(ReduceExpr reduce)
    {
        var reduction = new Reduction(reduce.Function, reduce.Body.Type);
        var isEmpty = true;
        long position = 0;
        foreach (var index in RowMajor.Indices([.. reduce.ReducedVariables.Select(v => v.Extent)]))
        {
            for (var i = 0; i < index.Length; i++) Set(reduce.ReducedVariables[i], index[i]);
            if (reduce.Match is not { } match || Evaluate(match.Key).AsInt64 == Evaluate(match.Target))
            {
                reduction.Add(Evaluate(reduce.Body), position);
                isEmpty = false;
            }
            position++;
        }
        return isEmpty ? Compiler.Loops.Reduction.Neutral(reduce.Function, reduce.Type) : reduction.Result;
    }
}
