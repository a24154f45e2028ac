using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Compiler.Ops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Ops;

/// <summary>
/// Evaluates scalar expressions directly. Floats are float64 until a conversion or a constant rounds them, so a lowered op
/// is compared with its reference up to one rounding. Any load outside its buffer fails.
/// </summary>
public sealed class ExprInterpreter(IReadOnlyDictionary<LoopBuffer, Literal> buffers)
{
    private readonly Dictionary<LoopVar, long> _variables = [];

    public void Set(LoopVar variable, long value) => _variables[variable] = value;

    public Scalar Evaluate(Expr expr) => expr switch
    {
        ConstantExpr c => c.Value,
        IndexValueExpr i => Scalar.Of(i.Type, Evaluate(i.Index)),
        InBoundsExpr b => Scalar.Of(Evaluate(b.Index) >= b.Low && Evaluate(b.Index) < b.High),
        LoadExpr l => buffers[l.Buffer][checked((int)Evaluate(l.Index))],
        SelectExpr s => Evaluate(Evaluate(s.Condition).AsBool ? s.WhenTrue : s.WhenFalse),
        ConvertExpr c => Evaluate(c.Operand).As(c.Type),
        RandomExpr r => Scalar.Of(DType.Float32, (double)Threefry.Uniform(Evaluate(r.Seed).AsInt64, r.Stream, Evaluate(r.Index))),
        UnaryExpr u => Apply(u.Function.ToString(), [Evaluate(u.Operand)]),
        BinaryExpr b => Apply(b.Function.ToString(), [Evaluate(b.Left), Evaluate(b.Right)]),
        ReduceExpr r => Reduce(r),
        _ => throw new NotSupportedException(expr.GetType().Name),
    };

    public long Evaluate(IndexExpr index) => index.Constant + index.Terms.Sum(t => t.Coefficient * Evaluate(t.Atom));

    private long Evaluate(IndexAtom atom) => atom switch
    {
        LoopVar v => _variables[v],
        FloorDivAtom d => (long)Math.Floor((double)Evaluate(d.Value) / d.Divisor),
        ModAtom m => (Evaluate(m.Value) % m.Divisor + m.Divisor) % m.Divisor,
        DataAtom g => Math.Clamp(Evaluate(g.Value).AsInt64, 0, g.Extent - 1),
        _ => throw new NotSupportedException(atom.GetType().Name),
    };

    /// <summary>Scalar functions are named like the ops they define.</summary>
    private static Scalar Apply(string function, Scalar[] operands)
    {
        var type = OpSet.All.Single(t => t.Name == function);
        var op = (Op)Activator.CreateInstance(type)!;
        var literals = operands.Select(Literal.Of).ToArray();
        return op.Evaluate(Node.Of(op, literals.Select(l => Nodes.Constant(l)).ToArray()), literals)[0];
    }

    private Scalar Reduce(ReduceExpr reduce)
    {
        double sum = 0, product = 1, best = double.NaN;
        long position = -1, count = 0;
        foreach (var _ in Indices(reduce.ReducedVariables))
        {
            if (reduce.Match is { } match && Evaluate(match.Key).AsInt64 != Evaluate(match.Target)) continue;
            var value = Evaluate(reduce.Body).AsDouble;
            (sum, product) = (sum + value, product * value);
            var smaller = reduce.Function is ReduceFunction.Minimum or ReduceFunction.ArgMinimum;
            if (position < 0 || !double.IsNaN(best) && (double.IsNaN(value) || (smaller ? value < best : value > best)))
                (best, position) = (value, count);
            count++;
        }
        return Scalar.Of(reduce.Type, reduce.Function switch
        {
            ReduceFunction.Sum => sum,
            ReduceFunction.Product => product,
            ReduceFunction.Minimum or ReduceFunction.Maximum => best,
            _ => position,
        });
    }

    private IEnumerable<int> Indices(IReadOnlyList<LoopVar> variables)
    {
        var total = variables.Aggregate(1L, (n, v) => n * v.Extent);
        for (var linear = 0; linear < total; linear++)
        {
            long rest = linear;
            foreach (var variable in variables.Reverse())
                (rest, _variables[variable]) = Math.DivRem(rest, variable.Extent);
            yield return linear;
        }
    }
}
