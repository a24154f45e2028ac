using GraphForge.Compiler.Graph;
using GraphForge.Layers;

namespace GraphForge.Tests;

public sealed class CompiledDecoderTests
{
    private const int Batch = 2;
    private const int Features = 8;
    private const int Capacity = 10;

    [TestCase(new[] { 1, 1, 1, 1, 1, 1, 1 })]
    [TestCase(new[] { 4, 1, 1, 1 })]
    [TestCase(new[] { 7 })]
    [TestCase(new[] { 2, 3, 2 })]
    public void Pieces_give_what_the_whole_sequence_gives(int[] pieces)
    {
        var model = new TwoLayers();
        var length = pieces.Sum();
        var input = Sequence(length);
        var expected = Values.Infer(new Whole(model), [length, Features], input);
        Assert.That(Decode(Compile(model), input, pieces), Is.EqualTo(expected).Within(2e-5));
    }

    [Test]
    public void One_program_serves_every_position_without_allocating()
    {
        if (TestOptions.Backend == Backend.Reference) Assert.Ignore("The reference interpreter allocates.");
        var decoder = Compile(new TwoLayers());
        float[] token = Sequence(1), output = new float[Batch * Features];
        decoder.Step([("x", token)], [("output", output)]);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var position = 1; position < Capacity; position++) decoder.Step([("x", token)], [("output", output)]);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    [Test]
    public void A_position_set_back_forgets_what_followed()
    {
        var decoder = Compile(new TwoLayers());
        var input = Sequence(6);
        var expected = Decode(decoder, input, [3, 3]);
        decoder.Position = 0;
        Assert.That(Decode(decoder, input, [3, 3]), Is.EqualTo(expected));
        decoder.Step([("x", Enumerable.Repeat(float.NaN, Batch * Features).ToArray())], []);
        decoder.Position = 3;
        var again = new float[Batch * 3 * Features];
        decoder.Step([("x", Piece(input, 6, 3, 3))], [("output", again)]);
        Assert.That(again, Is.EqualTo(Piece(expected, 6, 3, 3)));
    }

    [Test]
    public void Wrong_uses_are_refused()
    {
        var decoder = Compile(new TwoLayers());
        decoder.Step([("x", Sequence(9))], []);
        var bare = new MultiheadAttention(4, 2, batchFirst: true);
        Assert.Multiple(() =>
        {
            Assert.That(Problem(() => decoder.Step([("x", Sequence(2))], [])), Is.EqualTo("the decoder has read 9 tokens and cannot read " +
                "2 more: its cache holds 10; compile it with a larger capacity, or set its Position back."));
            Assert.That(decoder.Position, Is.EqualTo(9));
            Assert.That(Problem(() => decoder.Position = 10), Is.EqualTo("a decoder that has read 9 tokens cannot go back to 10."));
            Assert.That(Problem(() => CompiledDecoder.Compile(bare, (x, cache) => bare.Forward(x["x"], x["x"], x["x"], cache: cache).Output,
                [TensorSpec.Of<float>("x", 1, 1, 4)], Capacity, TestOptions.Default)), Is.EqualTo(
                "a decoder's function gives an output, and calls Advance of its cache by the number of tokens it was given."));
            Assert.That(Problem(() => CompiledDecoder.Compile(bare, (x, cache) =>
                {
                    bare.Forward(x["x"], x["x"], x["x"], cache: cache);
                    return bare.Forward(x["x"], x["x"], x["x"], cache: cache).Output;
                }, [TensorSpec.Of<float>("x", 1, 1, 4)], Capacity, TestOptions.Default)), Is.EqualTo(
                "MultiheadAttention was given tokens for one position of a key-value cache twice; call its Advance after the first."));
            Assert.That(Problem(() => CompiledDecoder.Compile(bare, (x, cache) => bare.Forward(x["x"], x["x"], x["x"], cache: cache).Output,
                [TensorSpec.Of<float>("x", "batch", 1, 4)], Capacity, TestOptions.Default)), Is.EqualTo(
                "the cache of MultiheadAttention would hold float32[batch, 2, 10, 2]; give the inputs of a decoder numbers for all " +
                "extents but that of the tokens."));
        });
    }

    private static string Problem(Action action) => Assert.Throws<GraphException>(action)!.Problem;

    private static CompiledDecoder Compile(TwoLayers model) => CompiledDecoder.Compile(
        model, (x, cache) => model.Forward(x["x"], cache), [TensorSpec.Of<float>("x", Batch, "length", Features)], Capacity,
        TestOptions.Default);

    private static float[] Decode(CompiledDecoder decoder, float[] input, int[] pieces)
    {
        var length = pieces.Sum();
        var result = new float[input.Length];
        var position = 0;
        foreach (var piece in pieces)
        {
            var output = new float[Batch * piece * Features];
            decoder.Step([("x", Piece(input, length, position, piece))], [("output", output)]);
            for (var n = 0; n < Batch; n++)
                output.AsSpan(n * piece * Features, piece * Features).CopyTo(result.AsSpan((n * length + position) * Features));
            position += piece;
            Assert.That(decoder.Position, Is.EqualTo(position));
        }
        return result;
    }

    /// <summary>Rows of [batch, length, features].</summary>
    private static float[] Piece(float[] all, int length, int start, int count) =>
        [.. Enumerable.Range(0, Batch).SelectMany(n => all.AsSpan((n * length + start) * Features, count * Features).ToArray())];

    private static float[] Sequence(int length) => [.. Values.Sequence(Batch * length * Features).Select(v => MathF.Sin(v * v))];

    private sealed class TwoLayers : Module
    {
        private readonly MultiheadAttention _first = new(Features, 4, batchFirst: true, numKeyValueHeads: 2) { Rotary = new() };
        private readonly MultiheadAttention _second = new(Features, 2, batchFirst: true);

        public Tensor Forward(Tensor x, KeyValueCache? cache)
        {
            x += _first.Forward(x, x, x, isCausal: true, cache: cache).Output;
            x += _second.Forward(x, x, x, isCausal: true, cache: cache).Output;
            cache?.Advance(x.Shape[1]);
            return x;
        }
    }

    private sealed class Whole(TwoLayers layers) : Module
    {
        private readonly TwoLayers _layers = layers;

        public override Tensor Forward(Tensor input) => _layers.Forward(input, null);
    }
}
