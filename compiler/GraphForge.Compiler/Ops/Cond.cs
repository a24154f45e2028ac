using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Ops;

/// <summary>
/// One of two bodies, chosen at run time by a bool scalar (operand 0); only the chosen one runs. Both take the other operands and
/// yield values of the same types. For inference: it has no gradient.
/// </summary>
/// <param name="Then">What runs where the condition holds.</param>
/// <param name="Else">What runs where it does not.</param>
/// <param name="Result">Which of the values the node is.</param>
public sealed record Cond(Subgraph Then, Subgraph Else, int Result) : SiblingOp
{
    public override string Attributes => $"{Result}, then={Then}, else={Else}";

    public override Op Leader => this with { Result = 0 };

    public override IReadOnlyList<Subgraph> Bodies => [Then, Else];

    public override Op WithBodies(IReadOnlyList<Subgraph> bodies) => this with { Then = bodies[0], Else = bodies[1] };

    public override TensorType Infer(ReadOnlySpan<TensorType> inputs)
    {
        OperandRules.Arity(this, inputs, Then.Parameters.Count + 1);
        if (inputs[0] != new TensorType(DType.Bool, Shape.Scalar) || !inputs[1..].SequenceEqual(Then.Parameters.AsSpan()) ||
            Then.Parameters != Else.Parameters || !Then.Roots.Select(r => r.Type).SequenceEqual(Else.Roots.Select(r => r.Type)))
            throw new InternalCompilerException("infer", $"{this}: operands and branches do not fit each other");
        return Then.Roots[Result].Type;
    }

    public override Node?[] Gradient(IReadOnlyList<(Node Result, Node Cotangent)> results, IReadOnlyList<bool> isWanted) =>
        throw new GraphException(ErrorCode.NoGradient,
            "cond has no gradient; choose between values with where, which has one.", results[0].Result.Source);

    public override Literal Evaluate(Node node, ReadOnlySpan<Literal> inputs) =>
        (inputs[0][0].AsBool ? Then : Else).Evaluate(inputs[1..].ToArray())[Result];

    public override Op Bind(IReadOnlyDictionary<DimSymbol, long> values) => this with { Then = Then.Bind(values), Else = Else.Bind(values) };
}
