using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge.Tests;

/// <summary>Whole texts of losses that are given what does not fit.</summary>
public sealed class LossErrorTests
{
    private static readonly Dim Batch = new DimSymbol("batch");
    private static readonly Tensor Logits = Input(DType.Float32, Batch, 10);
    private static readonly Tensor Rows = Input(DType.Float32, Batch, 4);
    private static readonly Tensor Labels = Input(DType.Int64, Batch);
    private static readonly Tensor Scores = Input(DType.Float32, Batch);

    private static IEnumerable<TestCaseData> Mistakes()
    {
        yield return Row(() => Functional.CrossEntropy(Logits, Labels, labelSmoothing: 1.5), "cross-entropy takes a labelSmoothing in 0..1, got 1.5.");
        yield return Row(() => Functional.CrossEntropy(Logits, Labels, weight: Tensor.Ones([3])),
            "cross-entropy of float32[batch, 10] takes a weight for each of its 10 classes, got float32[3].");
        yield return Row(() => Functional.CrossEntropy(Logits, Rows),
            "cross-entropy takes float logits with integer class numbers or with probabilities of their type and shape, got float32[batch, 10] and float32[batch, 4].");
        yield return Row(() => Functional.CrossEntropy(Scores, Labels),
            "cross-entropy takes logits [batch, classes, …] and targets [batch, …], got float32[batch] and int64[batch].");
        yield return Row(() => Functional.NllLoss(Logits, Scores),
            "negative log-likelihood takes float log-probabilities and integer class numbers, got float32[batch, 10] and float32[batch].");
        yield return Row(() => Losses.BinaryCrossEntropy(Logits, Labels),
            "binary cross-entropy takes floats of one type, got float32[batch, 10] and int64[batch].");
        yield return Row(() => Losses.BinaryCrossEntropyWithLogits(Logits, Scores),
            "binary cross-entropy with logits takes a prediction and a target of one shape, got float32[batch, 10] and float32[batch]; reshape one of them.");
        yield return Row(() => Functional.SmoothL1Loss(Rows, Rows, beta: -1), "smooth L1 loss takes a beta of at least 0, got -1.");
        yield return Row(() => Functional.HuberLoss(Rows, Rows, delta: 0), "Huber loss takes a delta above 0, got 0.");
        yield return Row(() => Losses.KlDiv(Rows, Logits),
            "KL divergence takes a prediction and a target of one shape, got float32[batch, 4] and float32[batch, 10]; reshape one of them.");
        yield return Row(() => Functional.GaussianNllLoss(Rows, Rows, Logits),
            "Gaussian loss takes variances of the prediction's type and shape, or one for its last axis, got float32[batch, 10] for float32[batch, 4].");
        yield return Row(() => Functional.CosineEmbeddingLoss(Rows, Rows, Rows),
            "cosine embedding loss takes two inputs [N, D] with targets [N], or [D] with a scalar, got float32[batch, 4], float32[batch, 4] and float32[batch, 4].");
        yield return Row(() => Functional.TripletMarginLoss(Rows, Rows, Logits),
            "triplet margin loss takes three inputs [N, D] of one shape, got float32[batch, 4], float32[batch, 4] and float32[batch, 10].");
        yield return Row(() => Functional.MarginRankingLoss(Scores, Scores, Rows),
            "margin ranking loss takes two inputs and a target of one shape, got float32[batch], float32[batch] and float32[batch, 4].");
        yield return Row(() => Losses.HingeEmbedding(Scores, Rows),
            "hinge embedding loss takes a prediction and a target of one shape, got float32[batch] and float32[batch, 4]; reshape one of them.");
    }

    [TestCaseSource(nameof(Mistakes))]
    public void Mistakes_are_told_whole(Func<Tensor> mistake, string problem) =>
        Assert.That(Assert.Throws<GraphException>(() => mistake())!.Problem, Is.EqualTo(problem));

    [Test]
    public void A_symbolic_batch_is_counted() => Assert.Multiple(() =>
    {
        Assert.That(Functional.CrossEntropy(Logits, Labels, reduction: Reduction.BatchMean).Rank, Is.Zero);
        Assert.That(Functional.CrossEntropy(Logits, Labels, reduction: Reduction.None).Shape, Is.EqualTo(new Shape([Batch])));
        Assert.That(Functional.TripletMarginLoss(Rows, Rows, Rows, reduction: Reduction.None).Shape, Is.EqualTo(new Shape([Batch])));
        Assert.That(Rows.Var(0).Shape, Is.EqualTo(Shape.Of(4)));
    });

    private static Tensor Input(DType dtype, params Dim[] dims) => Tensor.Input("x", dtype, dims);

    private static TestCaseData Row(Func<Tensor> mistake, string problem) => new TestCaseData(mistake, problem).SetArgDisplayNames(problem.Split(',')[0]);
}
