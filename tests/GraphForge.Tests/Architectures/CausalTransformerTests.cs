using GraphForge.Layers;
using GraphForge.Optimizers;
using GraphForge.Runtime;

namespace GraphForge.Tests.Architectures;

/// <summary>A decoder-only Transformer, the architecture of GPT, learns to continue a word by its letters in reverse.</summary>
public sealed class CausalTransformerTests
{
    private const int WordLength = 5;
    private const int Letters = 8;
    private const int Separator = Letters;
    private const int Length = 2 * WordLength;
    private const int BatchSize = 32;

    [Test]
    public void It_learns_to_reverse_words_and_decodes_them_through_its_cache()
    {
        var model = new CausalTransformer();
        using var training = Training.Compile(model, x => model.Loss(x["tokens"]), new AdamW(learningRate: 3e-3),
            [TensorSpec.Of<long>("tokens", "batch", Length + 1)], options: TestOptions.WithSeed(1));
        var loss = 0.0;
        for (var step = 0; step < 400; step++) loss = training.Step(("tokens", Words(BatchSize, step))).Loss;
        TestContext.Out.WriteLine($"loss {loss}");
        // Guessing among 8 letters costs ln 8 = 2.08.
        Assert.That(loss, Is.LessThan(0.05));

        var unseen = Words(8, seed: 1_000_000);
        var right = Enumerable.Range(0, 8).Sum(i => Matching(Continue(model, unseen[(11 * i)..(11 * i + WordLength + 1)]), unseen, 11 * i));
        Assert.That(right, Is.GreaterThanOrEqualTo(38), "letters of 40");
    }

    private static int Matching(long[] continued, long[] words, int start) =>
        continued.Index().Count(c => c.Item == words[start + WordLength + 1 + c.Index]);

    /// <summary>The likeliest letters after a word and a separator, one by one.</summary>
    private static long[] Continue(CausalTransformer model, long[] prompt)
    {
        var decoder = CompiledDecoder.Compile(model, (x, cache) => model.Forward(x["tokens"], cache).Narrow(1, x["tokens"].Shape[1] - 1, 1),
            [TensorSpec.Of<long>("tokens", 1, "length")], capacity: Length, TestOptions.Default);
        var scores = new float[Letters + 1];
        var continued = new List<long>();
        decoder.Step([("tokens", prompt)], [("output", scores)]);
        while (true)
        {
            continued.Add(Array.IndexOf(scores, scores.Max()));
            if (continued.Count == WordLength) return [.. continued];
            decoder.Step([("tokens", new[] { continued[^1] })], [("output", scores)]);
        }
    }

    /// <summary>Words of random letters, each followed by the separator and the same letters in reverse.</summary>
    private static long[] Words(int count, int seed)
    {
        var words = new long[count * (Length + 1)];
        for (var i = 0; i < count; i++)
        {
            var word = words.AsSpan(i * (Length + 1), Length + 1);
            word[WordLength] = Separator;
            for (var j = 0; j < WordLength; j++)
                word[j] = word[^(j + 1)] = (long)(Letters * Threefry.Uniform(seed, 0, i * WordLength + j));
        }
        return words;
    }

    private sealed class CausalTransformer : Module
    {
        private readonly Embedding _embedding = new(Letters + 1, 32);
        private readonly LearnedPositionalEncoding _positions = new(Length, 32, batchFirst: true);
        private readonly TransformerEncoder _blocks = new(
            new TransformerEncoderLayer(32, 4, 64, dropout: 0, batchFirst: true, normFirst: true), 2, new LayerNorm(32));
        private readonly Linear _head = new(32, Letters + 1);

        /// <summary>[N, L] → scores of each next token [N, L, tokens].</summary>
        public Tensor Forward(Tensor tokens, KeyValueCache? cache = null)
        {
            var x = _positions.Forward(_embedding.Forward(tokens), cache?.Position);
            x = _blocks.Forward(x, null, isCausal: true, cache: cache);
            cache?.Advance(tokens.Shape[1]);
            return _head.Forward(x);
        }

        /// <summary>Of the letters behind the separator, which alone can be foretold.</summary>
        public Tensor Loss(Tensor tokens)
        {
            var scores = Forward(tokens[.., ..^1])[.., WordLength..];
            return Losses.CrossEntropy(scores.Transpose(1, 2), tokens[.., (WordLength + 1)..]);
        }
    }
}
