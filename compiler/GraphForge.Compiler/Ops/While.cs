using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Ops;

/// <summary>
/// A loop whose number of steps is known only at run time: as long as carry 0, a bool scalar, holds, the body makes the next
/// carries from the last ones and the captured values. For inference: it has no gradient.
/// </summary>
/// <param name="Body">One step; parameters are carries and captured values, roots the next carries.</param>
/// <param name="Carries">Number of carries.</param>
/// <param name="Limit">Most steps taken.</param>
/// <param name="Result">Which carry the node is, after the last step.</param>
public sealed record While(Subgraph Body, int Carries, long Limit, int Result) : SiblingOp
{
    public override string Attributes => $"{Result}, carries={Carries}{(Limit == long.MaxValue ? "" : $", limit={Limit}")}, body={Body}";

    public override Op Leader => this with { Result = 0 };

    public override IReadOnlyList<Subgraph> Bodies => [Body];

    public override Op WithBodies(IReadOnlyList<Subgraph> bodies) => this with { Body = bodies[0] };

    public override TensorType Infer(ReadOnlySpan<TensorType> inputs)
    {
        OperandRules.Arity(this, inputs, Body.Parameters.Count);
        if (Body.Parameters[0] != new TensorType(DType.Bool, Shape.Scalar) || !inputs.SequenceEqual(Body.Parameters.AsSpan()) ||
            !Body.Roots.Select(r => r.Type).SequenceEqual(Body.Parameters.Take(Carries)))
            throw new InternalCompilerException("infer", $"{this}: operands and carries do not fit the body");
        return Body.Parameters[Result];
    }

    public override Node?[] Gradient(IReadOnlyList<(Node Result, Node Cotangent)> results, IReadOnlyList<bool> isWanted) =>
        throw new GraphException(ErrorCode.NoGradient,
            "while has no gradient, since it does not keep the steps it took; use scan, whose number of steps is known.", results[0].Result.Source);

    public override Literal Evaluate(Node node, ReadOnlySpan<Literal> inputs)
    {
        var arguments = inputs.ToArray();
        for (long step = 0; step < Limit && arguments[0][0].AsBool; step++) Body.Evaluate(arguments).CopyTo(arguments, 0);
        return arguments[Result];
    }

    public override Op Bind(IReadOnlyDictionary<DimSymbol, long> values) => this with { Body = Body.Bind(values) };
}
