using GraphForge.Compiler.Ops;
using GraphForge.Runtime;

namespace GraphForge;

/// <content>Reductions. Negative dims count from the last; reduced axes vanish, or stay with extent 1 with keepDim.</content>
public sealed partial class Tensor
{
    /// <summary>Sum of all elements; integers and bool sum as int64.</summary>
    public Tensor Sum() => new(Summable.Node.Sum());

    public Tensor Sum(int dim, bool keepDim = false) => Sum([dim], keepDim);

    public Tensor Sum(IReadOnlyList<int> dim, bool keepDim = false) => new(Summable.Node.Sum(dim, keepDim));

    /// <summary>Mean of all elements, which are floats.</summary>
    public Tensor Mean() => new(Node.Mean());

    public Tensor Mean(int dim, bool keepDim = false) => Mean([dim], keepDim);

    public Tensor Mean(IReadOnlyList<int> dim, bool keepDim = false) => new(Node.Mean(dim, keepDim));

    /// <summary>Product along <paramref name="dim"/>; integers and bool multiply as int64.</summary>
    public Tensor Prod(int dim, bool keepDim = false) => new(Summable.Node.Prod([dim], keepDim));

    /// <summary>Largest of all elements.</summary>
    public Tensor Max() => new(Node.Max());

    /// <summary>Largest element along <paramref name="dim"/>; <see cref="ArgMax"/> says where it stands.</summary>
    public Tensor Max(int dim, bool keepDim = false) => Max([dim], keepDim);

    public Tensor Max(IReadOnlyList<int> dim, bool keepDim = false) => new(Node.Max(dim, keepDim));

    /// <summary>Smallest of all elements.</summary>
    public Tensor Min() => new(Node.Min());

    /// <summary>Smallest element along <paramref name="dim"/>; <see cref="ArgMin"/> says where it stands.</summary>
    public Tensor Min(int dim, bool keepDim = false) => Min([dim], keepDim);

    public Tensor Min(IReadOnlyList<int> dim, bool keepDim = false) => new(Node.Min(dim, keepDim));

    /// <summary>Index (int64) of the first largest element along <paramref name="dim"/>; NaN counts as largest.</summary>
    public Tensor ArgMax(int dim, bool keepDim = false) => new(Node.ArgMax(dim, keepDim));

    /// <summary>Index (int64) of the first smallest element along <paramref name="dim"/>; NaN counts as smallest.</summary>
    public Tensor ArgMin(int dim, bool keepDim = false) => new(Node.ArgMin(dim, keepDim));

    /// <summary>e^x divided by its sum along <paramref name="dim"/>.</summary>
    public Tensor Softmax(int dim) => new(Float().Softmax(dim));

    /// <summary>Logarithm of <see cref="Softmax"/>, without the underflow of taking it afterwards.</summary>
    public Tensor LogSoftmax(int dim) => new(Float().LogSoftmax(dim));

    private Tensor Summable => DType.IsFloat() ? this : To(DType.Int64);
}
