using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Ops;

/// <summary>
/// Convolution of x[N, C, spatial…] with w[O, C / groups, kernel…]:
/// y[n, o, p] = Σ over c, k of x[n, g·(C / groups) + c, p·stride + k·dilation − padLow] · w[o, c, k], with g the group of
/// o and x zero outside. Operands have one dtype, float or integer; integer sums wrap.
/// </summary>
public sealed record Convolution(ConvolutionGeometry Geometry) : Op
{
    public override string Attributes => Geometry.ToString();

    public override TensorType Infer(ReadOnlySpan<TensorType> inputs)
    {
        var type = ProductOperands.CommonDType(this, inputs);
        var (x, weight) = (inputs[0], inputs[1]);
        return new TensorType(type, Geometry.OutputShape(this, x.Shape, weight.Shape));
    }

    public override Node?[] Gradient(Node node, Node cotangent)
    {
        if (!node.Type.DType.IsFloat()) return [null, null];
        var (x, weight) = (node.Inputs[0], node.Inputs[1]);
        return
        [
            Node.Of(new ConvolutionInputGradient(Geometry, x.Shape), cotangent, weight),
            Node.Of(new ConvolutionWeightGradient(Geometry, weight.Shape), x, cotangent),
        ];
    }

    public override Expr Lower(Node node, OperandReader operands, IndexExpr[] index)
    {
        var (x, weight) = (node.Inputs[0].Shape, node.Inputs[1].Shape);
        var windows = Geometry.Windows(weight);
        var channel = new LoopVar("c", weight[1].Value);
        var positions = windows.PositionVariables();
        var k = Array.ConvertAll(positions, v => (IndexExpr)v);
        var element = windows.Element(index.AsSpan(2), k, x.Dims.AsSpan()[2..]);
        var group = Geometry.Groups == 1 ? IndexExpr.Zero : index[1] / (weight[0].Value / Geometry.Groups);
        var left = element.OrZero(operands.Read(0, [index[0], group * weight[1].Value + channel, .. element.Index]));
        var right = operands.Read(1, [index[1], channel, .. k]);
        return new ReduceExpr(ReduceFunction.Sum, [channel, .. positions], new BinaryExpr(BinaryFunction.Multiply, left, right));
    }

    public override Literal Evaluate(Node node, ReadOnlySpan<Literal> inputs)
    {
        var (x, weight) = (inputs[0], inputs[1]);
        var sums = new SumBuffer(node.Type);
        foreach (var term in ConvolutionTerms.Of(Geometry, x.Type.Shape, weight.Type.Shape))
            sums.AddProduct(term.Output, x[term.Input], weight[term.Weight]);
        return sums.ToLiteral();
    }
}
