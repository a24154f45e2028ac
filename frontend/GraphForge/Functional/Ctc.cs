using GraphForge.Compiler.Graph;
using GraphForge.Runtime;
using GraphForge.Tracing;

namespace GraphForge;

/// <content>Connectionist temporal classification.</content>
public static partial class Functional
{
    /// <summary>Logarithm of an impossible path. Finite, since −∞ − −∞ would make gradients NaN.</summary>
    private const double Impossible = -1e30;

    /// <summary>
    /// −log of the probability that the frames spell the target, with blanks between and repeats merged (Graves et al. 2006), as
    /// torch.nn.functional.ctc_loss defines it. The sum over all alignments is one loop over the frames.
    /// </summary>
    /// <param name="logProbs">Log-probabilities of the classes, [frames, batch, classes], as LogSoftmax gives them.</param>
    /// <param name="targets">Class numbers, [batch, longest]; entries past a target's length are ignored.</param>
    /// <param name="inputLengths">
    /// Frames of each sequence, [batch] integers. A run refuses an input with a length beyond the frames.
    /// </param>
    /// <param name="targetLengths">Classes of each target, [batch] integers up to longest; 0 where only blanks are right.</param>
    /// <param name="blank">Number of the blank class.</param>
    /// <param name="reduction">Mean divides each loss by its target's length first, as PyTorch does.</param>
    /// <param name="zeroInfinity">Whether targets that do not fit into their frames count 0 instead of ∞.</param>
    /// <exception cref="GraphException">Shapes or types do not fit.</exception>
    public static Tensor CtcLoss(
        Tensor logProbs, Tensor targets, Tensor inputLengths, Tensor targetLengths, int blank = 0,
        Reduction reduction = Reduction.Mean, bool zeroInfinity = false)
    {
        CheckCtc(logProbs, targets, inputLengths, targetLengths, blank);
        IndexRange.Require("ctc loss takes lengths", inputLengths, logProbs.Shape[0] + 1);
        IndexRange.Require("ctc loss takes lengths", targetLengths, targets.Shape[1] + 1);
        var labels = WithBlanks(targets.To(DType.Int64), blank);
        var likelihood = CtcLogLikelihood(logProbs, labels, blank, inputLengths, targetLengths);
        var impossible = likelihood < Impossible / 2;
        var losses = Tensor.Where(impossible, zeroInfinity ? 0 : double.PositiveInfinity, -likelihood);
        if (reduction == Reduction.Mean) losses /= targetLengths.To(logProbs.DType).Clamp(min: 1);
        return Reduce(losses, reduction);
    }

    /// <summary>A blank before, between and behind the labels: [batch, 2·longest + 1].</summary>
    private static Tensor WithBlanks(Tensor targets, int blank)
    {
        var (batch, longest) = (targets.Shape[0], targets.Shape[1]);
        var blanks = Tensor.Full(targets.Shape, blank, DType.Int64);
        var pairs = Tensor.Stack([blanks, targets], -1).Reshape(batch, longest * 2);
        return Tensor.Cat([pairs, Tensor.Full(Shape.Create([batch, 1]), blank, DType.Int64)], 1);
    }

    private static Tensor CtcLogLikelihood(Tensor logProbs, Tensor labels, int blank, Tensor inputLengths, Tensor targetLengths)
    {
        var (frames, batch, places) = (logProbs.Shape[0], logProbs.Shape[1], labels.Shape[1]);
        var emissions = logProbs.Gather(2, labels.Unsqueeze(0).Expand(frames, batch, places));
        var ahead = Shifted(labels, 2, blank);
        // A blank may be left out between two different labels, never between equal ones.
        var maySkip = labels.Ne(blank) & labels.Ne(ahead);
        var isFrame = Tensor.Arange(frames).Unsqueeze(-1).Unsqueeze(-1) < inputLengths.To(DType.Int64).Unsqueeze(-1);
        // Before the first frame: at the first blank, with nothing spelled.
        var start = Tensor.Where(Tensor.Arange(places).Eq(0), 0, Tensor.Full(Shape.Create([batch, places]), Impossible, logProbs.DType));
        var (paths, _) = Scan([start], [emissions, isFrame], (before, frame) =>
        {
            var skipped = Tensor.Where(maySkip, Shifted(before[0], 2, Impossible), Impossible);
            var arriving = LogSumExp(before[0], Shifted(before[0], 1, Impossible), skipped) + frame[0];
            return ([Tensor.Where(frame[1], arriving, before[0])], []);
        });
        var last = targetLengths.To(DType.Int64).Unsqueeze(-1) * 2;
        var endsInLabel = Tensor.Where(last > 0, paths[0].Gather(1, (last - 1).Clamp(min: 0)), Impossible);
        return LogSumExp(paths[0].Gather(1, last), endsInLabel, Impossible).Squeeze(-1);
    }

    /// <summary>Elements moved towards the end of the last axis, <paramref name="fill"/> in their former places.</summary>
    private static Tensor Shifted(Tensor x, int by, double fill)
    {
        var kept = x.Shape[^1] - by;
        if (kept.IsBound && kept.Value <= 0) return Tensor.Full(x.Shape, fill, x.DType);
        return Tensor.Cat([Tensor.Full(Shape.Of([.. x.Shape.Take(x.Rank - 1), by]), fill, x.DType), x.Narrow(-1, 0, kept)], -1);
    }

    private static Tensor LogSumExp(Tensor a, Tensor b, Tensor c)
    {
        // The greatest cancels out of the gradient.
        var greatest = a.Maximum(b).Maximum(c).Detach();
        return greatest + ((a - greatest).Exp() + (b - greatest).Exp() + (c - greatest).Exp()).Log();
    }

    private static void CheckCtc(Tensor logProbs, Tensor targets, Tensor inputLengths, Tensor targetLengths, int blank)
    {
        var fits = logProbs.Rank == 3 && targets.Rank == 2 && targets.Shape[0] == logProbs.Shape[1] &&
            inputLengths.Shape == Shape.Create([logProbs.Shape[1]]) && targetLengths.Shape == inputLengths.Shape;
        if (!fits)
            throw new GraphException(ErrorCode.ShapeMismatch,
                "ctc loss takes log-probabilities [frames, batch, classes], targets [batch, longest] and lengths [batch], " +
                $"got {logProbs.Shape}, {targets.Shape}, {inputLengths.Shape} and {targetLengths.Shape}.");
        if (!logProbs.DType.IsFloat() || !targets.DType.IsInteger() || !inputLengths.DType.IsInteger() || !targetLengths.DType.IsInteger())
            throw new GraphException(ErrorCode.WrongDType, "ctc loss takes float log-probabilities, integer targets and integer lengths, " +
                $"got {logProbs.Node.Type}, {targets.Node.Type}, {inputLengths.Node.Type} and {targetLengths.Node.Type}.");
        if (blank < 0 || logProbs.Shape[2].IsBound && blank >= logProbs.Shape[2].Value)
            throw new GraphException(ErrorCode.BadAttribute, $"ctc loss takes a blank among its {logProbs.Shape[2]} classes, not {blank}.");
    }
}
