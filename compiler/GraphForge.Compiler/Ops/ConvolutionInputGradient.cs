using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Ops;

/// <summary>
/// Transpose of <see cref="Convolution"/> in its input, and so also the transposed convolution of decoders: operands are a
/// cotangent g[N, O, windows…] and weights w[O, C / groups, kernel…], the result is dx of shape
/// <paramref name="InputShape"/>. As a gather: dx[n, c, i] = Σ over o in the group of c, and k, of g[n, o, p] · w[o, c′, k],
/// where p·stride = i + padLow − k·dilation has a solution among the windows, and c′ is c within its group.
/// </summary>
public sealed record ConvolutionInputGradient(ConvolutionGeometry Geometry, Shape InputShape) : Op
{
    public override string Attributes => $"{Geometry}, input={InputShape}";

    public override TensorType Infer(ReadOnlySpan<TensorType> inputs)
    {
        var type = ProductOperands.CommonDType(this, inputs);
        var (cotangent, weight) = (inputs[0], inputs[1]);
        ProductOperands.Cotangent(this, Geometry.OutputShape(this, InputShape, weight.Shape), cotangent.Shape);
        return new TensorType(type, InputShape);
    }

    public override Node?[] Gradient(Node node, Node cotangent)
    {
        if (!node.Type.DType.IsFloat()) return [null, null];
        var (inner, weight) = (node.Inputs[0], node.Inputs[1]);
        return
        [
            Node.Of(new Convolution(Geometry), cotangent, weight),
            Node.Of(new ConvolutionWeightGradient(Geometry, weight.Shape), cotangent, inner),
        ];
    }

    public override Expr Lower(Node node, OperandReader operands, IndexExpr[] index)
    {
        var (cotangent, weight) = (node.Inputs[0].Shape, node.Inputs[1].Shape);
        var windows = Geometry.Windows(weight);
        var outputsPerGroup = weight[0].Value / Geometry.Groups;
        var output = new LoopVar("o", outputsPerGroup);
        var positions = windows.PositionVariables();
        var k = Array.ConvertAll(positions, v => (IndexExpr)v);
        var window = windows.Window(index.AsSpan(2), k, cotangent.Dims.AsSpan()[2..]);
        // For one group no division, even where a consumer's guard lets the index range beyond the channels.
        var (group, channel) = Geometry.Groups == 1
            ? (IndexExpr.Zero, index[1])
            : (index[1] / weight[1].Value, index[1] % weight[1].Value);
        var o = group * outputsPerGroup + output;
        var left = window.OrZero(operands.Read(0, [index[0], o, .. window.Index]));
        var right = operands.Read(1, [o, channel, .. k]);
        return new ReduceExpr(ReduceFunction.Sum, [output, .. positions], new BinaryExpr(BinaryFunction.Multiply, left, right));
    }

    public override Literal Evaluate(Node node, ReadOnlySpan<Literal> inputs)
    {
        var (cotangent, weight) = (inputs[0], inputs[1]);
        var sums = new SumBuffer(node.Type);
        foreach (var term in ConvolutionTerms.Of(Geometry, InputShape, weight.Type.Shape))
            sums.AddProduct(term.Input, cotangent[term.Output], weight[term.Weight]);
        return sums.ToLiteral();
    }

    public override Op Bind(IReadOnlyDictionary<DimSymbol, long> values) => this with { InputShape = InputShape.Bind(values) };
}
