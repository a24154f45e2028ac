using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Ops;

/// <summary>
/// Float32 values uniform in [0, 1): a pure function of the seed (operand 0, an int64 scalar), the stream and the element's
/// row-major index; see <see cref="Threefry"/>.
/// </summary>
/// <param name="Shape">Shape of the result.</param>
/// <param name="Stream">Which of the model's random tensors this is: two tensors of one stream hold the same values.</param>
public sealed record RandomUniform(Shape Shape, long Stream) : Op
{
    public override string Attributes => $"{Shape}, stream={Stream}";

    public override TensorType Infer(ReadOnlySpan<TensorType> inputs)
    {
        OperandRules.Arity(this, inputs, 1);
        if (inputs[0] != new TensorType(DType.Int64, Shape.Scalar))
            throw new GraphException(ErrorCode.WrongDType, $"randomUniform takes an int64 scalar as seed, got {inputs[0]}.");
        return new TensorType(DType.Float32, Shape);
    }

    public override Node?[] Gradient(Node node, Node cotangent) => [null];

    public override Expr Lower(Node node, OperandReader operands, IndexExpr[] index) =>
        new RandomExpr(operands.Read(0), Stream, IndexExpr.Linear(index, node.Shape.Strides()));

    public override Literal Evaluate(Node node, ReadOnlySpan<Literal> inputs)
    {
        var seed = inputs[0][0].AsInt64;
        return Elements.Map(node.Type, i => Scalar.Of(DType.Float32, (double)Threefry.Uniform(seed, Stream, i)));
    }

    public override Op Bind(IReadOnlyDictionary<DimSymbol, long> values) => this with { Shape = Shape.Bind(values) };
}
