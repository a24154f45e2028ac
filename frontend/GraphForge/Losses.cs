namespace GraphForge;

/// <summary>What training makes small: a scalar from a prediction and what it should have been.</summary>
public delegate Tensor Loss(Tensor prediction, Tensor target);

/// <summary>
/// Losses with PyTorch's defaults and their mean taken, to hand over by name: <c>Training.Compile(model, Losses.CrossEntropy, …)</c>.
/// With other settings they are functions of <see cref="Functional"/>:
/// <c>(prediction, target) => Functional.CrossEntropy(prediction, target, labelSmoothing: 0.1)</c>.
/// </summary>
public static class Losses
{
    /// <summary>
    /// Mean of -log softmax(prediction)[target], where every label counts; <see cref="Functional.CrossEntropy"/> can ignore
    /// one.
    /// </summary>
    /// <inheritdoc cref="Functional.CrossEntropy"/>
    public static Tensor CrossEntropy(Tensor prediction, Tensor target) =>
        Functional.CrossEntropy(prediction, target, ignoreIndex: null);

    /// <summary>Mean of -prediction[target], where every label counts; <see cref="Functional.NllLoss"/> can ignore one.</summary>
    /// <inheritdoc cref="Functional.NllLoss"/>
    public static Tensor Nll(Tensor prediction, Tensor target) => Functional.NllLoss(prediction, target, ignoreIndex: null);

    /// <inheritdoc cref="Functional.BinaryCrossEntropy"/>
    public static Tensor BinaryCrossEntropy(Tensor prediction, Tensor target) => Functional.BinaryCrossEntropy(prediction, target);

    /// <inheritdoc cref="Functional.BinaryCrossEntropyWithLogits"/>
    public static Tensor BinaryCrossEntropyWithLogits(Tensor prediction, Tensor target) =>
        Functional.BinaryCrossEntropyWithLogits(prediction, target);

    /// <summary>Mean of the squared differences.</summary>
    /// <inheritdoc cref="Functional.MseLoss"/>
    public static Tensor Mse(Tensor prediction, Tensor target) => Functional.MseLoss(prediction, target);

    /// <summary>Mean of the absolute differences.</summary>
    /// <inheritdoc cref="Functional.L1Loss"/>
    public static Tensor L1(Tensor prediction, Tensor target) => Functional.L1Loss(prediction, target);

    /// <inheritdoc cref="Functional.SmoothL1Loss"/>
    public static Tensor SmoothL1(Tensor prediction, Tensor target) => Functional.SmoothL1Loss(prediction, target);

    /// <inheritdoc cref="Functional.HuberLoss"/>
    public static Tensor Huber(Tensor prediction, Tensor target) => Functional.HuberLoss(prediction, target);

    /// <inheritdoc cref="Functional.KlDiv"/>
    public static Tensor KlDiv(Tensor prediction, Tensor target) => Functional.KlDiv(prediction, target);

    /// <inheritdoc cref="Functional.HingeEmbeddingLoss"/>
    public static Tensor HingeEmbedding(Tensor prediction, Tensor target) => Functional.HingeEmbeddingLoss(prediction, target);

    /// <inheritdoc cref="Functional.PoissonNllLoss"/>
    public static Tensor PoissonNll(Tensor prediction, Tensor target) => Functional.PoissonNllLoss(prediction, target);
}
