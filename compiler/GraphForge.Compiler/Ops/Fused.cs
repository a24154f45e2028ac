using GraphForge.Compiler.Autodiff;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;

namespace GraphForge.Compiler.Ops;

/// <summary>
/// A closed piece of graph that one kernel computes, none of its intermediate values ever stored as a whole: a way of computing
/// something that only pays when it is carried out block by block. Its constants are written into the code.
/// </summary>
/// <param name="Label">What it computes, in one word.</param>
/// <param name="Body">The piece; it has one root.</param>
public sealed record Fused(string Label, Subgraph Body) : Op
{
    public override string Name => Label;

    public override string Attributes => $"body={Body}";

    public override IReadOnlyList<Subgraph> Bodies => [Body];

    public override Op WithBodies(IReadOnlyList<Subgraph> bodies) => this with { Body = bodies[0] };

    public override TensorType Infer(ReadOnlySpan<TensorType> inputs) =>
        Body.Roots.Count == 1 && inputs.SequenceEqual(Body.Parameters.AsSpan())
            ? Body.Roots[0].Type
            : throw new InternalCompilerException("infer", $"{this}: the operands do not fit the body");

    public override Node?[] Gradient(Node node, Node cotangent)
    {
        var parameters = Body.Parameters.Select((_, i) => Body.Parameter(i)).ToArray();
        var arriving = Node.Of(new BodyParameter(parameters.Length, cotangent.Type));
        var gradients = Gradients.Of([(Body.Roots[0], arriving)], parameters);
        var body = new Subgraph([.. Body.Parameters, cotangent.Type], gradients.OfType<Node>().ToEquatable());
        var inlined = new Queue<Node>(body.Inline([.. node.Inputs, cotangent]));
        return Array.ConvertAll(gradients, g => g is null ? null : inlined.Dequeue());
    }

    public override Expr Lower(Node node, OperandReader operands, IndexExpr[] index) => new Schedule.Lowerer((inner, at) => inner.Op switch
    {
        BodyParameter parameter => operands.Read((int)parameter.Index, at),
        Constant { Value: var table } when !table.IsUniform(out _) => TableExpr.Of(table, at),
        _ => null,
    }).Read(Body.Roots[0], index);

    public override Literal Evaluate(Node node, ReadOnlySpan<Literal> inputs) => Body.Evaluate(inputs.ToArray())[0];

    public override Op Bind(IReadOnlyDictionary<DimSymbol, long> values) => this with { Body = Body.Bind(values) };
}
