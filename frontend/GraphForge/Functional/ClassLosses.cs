using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge;

/// <content>Losses of predictions that are classes.</content>
public static partial class Functional
{
    /// <summary>
    /// -log softmax(input)[target]. The input holds logits [N, C, …], or [C] for one sample. Targets are class numbers
    /// (integers) of the same shape without the axis of classes, or probabilities (floats) of the input's shape.
    /// </summary>
    /// <param name="input">Logits.</param>
    /// <param name="target">Class numbers or probabilities. A run refuses an input with a number that is no class.</param>
    /// <param name="weight">[C]: how much each class counts; null for all alike. A mean is then divided by the targets' weights.</param>
    /// <param name="ignoreIndex">Class number whose elements count nowhere; null if there is none, which saves counting.</param>
    /// <param name="reduction">What is made of the elements' losses.</param>
    /// <param name="labelSmoothing">Share of the target that is spread evenly over all classes, 0..1.</param>
    /// <exception cref="GraphException">Shapes or types do not fit.</exception>
    public static Tensor CrossEntropy(Tensor input, Tensor target, Tensor? weight = null, int? ignoreIndex = -100,
        Reduction reduction = Reduction.Mean, double labelSmoothing = 0)
    {
        const string name = "cross-entropy";
        if (labelSmoothing is not (>= 0 and <= 1))
            throw new GraphException(ErrorCode.BadAttribute, $"{name} takes a labelSmoothing in 0..1, got {labelSmoothing}.");
        var classes = new ClassAxis(name, input, weight);
        if (target.DType == input.DType && target.Shape == input.Shape)
            return classes.OfProbabilities(target, reduction, labelSmoothing);
        if (!input.DType.IsFloat() || !target.DType.IsInteger())
            throw new GraphException(ErrorCode.WrongDType, $"{name} takes float logits with integer class numbers or with " +
                $"probabilities of their type and shape, got {input.Node.Type} and {target.Node.Type}.");
        return classes.OfLabels(input.LogSoftmax(classes.Axis), target, ignoreIndex, reduction, labelSmoothing);
    }

    /// <summary>-input[target] for log-probabilities [N, C, …], or [C] for one sample, and class numbers [N, …].</summary>
    /// <param name="input">Log-probabilities.</param>
    /// <param name="target">
    /// Class numbers, of the input's shape without the axis of classes. A run refuses an input with a number that is no class.
    /// </param>
    /// <param name="weight">[C]: how much each class counts; null for all alike. A mean is then divided by the targets' weights.</param>
    /// <param name="ignoreIndex">Class number whose elements count nowhere; null if there is none, which saves counting.</param>
    /// <param name="reduction">What is made of the elements' losses.</param>
    /// <exception cref="GraphException">Shapes or types do not fit.</exception>
    public static Tensor NllLoss(Tensor input, Tensor target, Tensor? weight = null, int? ignoreIndex = -100,
        Reduction reduction = Reduction.Mean)
    {
        const string name = "negative log-likelihood";
        if (!input.DType.IsFloat() || !target.DType.IsInteger())
            throw new GraphException(ErrorCode.WrongDType,
                $"{name} takes float log-probabilities and integer class numbers, got {input.Node.Type} and {target.Node.Type}.");
        return new ClassAxis(name, input, weight).OfLabels(input, target, ignoreIndex, reduction, labelSmoothing: 0);
    }

    /// <summary>-(t·log p + (1 - t)·log(1 - p)) for probabilities p and t, with logarithms of at least -100.</summary>
    /// <param name="input">Probabilities; <see cref="BinaryCrossEntropyWithLogits"/> is more precise than a sigmoid before this.</param>
    /// <param name="target">Probabilities of the same shape.</param>
    /// <param name="weight">Factor of each element's loss, which broadcasts; null for 1.</param>
    /// <param name="reduction">What is made of the elements' losses.</param>
    /// <exception cref="GraphException">Shapes or types do not fit.</exception>
    public static Tensor BinaryCrossEntropy(Tensor input, Tensor target, Tensor? weight = null, Reduction reduction = Reduction.Mean)
    {
        CheckPair("binary cross-entropy", input, target);
        var loss = -(target * LogProbability(input) + (1 - target) * LogProbability(1 - input));
        return Reduce(weight is null ? loss : loss * weight, reduction);
    }

    /// <summary>
    /// <see cref="BinaryCrossEntropy"/> of sigmoid(input), precise for every logit: t·log(1 + e^-x) + (1 - t)·log(1 + e^x).
    /// </summary>
    /// <param name="input">Logits.</param>
    /// <param name="target">Probabilities of the same shape.</param>
    /// <param name="weight">Factor of each element's loss, which broadcasts; null for 1.</param>
    /// <param name="reduction">What is made of the elements' losses.</param>
    /// <param name="posWeight">Factor of the first term, which broadcasts: how much positive targets count; null for 1.</param>
    /// <exception cref="GraphException">Shapes or types do not fit.</exception>
    public static Tensor BinaryCrossEntropyWithLogits(Tensor input, Tensor target, Tensor? weight = null,
        Reduction reduction = Reduction.Mean, Tensor? posWeight = null)
    {
        CheckPair("binary cross-entropy with logits", input, target);
        var positive = -(target * LogSigmoid(input));
        var loss = (posWeight is null ? positive : positive * posWeight) - (1 - target) * LogSigmoid(-input);
        return Reduce(weight is null ? loss : loss * weight, reduction);
    }

    /// <summary>
    /// log p, at least -100. Where p is below 1e-12 its slope stays 1e12, as PyTorch has it: a prediction that is surely wrong
    /// still learns.
    /// </summary>
    private static Tensor LogProbability(Tensor p)
    {
        const double least = 1e-12;
        var isTiny = p < least;
        var value = p.Log().Clamp(min: -100).Detach();
        return Tensor.Where(isTiny, value + (p - p.Detach()) / least, Tensor.Where(isTiny, 1, p).Log());
    }
}
