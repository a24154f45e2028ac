namespace GraphForge.Metrics;

/// <summary>e to the mean negative log-likelihood of the right tokens: how many a model hesitates between.</summary>
public sealed class Perplexity
{
    private readonly RunningMean _loss = new();

    /// <summary>At least 1; NaN while nothing was added.</summary>
    public double Value => Math.Exp(_loss.Value);

    /// <param name="meanLoss">Mean cross-entropy of some tokens, in nats, as <see cref="Losses.CrossEntropy"/> gives it.</param>
    /// <param name="tokens">How many.</param>
    /// <exception cref="ArgumentException">The number of tokens is negative.</exception>
    public void Add(double meanLoss, long tokens)
    {
        if (tokens < 0) throw new ArgumentException($"A number of tokens must be at least 0 but is {tokens}.");
        _loss.Add(meanLoss, tokens);
    }

    /// <param name="actual">The right token at each position; <paramref name="ignoreIndex"/> where none counts.</param>
    /// <param name="logits">[positions, classes], row-major.</param>
    /// <param name="classes">Number of tokens to choose from.</param>
    /// <param name="ignoreIndex">Marks positions that do not count.</param>
    /// <exception cref="ArgumentException">The numbers do not fit, or a token is out of range; nothing was added.</exception>
    public void Add(ReadOnlySpan<long> actual, ReadOnlySpan<float> logits, int classes, long ignoreIndex = -100)
    {
        if (logits.Length != (long)actual.Length * ScoreChecks.AtLeastOne(classes, nameof(classes)))
            throw new ArgumentException($"{actual.Length} positions take {(long)actual.Length * classes} logits, one for each of " +
                $"{classes} tokens, but {logits.Length} were given.");
        for (var i = 0; i < actual.Length; i++)
            if (actual[i] != ignoreIndex) ScoreChecks.Check(actual[i], i, classes);
        for (var i = 0; i < actual.Length; i++)
            if (actual[i] != ignoreIndex) _loss.Add(Loss(logits.Slice(i * classes, classes), (int)actual[i]));
    }

    public void Merge(Perplexity other) => _loss.Merge(other._loss);

    /// <summary>log Σ e^x - x[label], with the largest x taken out so that nothing overflows.</summary>
    private static double Loss(ReadOnlySpan<float> logits, int label)
    {
        var largest = double.NegativeInfinity;
        foreach (var logit in logits) largest = Math.Max(largest, logit);
        var sum = 0.0;
        foreach (var logit in logits) sum += Math.Exp(logit - largest);
        return Math.Log(sum) + largest - logits[label];
    }
}
