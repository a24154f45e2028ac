using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Ops;

/// <summary>
/// Float32 values uniform in [0, 1): a pure function of the seed (operand 0, an int64 scalar), the stream and the element's
/// row-major index; see <see cref="Threefry"/>. With an operand 1, an int64 scalar, indices count from it: a part of a larger draw.
/// </summary>
/// <param name="Shape">Shape of the result.</param>
/// <param name="Stream">Which of the model's random tensors this is: two tensors of one stream hold the same values.</param>
public sealed record RandomUniform(Shape Shape, long Stream) : Op
{
    public override string Attributes => $"{Shape}, stream={Stream}";

    public override TensorType Infer(ReadOnlySpan<TensorType> inputs)
    {
        if (inputs.Length != 2) OperandRules.Arity(this, inputs, 1);
        else if (inputs[1] != inputs[0]) throw new InternalCompilerException("infer", $"{this} counts from {inputs[1]}");
        if (inputs[0] != new TensorType(DType.Int64, Shape.Scalar))
            throw new GraphException(ErrorCode.WrongDType, $"randomUniform takes an int64 scalar as seed, got {inputs[0]}.");
        return new TensorType(DType.Float32, Shape);
    }

    public override Node?[] Gradient(Node node, Node cotangent) => new Node?[node.Inputs.Length];

    public override Expr Lower(Node node, OperandReader operands, IndexExpr[] index) =>
        new RandomExpr(operands.Read(0), Stream, IndexExpr.Linear(index, node.Shape.Strides()), node.Inputs.Length == 2 ? operands.Read(1) : null);

    public override Literal Evaluate(Node node, ReadOnlySpan<Literal> inputs)
    {
        var seed = inputs[0][0].AsInt64;
        var first = inputs.Length == 2 ? inputs[1][0].AsInt64 : 0;
        return Elements.Map(node.Type, i => Scalar.Of(DType.Float32, (double)Threefry.Uniform(seed, Stream, first + i)));
    }

    public override Op Bind(IReadOnlyDictionary<DimSymbol, long> values) => this with { Shape = Shape.Bind(values) };
}
