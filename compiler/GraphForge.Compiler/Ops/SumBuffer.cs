using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Ops;

/// <summary>Sums in float64 or int64, one an element of a tensor, each rounded (or wrapped) to the element type once.</summary>
internal sealed class SumBuffer
{
    private readonly TensorType _type;
    private readonly double[] _floats = [];
    private readonly long[] _integers = [];

    public SumBuffer(TensorType type)
    {
        _type = type;
        var count = type.Shape.Size.Value;
        if (type.DType.IsFloat()) _floats = new double[count];
        else _integers = new long[count];
    }

    public void Add(int element, Scalar value)
    {
        if (_type.DType.IsFloat()) _floats[element] += value.AsDouble;
        else _integers[element] += value.AsInt64;
    }

    public void AddProduct(int element, Scalar left, Scalar right)
    {
        if (_type.DType.IsFloat()) _floats[element] += left.AsDouble * right.AsDouble;
        else _integers[element] += left.AsInt64 * right.AsInt64;
    }

    public Literal ToLiteral()
    {
        var result = new Literal(_type);
        for (var i = 0; i < result.Count; i++)
            result[i] = _type.DType.IsFloat() ? Scalar.Of(_type.DType, _floats[i]) : Scalar.Of(_type.DType, _integers[i]);
        return result;
    }
}
