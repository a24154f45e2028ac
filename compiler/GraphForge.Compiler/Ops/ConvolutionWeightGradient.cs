using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Ops;

/// <summary>
/// Transpose of <see cref="Convolution"/> in its weights: operands are x[N, C, spatial…] and a cotangent
/// g[N, O, windows…], the result is dw of shape <paramref name="WeightShape"/>:
/// dw[o, c, k] = Σ over n, p of x[n, g·(C / groups) + c, p·stride + k·dilation − padLow] · g[n, o, p].
/// </summary>
public sealed record ConvolutionWeightGradient(ConvolutionGeometry Geometry, Shape WeightShape) : Op
{
    public override string Attributes => $"{Geometry}, weight={WeightShape}";

    public override TensorType Infer(ReadOnlySpan<TensorType> inputs)
    {
        var type = ProductOperands.CommonDType(this, inputs);
        var (x, cotangent) = (inputs[0], inputs[1]);
        ProductOperands.Cotangent(this, Geometry.OutputShape(this, x.Shape, WeightShape), cotangent.Shape);
        return new TensorType(type, WeightShape);
    }

    public override Node?[] Gradient(Node node, Node cotangent)
    {
        if (!node.Type.DType.IsFloat()) return [null, null];
        var (x, inner) = (node.Inputs[0], node.Inputs[1]);
        return
        [
            Node.Of(new ConvolutionInputGradient(Geometry, x.Shape), inner, cotangent),
            Node.Of(new Convolution(Geometry), x, cotangent),
        ];
    }

    public override Expr Lower(Node node, OperandReader operands, IndexExpr[] index)
    {
        var (x, cotangent) = (node.Inputs[0].Shape, node.Inputs[1].Shape);
        var windows = Geometry.Windows(WeightShape);
        var batch = new LoopVar("n", x[0].Value);
        var variables = WindowIndexing.Variables('p', cotangent.Values[2..]);
        var p = Array.ConvertAll(variables, v => (IndexExpr)v);
        var element = windows.Element(p, index.AsSpan(2), x.Dims.AsSpan()[2..]);
        var group = Geometry.Groups == 1 ? IndexExpr.Zero : index[0] / (WeightShape[0].Value / Geometry.Groups);
        var left = element.OrZero(operands.Read(0, [batch, group * WeightShape[1].Value + index[1], .. element.Index]));
        var right = operands.Read(1, [batch, index[0], .. p]);
        return new ReduceExpr(ReduceFunction.Sum, [batch, .. variables], new BinaryExpr(BinaryFunction.Multiply, left, right));
    }

    public override Literal Evaluate(Node node, ReadOnlySpan<Literal> inputs)
    {
        var (x, cotangent) = (inputs[0], inputs[1]);
        var sums = new SumBuffer(node.Type);
        foreach (var term in ConvolutionTerms.Of(Geometry, x.Type.Shape, WeightShape))
            sums.AddProduct(term.Weight, x[term.Input], cotangent[term.Output]);
        return sums.ToLiteral();
    }

    public override Op Bind(IReadOnlyDictionary<DimSymbol, long> values) => this with { WeightShape = WeightShape.Bind(values) };
}
