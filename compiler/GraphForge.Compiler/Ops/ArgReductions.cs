using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Ops;

/// <summary>Int64 position of the extreme along an axis, which vanishes: the first that wins, a NaN winning over any number.</summary>
public abstract record ArgReductionOp(ReduceFunction Function, int Axis) : Op
{
    public override string Attributes => $"axis={Axis}";

    protected abstract bool Beats(double challenger, double holder);

    protected abstract bool Beats(long challenger, long holder);

    public override TensorType Infer(ReadOnlySpan<TensorType> inputs)
    {
        OperandRules.Arity(this, inputs, 1);
        var operand = inputs[0];
        OperandRules.Numeric(this, operand);
        OperandRules.Axis(this, Axis, operand);
        if (operand.Shape[Axis].Is(0))
            throw new GraphException(ErrorCode.ShapeMismatch,
                $"{Name} of {operand} has nothing to choose from: axis {Axis} is empty.");
        return new TensorType(DType.Int64, Shape.Of(operand.Shape.Where((_, axis) => axis != Axis)));
    }

    public override Node?[] Gradient(Node node, Node cotangent) => [null];

    public override Expr Lower(Node node, OperandReader operands, IndexExpr[] index)
    {
        var variable = new LoopVar($"r{Axis}", node.Inputs[0].Shape[Axis].Value);
        IndexExpr[] source = [.. index[..Axis], variable, .. index[Axis..]];
        return new ReduceExpr(Function, [variable], operands.Read(0, source));
    }

    public override Literal Evaluate(Node node, ReadOnlySpan<Literal> inputs)
    {
        var x = inputs[0];
        return Elements.MapIndex(node.Type, index =>
        {
            long[] source = [.. index[..Axis], 0, .. index[Axis..]];
            var (best, position) = (Elements.At(x, source), 0L);
            for (var i = 1L; i < x.Type.Shape[Axis].Value; i++)
            {
                source[Axis] = i;
                var challenger = Elements.At(x, source);
                if (Wins(challenger, best)) (best, position) = (challenger, i);
            }
            return Scalar.Of(DType.Int64, position);
        });
    }

    private bool Wins(Scalar challenger, Scalar holder)
    {
        if (!holder.DType.IsFloat()) return Beats(challenger.AsInt64, holder.AsInt64);
        if (double.IsNaN(holder.AsDouble)) return false;
        return double.IsNaN(challenger.AsDouble) || Beats(challenger.AsDouble, holder.AsDouble);
    }
}

/// <inheritdoc cref="ArgReductionOp"/>
public sealed record ArgMaximum(int Axis) : ArgReductionOp(ReduceFunction.ArgMaximum, Axis)
{
    protected override bool Beats(double challenger, double holder) => challenger > holder;

    protected override bool Beats(long challenger, long holder) => challenger > holder;
}

/// <inheritdoc cref="ArgReductionOp"/>
public sealed record ArgMinimum(int Axis) : ArgReductionOp(ReduceFunction.ArgMinimum, Axis)
{
    protected override bool Beats(double challenger, double holder) => challenger < holder;

    protected override bool Beats(long challenger, long holder) => challenger < holder;
}
