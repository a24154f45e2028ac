using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Loops;

/// <summary>
/// A reduction in progress: sums and products in float64 or wrapping int64; an extreme is the first of equals, and a NaN is
/// beyond every number.
/// </summary>
public sealed class Reduction(ReduceFunction function, DType type)
{
    private double _floats = function is ReduceFunction.Product ? 1 : 0;
    private long _integers = function is ReduceFunction.Product ? 1 : 0;
    private Scalar? _extreme;
    private long _position;

    public void Add(Scalar value, long position)
    {
        switch (function)
        {
            case ReduceFunction.Sum:
                if (type.IsFloat()) _floats += value.AsDouble;
                else _integers += value.AsInt64;
                break;
            case ReduceFunction.Product:
                if (type.IsFloat()) _floats *= value.AsDouble;
                else _integers *= value.AsInt64;
                break;
            default:
                if (_extreme is { } holder && !Beats(value, holder)) break;
                (_extreme, _position) = (value, position);
                break;
        }
    }

    /// <exception cref="InvalidOperationException">The extreme of no elements.</exception>
    public Scalar Result => function switch
    {
        ReduceFunction.Sum or ReduceFunction.Product =>
            type.IsFloat() ? Scalar.Of(type, _floats) : Scalar.Of(type, _integers),
        _ when _extreme is null => throw new InvalidOperationException($"{function} of no elements"),
        ReduceFunction.Minimum or ReduceFunction.Maximum => _extreme.Value,
        _ => Scalar.Of(DType.Int64, _position),
    };

    private bool Beats(Scalar value, Scalar holder)
    {
        if (double.IsNaN(holder.AsDouble)) return false;
        if (double.IsNaN(value.AsDouble)) return true;
        var order = type.IsFloat() ? value.AsDouble.CompareTo(holder.AsDouble) : value.AsInt64.CompareTo(holder.AsInt64);
        return function is ReduceFunction.Minimum or ReduceFunction.ArgMinimum ? order < 0 : order > 0;
    }
}
