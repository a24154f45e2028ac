using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge;

/// <summary>What training makes small: a scalar from a prediction and what it should have been.</summary>
public delegate Tensor Loss(Tensor prediction, Tensor target);

/// <summary>Loss functions as torch.nn.functional defines them, with their mean taken.</summary>
public static class Losses
{
    /// <summary>
    /// Mean of -log softmax(logits)[target]. Logits are [batch, classes, …], or [classes] for one sample; targets are class
    /// numbers (integers) of the same shape without the axis of classes.
    /// </summary>
    /// <exception cref="GraphException">Shapes or types do not fit.</exception>
    public static Tensor CrossEntropy(Tensor prediction, Tensor target)
    {
        if (!prediction.DType.IsFloat() || !target.DType.IsInteger())
            throw new GraphException(ErrorCode.WrongDType, "cross-entropy takes float logits and integer class numbers, " +
                $"got {prediction.Node.Type} and {target.Node.Type}.");
        var classAxis = Math.Min(1, prediction.Rank - 1);
        var expected = Shape.Of(prediction.Shape.Where((_, axis) => axis != classAxis));
        if (prediction.Rank == 0 || target.Shape != expected)
            throw new GraphException(ErrorCode.ShapeMismatch, "cross-entropy takes logits [batch, classes, …] and targets [batch, …], " +
                $"got {prediction.Node.Type} and {target.Node.Type}.");
        // A one-hot choice instead of an indexed read: it fuses with the softmax, forward and backward. Class numbers as int32
        // share vector lanes with float32 logits.
        var classes = Tensor.Arange(prediction.Shape[classAxis], DType.Int32);
        for (var axis = classAxis + 1; axis < prediction.Rank; axis++) classes = classes.Unsqueeze(-1);
        var chosen = Tensor.Where(target.To(DType.Int32).Unsqueeze(classAxis).Eq(classes), prediction.LogSoftmax(classAxis), 0);
        return -chosen.Sum() / Count(expected, prediction.DType);
    }

    /// <summary>Mean of the squared differences.</summary>
    /// <exception cref="GraphException">Shapes or types do not fit.</exception>
    public static Tensor Mse(Tensor prediction, Tensor target)
    {
        if (!prediction.DType.IsFloat() || target.DType != prediction.DType)
            throw new GraphException(ErrorCode.WrongDType,
                $"mean squared error takes floats of one type, got {prediction.Node.Type} and {target.Node.Type}.");
        if (prediction.Shape != target.Shape)
            throw new GraphException(ErrorCode.ShapeMismatch, "mean squared error takes a prediction and a target of one shape, " +
                $"got {prediction.Node.Type} and {target.Node.Type}; reshape one of them.");
        return (prediction - target).Square().Mean();
    }

    private static Tensor Count(Shape shape, DType dtype) =>
        shape.Size.IsBound ? shape.Size.Value : Tensor.SizeOf(shape.Size).To(dtype);
}
