using GraphForge.Layers;
using GraphForge.Optimizers;
using GraphForge.Runtime;

namespace GraphForge.Tests.Architectures;

/// <summary>The encoder and decoder of "Attention is all you need" learn to spell words of unequal lengths backwards.</summary>
public sealed class TransformerTranslationTests
{
    private const int Longest = 6;
    private const int Letters = 8;
    private const int Padding = Letters;
    private const int Start = Letters + 1;
    private const int End = Letters + 2;
    private const int BatchSize = 32;

    [Test]
    public void It_learns_to_spell_backwards_and_decodes_through_its_cache()
    {
        var model = new Speller();
        using var training = Training.Compile(model, x => model.Loss(x["source"], x["target"]), new AdamW(learningRate: 2e-3),
            [TensorSpec.Of<long>("source", "batch", Longest), TensorSpec.Of<long>("target", "batch", Longest + 2)],
            options: TestOptions.WithSeed(3));
        var loss = 0.0;
        for (var step = 0; step < 800; step++)
        {
            var (source, target) = Words(BatchSize, step);
            loss = training.Step(("source", source), ("target", target)).Loss;
        }
        TestContext.Out.WriteLine($"loss {loss}");
        // Guessing among 8 letters costs ln 8 = 2.08.
        Assert.That(loss, Is.LessThan(0.1));

        var (words, expected) = Words(4, seed: 1_000_000);
        Assert.That(Decode(model, words, 4), Is.EqualTo(expected.Chunk(Longest + 2).Select(row => row[1..]).Select(UpToEnd)));
    }

    /// <summary>The likeliest letters, one by one, of a batch of words; none of them is read twice.</summary>
    private static IEnumerable<long[]> Decode(Speller model, long[] source, int count)
    {
        var encoder = CompiledModel.Compile(model, x => new NamedTensors { ["memory"] = model.Encode(x["source"]) },
            [TensorSpec.Of<long>("source", count, Longest)], TestOptions.Default);
        var decoder = CompiledDecoder.Compile(model, (x, cache) => model.Decode(x["token"], x["memory"], x["source"], cache).ArgMax(-1),
            [TensorSpec.Of<long>("token", count, 1), TensorSpec.Of<float>("memory", count, Longest, Speller.Features),
                TensorSpec.Of<long>("source", count, Longest)], capacity: Longest + 1, TestOptions.Default);
        var memory = new float[count * Longest * Speller.Features];
        encoder.Run([("source", source)], [("memory", memory)]);
        var token = Enumerable.Repeat((long)Start, count).ToArray();
        var spelt = new List<long[]>();
        while (decoder.Position < decoder.Capacity)
        {
            decoder.Step([("token", token), ("memory", memory), ("source", source)], [("output", token)]);
            spelt.Add([.. token]);
        }
        return Enumerable.Range(0, count).Select(n => UpToEnd([.. spelt.Select(letters => letters[n])]));
    }

    private static long[] UpToEnd(long[] letters) => [.. letters.TakeWhile(letter => letter != End)];

    /// <summary>Words of 3 to 6 letters, padded; and start, the letters backwards, end, padding.</summary>
    private static (long[] Source, long[] Target) Words(int count, int seed)
    {
        var source = Enumerable.Repeat((long)Padding, count * Longest).ToArray();
        var target = Enumerable.Repeat((long)Padding, count * (Longest + 2)).ToArray();
        for (var n = 0; n < count; n++)
        {
            var length = 3 + (int)(4 * Threefry.Uniform(seed, 1, n));
            var word = source.AsSpan(n * Longest, length);
            var backwards = target.AsSpan(n * (Longest + 2), length + 2);
            (backwards[0], backwards[^1]) = (Start, End);
            for (var i = 0; i < length; i++)
                word[i] = backwards[length - i] = (long)(Letters * Threefry.Uniform(seed, 0, n * Longest + i));
        }
        return (source, target);
    }

    private sealed class Speller : Module
    {
        public const int Features = 32;

        private readonly Embedding _embedding = new(Letters + 3, Features);
        private readonly SinusoidalPositionalEncoding _positions = new(Features, batchFirst: true);
        private readonly Transformer _transformer = new(Features, 4, 1, 1, 64, dropout: 0, batchFirst: true);
        private readonly Linear _head = new(Features, Letters + 3);

        public Tensor Encode(Tensor source) =>
            _transformer.Encoder.Forward(_positions.Forward(_embedding.Forward(source)), null, source.Eq(Padding));

        /// <summary>[N, L] → scores of each next token [N, L, tokens].</summary>
        public Tensor Decode(Tensor target, Tensor memory, Tensor source, KeyValueCache? cache = null)
        {
            var x = _positions.Forward(_embedding.Forward(target), cache?.Position);
            x = _transformer.Decoder.Forward(
                x, memory, memoryKeyPaddingMask: source.Eq(Padding), tgtIsCausal: true, cache: cache);
            cache?.Advance(target.Shape[1]);
            return _head.Forward(x);
        }

        public Tensor Loss(Tensor source, Tensor target)
        {
            var scores = Decode(target[.., ..^1], Encode(source), source);
            return Functional.CrossEntropy(scores.Transpose(1, 2), target[.., 1..], ignoreIndex: Padding);
        }
    }
}
