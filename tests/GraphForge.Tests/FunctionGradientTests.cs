using GraphForge.Layers;

namespace GraphForge.Tests;

/// <summary>First and second derivatives of functions in float64, away from their kinks.</summary>
[Parallelizable(ParallelScope.Children)]
public sealed class FunctionGradientTests
{
    internal static readonly Tensor Anywhere = Of([-4.2, -2.3, -0.7, -0.3, 0.4, 0.8, 2.6, 7.1], 2, 4);
    private static readonly Tensor Other = Of([0.9, -1.4, 2.2, -0.6, 1.7, -2.9, 0.3, 1.1], 2, 4);
    private static readonly Tensor Third = Of([-1.2, 0.6, 0.5, 1.9, -0.4, 2.1, -1.8, 0.2], 2, 4);
    private static readonly Tensor Positive = Of([0.2, 0.5, 0.9, 1.4, 1.9, 2.5, 3.3, 4.4], 2, 4);
    private static readonly Tensor Share = Of([0.1, 0.25, 0.3, 0.35, 0.2, 0.6, 0.15, 0.05], 2, 4);
    private static readonly Tensor Labels = Tensor.Constant<long>([2, 0], 2);
    private static readonly Tensor Signs = Of([1, -1], 2);

    private static IEnumerable<TestCaseData> Functions()
    {
        yield return Row("prelu", x => Functional.Prelu(x[0], x[1]), Anywhere, Of([0.1, 0.2, 0.3, 0.4], 4));
        yield return Row("exp2", x => x[0].Exp2(), Other);
        yield return Row("log2", x => x[0].Log2(), Positive);
        yield return Row("log10", x => x[0].Log10(), Positive);
        yield return Row("atanh", x => x[0].Atanh(), Share);
        yield return Row("frac", x => x[0].Frac(), Anywhere);
        yield return Row("fmod", x => x[0].Fmod(x[1]), Anywhere, Of([1.1, 0.9, 0.4, 0.7, 0.3, 0.5, 1.9, 1.7], 2, 4));
        yield return Row("hypot", x => x[0].Hypot(x[1]), Anywhere, Other);
        yield return Row("xlogy", x => x[0].Xlogy(x[1]), Anywhere, Positive);
        yield return Row("logaddexp", x => x[0].LogAddExp(x[1]), Anywhere, Other);
        yield return Row("logaddexp of equals", x => x[0].LogAddExp(x[1]), Anywhere, Anywhere);
        yield return Row("lerp", x => x[0].Lerp(x[1], x[2]), Anywhere, Other, Share);
        yield return Row("log sum exp", x => x[0].LogSumExp(1), Anywhere);
        yield return Row("variance", x => x[0].Var(1), Anywhere);
        yield return Row("standard deviation", x => x[0].Std(0, unbiased: false), Anywhere);
        yield return Row("norm", x => x[0].Norm(2, 1), Anywhere);
        yield return Row("norm of order 3", x => x[0].Norm(3, 1), Anywhere);
        yield return Row("norm of order 1", x => x[0].Norm(1), Anywhere);
        yield return Row("largest", x => x[0].Norm(double.PositiveInfinity, 1), Anywhere);
        yield return Row("cosine similarity", x => Functional.CosineSimilarity(x[0], x[1]), Anywhere, Other);
        yield return Row("normalize", x => Functional.Normalize(x[0]), Anywhere);
        yield return Row("pairwise distance", x => Functional.PairwiseDistance(x[0], x[1]), Anywhere, Other);
    }

    private static IEnumerable<TestCaseData> LossFunctions()
    {
        yield return Row("cross-entropy", x => Functional.CrossEntropy(x[0], Labels, x[1], labelSmoothing: 0.1), Anywhere, Of([0.3, 1, 2, 0.7], 4));
        yield return Row("cross-entropy of probabilities", x => Functional.CrossEntropy(x[0], x[1]), Anywhere, Share);
        yield return Row("nll", x => Functional.NllLoss(x[0], Labels), Anywhere);
        yield return Row("binary cross-entropy", x => Functional.BinaryCrossEntropy(x[0], x[1], reduction: Reduction.None), Share, Other);
        yield return Row("binary cross-entropy with logits",
            x => Functional.BinaryCrossEntropyWithLogits(x[0], x[1], x[2], posWeight: x[3]), Anywhere, Share, Positive, Of([0.5, 1, 2, 3], 4));
        yield return Row("mse", x => Functional.MseLoss(x[0], x[1], Reduction.Sum), Anywhere, Other);
        yield return Row("l1", x => Functional.L1Loss(x[0], x[1]), Anywhere, Other);
        yield return Row("smooth l1", x => Functional.SmoothL1Loss(x[0], x[1], beta: 2), Anywhere, Other);
        yield return Row("huber", x => Functional.HuberLoss(x[0], x[1], delta: 2), Anywhere, Other);
        yield return Row("kl divergence", x => Functional.KlDiv(x[0], x[1], Reduction.BatchMean), Anywhere, Share);
        yield return Row("kl divergence of logarithms", x => Functional.KlDiv(x[0], x[1], logTarget: true), Anywhere, Other);
        yield return Row("cosine embedding", x => Functional.CosineEmbeddingLoss(x[0], x[1], Signs, margin: -0.9), Anywhere, Other);
        yield return Row("triplet margin", x => Functional.TripletMarginLoss(x[0], x[1], x[2], margin: 9, swap: true), Anywhere, Other, Third);
        yield return Row("margin ranking", x => Functional.MarginRankingLoss(x[0], x[1], x[2], margin: 0.25), Anywhere, Other, Third);
        yield return Row("hinge embedding", x => Functional.HingeEmbeddingLoss(x[0], Signs), Of([0.4, 0.8], 2));
        yield return Row("poisson", x => Functional.PoissonNllLoss(x[0], x[1], full: true), Other, Positive);
        yield return Row("gaussian", x => Functional.GaussianNllLoss(x[0], x[1], x[2], full: true), Anywhere, Other, Positive);
    }

    [TestCaseSource(nameof(Functions))]
    [TestCaseSource(nameof(LossFunctions))]
    public void Function_derivatives_agree_with_differences(Func<Tensor[], Tensor> function, Tensor[] point) =>
        GradientCheck.AssertTwice(function, point);

    /// <summary>Zero is where weights and logits often start; what is smooth there must have all its derivatives.</summary>
    [Test]
    public void Smooth_functions_are_smooth_at_0() => Assert.Multiple(() =>
    {
        var zeros = Of([0, 0], 1, 2);
        foreach (var activation in new Module[] { new Sigmoid(), new LogSigmoid(), new Softplus(), new SiLU(), new Mish(), new GELU(), new Tanh() })
            GradientCheck.AssertTwice(x => activation.Forward(x[0]), zeros);
        GradientCheck.AssertTwice(x => x[0].LogAddExp(x[1]), zeros, zeros);
        GradientCheck.AssertTwice(x => Functional.BinaryCrossEntropyWithLogits(x[0], Of([0, 1], 1, 2)), zeros);
    });

    private static Tensor Of(double[] values, params long[] dims) => Tensor.Constant<double>(values, dims);

    private static TestCaseData Row(string name, Func<Tensor[], Tensor> function, params Tensor[] point) =>
        new TestCaseData(function, point).SetArgDisplayNames(name);
}
