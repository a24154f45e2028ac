using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge;

/// <content>Losses of predictions that are numbers or distributions. Prediction and target have one shape.</content>
public static partial class Functional
{
    /// <summary>Squared difference.</summary>
    /// <exception cref="GraphException">Shapes or types do not fit.</exception>
    public static Tensor MseLoss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean)
    {
        CheckPair("mean squared error", input, target);
        return Reduce((input - target).Square(), reduction);
    }

    /// <summary>Absolute difference; its derivative is 0 where there is none.</summary>
    /// <exception cref="GraphException">Shapes or types do not fit.</exception>
    public static Tensor L1Loss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean)
    {
        CheckPair("L1 loss", input, target);
        return Reduce((input - target).Abs(), reduction);
    }

    /// <summary>½d²/beta for differences |d| below <paramref name="beta"/>, |d| - ½beta beyond; L1 for a beta of 0.</summary>
    /// <exception cref="GraphException">Shapes or types do not fit, or <paramref name="beta"/> is negative.</exception>
    public static Tensor SmoothL1Loss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean, double beta = 1)
    {
        if (!(beta >= 0)) throw new GraphException(ErrorCode.BadAttribute, $"smooth L1 loss takes a beta of at least 0, got {beta}.");
        if (beta == 0) return L1Loss(input, target, reduction);
        CheckPair("smooth L1 loss", input, target);
        var distance = (input - target).Abs();
        return Reduce(Tensor.Where(distance < beta, distance.Square() * (0.5 / beta), distance - 0.5 * beta), reduction);
    }

    /// <summary>½d² for differences |d| up to <paramref name="delta"/>, delta·(|d| - ½delta) beyond.</summary>
    /// <exception cref="GraphException">Shapes or types do not fit, or <paramref name="delta"/> is not above 0.</exception>
    public static Tensor HuberLoss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean, double delta = 1)
    {
        if (!(delta > 0)) throw new GraphException(ErrorCode.BadAttribute, $"Huber loss takes a delta above 0, got {delta}.");
        CheckPair("Huber loss", input, target);
        var distance = (input - target).Abs();
        return Reduce(Tensor.Where(distance <= delta, 0.5 * distance.Square(), delta * (distance - 0.5 * delta)), reduction);
    }

    /// <summary>
    /// t·(log t - input), the Kullback–Leibler divergence once summed. <see cref="Reduction.BatchMean"/> gives that of the
    /// batch's distributions; the mean over all elements is PyTorch's default.
    /// </summary>
    /// <param name="input">Log-probabilities.</param>
    /// <param name="target">Probabilities, or their logarithms with <paramref name="logTarget"/>.</param>
    /// <param name="reduction">What is made of the elements' losses.</param>
    /// <param name="logTarget">Whether the target holds logarithms.</param>
    /// <exception cref="GraphException">Shapes or types do not fit.</exception>
    public static Tensor KlDiv(Tensor input, Tensor target, Reduction reduction = Reduction.Mean, bool logTarget = false)
    {
        CheckPair("KL divergence", input, target);
        return Reduce(logTarget ? target.Exp() * (target - input) : target.Xlogy(target) - target * input, reduction);
    }

    /// <summary>Negative log-likelihood of counts under Poisson distributions: e^x - t·x, or x - t·log(x + eps).</summary>
    /// <param name="input">Logarithms of the rates, or the rates.</param>
    /// <param name="target">Counts.</param>
    /// <param name="logInput">Whether the input holds logarithms.</param>
    /// <param name="full">Whether Stirling's approximation of log t! is added for t above 1.</param>
    /// <param name="eps">Keeps the logarithm of a rate of 0 finite.</param>
    /// <param name="reduction">What is made of the elements' losses.</param>
    /// <exception cref="GraphException">Shapes or types do not fit.</exception>
    public static Tensor PoissonNllLoss(Tensor input, Tensor target, bool logInput = true, bool full = false, double eps = 1e-8,
        Reduction reduction = Reduction.Mean)
    {
        CheckPair("Poisson loss", input, target);
        var loss = logInput ? input.Exp() - target * input : input - target * (input + eps).Log();
        if (full)
        {
            var count = Tensor.Where(target > 1, target, 1);
            var stirling = count * count.Log() - count + 0.5 * (2 * Math.PI * count).Log();
            loss += Tensor.Where(target > 1, stirling, 0);
        }
        return Reduce(loss, reduction);
    }

    /// <summary>Negative log-likelihood under normal distributions: ½(log v + (x - t)²/v), with variances v of at least eps.</summary>
    /// <param name="input">Means.</param>
    /// <param name="target">Observations.</param>
    /// <param name="var">Variances, of the input's shape, or without its last axis or with extent 1 there.</param>
    /// <param name="full">Whether the constant ½ log 2π is added.</param>
    /// <param name="eps">Smaller variances count as this; their derivative is that of this.</param>
    /// <param name="reduction">What is made of the elements' losses.</param>
    /// <exception cref="GraphException">Shapes or types do not fit.</exception>
    public static Tensor GaussianNllLoss(Tensor input, Tensor target, Tensor var, bool full = false, double eps = 1e-6,
        Reduction reduction = Reduction.Mean)
    {
        CheckPair("Gaussian loss", input, target);
        if (input.Rank > 0 && var.Shape == Shape.Of(input.Shape.SkipLast(1))) var = var.Unsqueeze(-1);
        var repeated = input.Rank > 0 && var.Shape == input.Shape.With(input.Rank - 1, 1);
        if (var.DType != input.DType || var.Shape != input.Shape && !repeated)
            throw new GraphException(ErrorCode.ShapeMismatch, "Gaussian loss takes variances of the prediction's type and shape, or " +
                $"one for its last axis, got {var.Node.Type} for {input.Node.Type}.");
        var variance = var + (var.Clamp(min: eps) - var).Detach();
        var loss = 0.5 * (variance.Log() + (input - target).Square() / variance);
        return Reduce(full ? loss + 0.5 * Math.Log(2 * Math.PI) : loss, reduction);
    }

    internal static Tensor Reduce(Tensor losses, Reduction reduction) => reduction switch
    {
        Reduction.Mean => losses.Mean(),
        Reduction.Sum => losses.Sum(),
        Reduction.None => losses,
        _ when losses.Rank == 0 => losses,
        _ => losses.Sum() / Tensor.SizeOf(losses.Shape[0]).To(losses.DType),
    };

    private static void CheckPair(string loss, Tensor input, Tensor target)
    {
        if (!input.DType.IsFloat() || target.DType != input.DType)
            throw new GraphException(ErrorCode.WrongDType,
                $"{loss} takes floats of one type, got {input.Node.Type} and {target.Node.Type}.");
        if (input.Shape != target.Shape)
            throw new GraphException(ErrorCode.ShapeMismatch, $"{loss} takes a prediction and a target of one shape, " +
                $"got {input.Node.Type} and {target.Node.Type}; reshape one of them.");
    }
}
