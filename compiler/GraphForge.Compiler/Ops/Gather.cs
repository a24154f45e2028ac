using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Ops;

/// <summary>
/// Picks slices of <c>data</c> (operand 0) along <paramref name="Axis"/> by integer <c>indices</c> (operand 1): the result's
/// shape is <c>data[..Axis] + indices + data[Axis+1..]</c>. Indices belong in 0..extent−1; one outside reads the nearest
/// slice, so that no data reads outside the tensor, and passes no gradient.
/// </summary>
public sealed record Gather(int Axis) : Op
{
    public override string Attributes => $"axis={Axis}";

    public override TensorType Infer(ReadOnlySpan<TensorType> inputs)
    {
        OperandRules.Arity(this, inputs, 2);
        var (data, indices) = (inputs[0], inputs[1]);
        OperandRules.Axis(this, Axis, data);
        OperandRules.Integer(this, indices);
        if (data.Shape[Axis].Is(0) && !indices.Shape.Size.Is(0))
            throw new GraphException(ErrorCode.ShapeMismatch,
                $"gather from {data} with indices {indices} has nothing to choose from: axis {Axis} is empty.");
        return data with { Shape = [.. data.Shape.Take(Axis), .. indices.Shape, .. data.Shape.Skip(Axis + 1)] };
    }

    public override Node?[] Gradient(Node node, Node cotangent)
    {
        var (data, indices) = (node.Inputs[0], node.Inputs[1]);
        return [data.Type.DType.IsFloat() ? cotangent.ScatterAdd(Axis, indices, data.Shape[Axis]) : null, null];
    }

    public override Expr Lower(Node node, OperandReader operands, IndexExpr[] index)
    {
        var (data, indices) = (node.Inputs[0], node.Inputs[1]);
        var after = Axis + indices.Shape.Rank;
        var position = new DataAtom(operands.Read(1, index.AsSpan(Axis..after)), data.Shape[Axis].Value);
        IndexExpr[] source = [.. index[..Axis], position, .. index[after..]];
        return operands.Read(0, source);
    }

    public override Literal Evaluate(Node node, ReadOnlySpan<Literal> inputs)
    {
        var (data, indices) = (inputs[0], inputs[1]);
        var after = Axis + indices.Type.Rank;
        return Elements.MapIndex(node.Type, index =>
        {
            var position = Elements.At(indices, index.AsSpan(Axis..after)).AsInt64;
            long[] source = [.. index[..Axis], Math.Clamp(position, 0, data.Type.Shape[Axis].Value - 1), .. index[after..]];
            return Elements.At(data, source);
        });
    }
}

/// <summary>
/// Transpose of <see cref="Gather"/>: zeros of extent <paramref name="Length"/> along <paramref name="Axis"/>, to whose slices
/// <c>updates</c> (operand 1) are added at integer <c>indices</c> (operand 0). The shape of the updates is
/// <c>result[..Axis] + indices + result[Axis+1..]</c>. An index outside 0..Length−1 adds nowhere.
/// </summary>
public sealed record ScatterAdd(int Axis, Dim Length) : Op
{
    public override string Attributes => $"axis={Axis}, length={Length}";

    public override TensorType Infer(ReadOnlySpan<TensorType> inputs)
    {
        OperandRules.Arity(this, inputs, 2);
        var (indices, updates) = (inputs[0], inputs[1]);
        OperandRules.Integer(this, indices);
        OperandRules.Numeric(this, updates);
        if (Length.IsBound && Length.Value < 0)
            throw new GraphException(ErrorCode.BadAttribute, $"scatterAdd has length {Length}; it must not be negative.");
        if (Axis < 0 || Axis + indices.Rank > updates.Rank ||
            !updates.Shape.Skip(Axis).Take(indices.Rank).SequenceEqual(indices.Shape))
            throw new GraphException(ErrorCode.ShapeMismatch,
                $"scatterAdd along axis {Axis} needs updates that hold the shape of the indices from that axis on, " +
                $"got indices {indices} and updates {updates}.");
        return updates with { Shape = [.. updates.Shape.Take(Axis), Length, .. updates.Shape.Skip(Axis + indices.Rank)] };
    }

    public override Node?[] Gradient(Node node, Node cotangent)
    {
        if (!node.Type.DType.IsFloat()) return [null, null];
        if (Length.Is(0)) return [null, node.Inputs[1].ZerosLike()];
        var (indices, updates) = (node.Inputs[0], node.Inputs[1]);
        var along = indices.Reshape([.. indices.Shape, .. Enumerable.Repeat((Dim)1, updates.Shape.Rank - Axis - indices.Shape.Rank)]);
        return [null, along.WhereIndexOf(Length, cotangent.Gather(Axis, indices))];
    }

    public override Expr Lower(Node node, OperandReader operands, IndexExpr[] index)
    {
        var variables = node.Inputs[0].Shape.Values.Select((extent, axis) => new LoopVar($"r{axis}", extent)).ToArray();
        var positions = variables.Select(v => (IndexExpr)v).ToArray();
        IndexExpr[] source = [.. index[..Axis], .. positions, .. index[(Axis + 1)..]];
        var (key, update) = (operands.Read(0, positions), operands.Read(1, source));
        if (variables.Length > 0)
            return new ReduceExpr(ReduceFunction.Sum, variables, update, new ScatterMatch(key, index[Axis]));
        var hit = new BinaryExpr(
            BinaryFunction.Equal, new ConvertExpr(DType.Int64, key), new IndexValueExpr(index[Axis], DType.Int64));
        return SelectExpr.Of(hit, update, ConstantExpr.Zero(node.Type.DType));
    }

    public override Literal Evaluate(Node node, ReadOnlySpan<Literal> inputs)
    {
        var (indices, updates) = (inputs[0], inputs[1]);
        var after = Axis + indices.Type.Rank;
        var strides = node.Shape.Strides();
        var sums = new SumBuffer(node.Type);
        foreach (var source in IndexSpace.Each(updates.Type.Shape.Values))
        {
            var position = Elements.At(indices, source.AsSpan(Axis..after)).AsInt64;
            if (position < 0 || position >= Length.Value) continue;
            long[] target = [.. source[..Axis], position, .. source[after..]];
            sums.Add(IndexSpace.Offset(target, strides), Elements.At(updates, source));
        }
        return sums.ToLiteral();
    }

    public override Op Bind(IReadOnlyDictionary<DimSymbol, long> values) => this with { Length = Length.Bind(values) };
}
