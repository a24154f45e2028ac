using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Runtime;

namespace GraphForge;

/// <summary>
/// A value of a model that is being written down: a handle to a graph node with a shape and an element type, but no data.
/// Operators broadcast as NumPy does. Two tensors promote to the wider of bool, uint8, int32, int64, float16 or bfloat16 (together
/// float32), float32, float64;
/// plain C# numbers take the type of the tensor they meet, unless they are of a higher kind (a fraction with integers).
/// </summary>
public sealed partial class Tensor
{
    /// <summary>What a plain C# number stands for, unrounded until its type is known; null for every other tensor.</summary>
    private readonly Scalar? _number;

    /// <summary>A handle to <paramref name="node"/>.</summary>
    public Tensor(Node node) => Node = node;

    private Tensor(Scalar number, DType dtype) : this(Nodes.Constant(Literal.Of(number.As(dtype)))) => _number = number;

    /// <summary>The node of the graph this tensor stands for.</summary>
    public Node Node { get; }

    /// <summary>The extents, outermost first; an extent may be a symbol such as the batch size.</summary>
    public Shape Shape => Node.Shape;

    public DType DType => Node.Type.DType;

    public int Rank => Node.Shape.Rank;

    /// <summary>Whether the tensor is a plain C# number, which adapts its type to its partner's.</summary>
    internal bool IsNumber => _number is not null;

    /// <summary>Data that the caller hands to each run.</summary>
    public static Tensor Input(string name, DType dtype, params ReadOnlySpan<Dim> dims) =>
        new(Nodes.Input(name, dtype, Shape.Create(dims)));

    /// <summary>A tensor with fixed elements, row-major.</summary>
    /// <exception cref="GraphException"><paramref name="values"/> does not hold as many elements as the shape.</exception>
    public static Tensor Constant<T>(ReadOnlySpan<T> values, params ReadOnlySpan<long> dims) where T : unmanaged
    {
        var shape = Shape.Of(dims);
        if (shape.Size.Value != values.Length)
            throw new GraphException(ErrorCode.ShapeMismatch,
                $"constant: {values.Length} values do not fill the shape {shape}, which holds {shape.Size}.");
        return new Tensor(Nodes.Constant(Literal.Of(values, dims)));
    }

    /// <summary>One value in every element.</summary>
    public static Tensor Full(Shape shape, double value, DType dtype = DType.Float32) =>
        new(Nodes.Full(shape, dtype, value));

    /// <inheritdoc cref="Full(Shape, double, DType)"/>
    public static Tensor Zeros(Shape shape, DType dtype = DType.Float32) => Full(shape, 0, dtype);

    /// <inheritdoc cref="Full(Shape, double, DType)"/>
    public static Tensor Ones(Shape shape, DType dtype = DType.Float32) => Full(shape, 1, dtype);

    /// <summary>0, 1, 2, …, <paramref name="end"/> - 1.</summary>
    public static Tensor Arange(Dim end, DType dtype = DType.Int64) => new(Nodes.Iota(end, dtype));

    /// <summary>An extent as an int64 scalar, also where it is symbolic.</summary>
    public static Tensor SizeOf(Dim dim) => new(Nodes.DimSize(dim));

    public static implicit operator Tensor(double value) => new(Scalar.Of(DType.Float64, value), DType.Float32);

    public static implicit operator Tensor(long value) => new(Scalar.Of(DType.Int64, value), DType.Int64);

    public static implicit operator Tensor(bool value) => new(Scalar.Of(value), DType.Bool);

    /// <summary>The elements converted to <paramref name="dtype"/>; any nonzero is true, fractions are cut off towards zero.</summary>
    public Tensor To(DType dtype)
    {
        if (DType == dtype) return this;
        return _number is { } number
            ? new Tensor(Nodes.Constant(Literal.Of(number.As(dtype))))
            : new Tensor(Node.Cast(dtype));
    }

    /// <summary>Floats of 16 bits as float32, anything else as it is.</summary>
    internal Tensor Widened() => To(DType.Arithmetic());

    /// <summary>
    /// <paramref name="function"/> of this tensor, where it is of 16 bits in float32 and with its result rounded: for functions
    /// of several operations, each of which would else round.
    /// </summary>
    internal Tensor RoundedOnce(Func<Tensor, Tensor> function) => DType.IsHalf() ? function(Widened()).To(DType) : function(this);

    /// <summary>Rounded to 16 bits where <paramref name="input"/> is, from which this was computed in float32.</summary>
    internal Tensor RoundedLike(Tensor input) => input.DType.IsHalf() ? To(input.DType) : this;

    public override string ToString() => Node.ToString();
}
