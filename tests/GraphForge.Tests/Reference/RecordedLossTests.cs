using GraphForge.Compiler.Tests.Reference;

namespace GraphForge.Tests.Reference;

/// <summary>Losses with every reduction and setting against PyTorch's values and gradients.</summary>
[Parallelizable(ParallelScope.Children)]
public sealed class RecordedLossTests : RecordedFamilyTests<RecordedLossTests>, IRecordedFamily
{
    public static RecordedFamily Family { get; } = new("losses", new Dictionary<string, FamilyFunction>
    {
        ["cross entropy"] = (x, a) => Functional.CrossEntropy(
            x[0], x[1], Weight(x), a.Integer("ignore_index", -100), Reduction(a), a.Number("label_smoothing", 0)),
        ["nll"] = (x, a) => Functional.NllLoss(x[0], x[1], Weight(x), reduction: Reduction(a)),
        ["binary cross entropy"] = (x, a) => Functional.BinaryCrossEntropy(x[0], x[1], Weight(x), Reduction(a)),
        ["binary cross entropy of given targets"] = (x, a) =>
            Functional.BinaryCrossEntropy(x[0], x[1].Detach(), reduction: Reduction(a)),
        ["binary cross entropy with logits"] = BinaryLogits,
        ["mse"] = (x, a) => Functional.MseLoss(x[0], x[1], Reduction(a)),
        ["l1"] = (x, a) => Functional.L1Loss(x[0], x[1], Reduction(a)),
        ["smooth l1"] = (x, a) => Functional.SmoothL1Loss(x[0], x[1], Reduction(a), a.Number("beta", 1)),
        ["huber"] = (x, a) => Functional.HuberLoss(x[0], x[1], Reduction(a), a.Number("delta", 1)),
        ["kl divergence"] = (x, a) => Functional.KlDiv(x[0], x[1], Reduction(a), a.Flag("log_target", false)),
        ["cosine embedding"] = (x, a) => Functional.CosineEmbeddingLoss(x[0], x[1], x[2].Detach(), a.Number("margin", 0), Reduction(a)),
        ["triplet margin"] = (x, a) => Functional.TripletMarginLoss(x[0], x[1], x[2], a.Number("margin", 1), a.Number("p", 2),
            swap: a.Flag("swap", false), reduction: Reduction(a)),
        ["margin ranking"] = (x, a) => Functional.MarginRankingLoss(x[0], x[1], x[2], a.Number("margin", 0), Reduction(a)),
        ["hinge embedding"] = (x, a) => Functional.HingeEmbeddingLoss(x[0], x[1], reduction: Reduction(a)),
        ["poisson"] = (x, a) => Functional.PoissonNllLoss(
            x[0], x[1], a.Flag("log_input", true), a.Flag("full", false), reduction: Reduction(a)),
        ["gaussian"] = (x, a) => Functional.GaussianNllLoss(
            x[0], x[1], x[2], a.Flag("full", false), a.Number("eps", 1e-6), Reduction(a)),
    });

    /// <summary>The third operand, in which PyTorch has no derivative; null where the case has only two.</summary>
    private static Tensor? Weight(Tensor[] operands) => operands.Length > 2 ? operands[2].Detach() : null;

    private static Tensor BinaryLogits(Tensor[] operands, CaseAttributes attributes)
    {
        var weighted = attributes.Flag("weighted", false);
        var hasPosWeight = operands.Length > (weighted ? 3 : 2);
        return Functional.BinaryCrossEntropyWithLogits(operands[0], operands[1], weighted ? operands[2].Detach() : null,
            Reduction(attributes), hasPosWeight ? operands[^1].Detach() : null);
    }

    private static Reduction Reduction(CaseAttributes attributes) =>
        Enum.Parse<Reduction>(attributes.Text("reduction", "mean"), ignoreCase: true);
}
