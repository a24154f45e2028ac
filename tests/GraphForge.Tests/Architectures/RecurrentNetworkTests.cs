using GraphForge.Compiler.Graph;
using GraphForge.Layers;
using GraphForge.Optimizers;

namespace GraphForge.Tests.Architectures;

/// <summary>Recurrent networks learn rules that only a state kept from step to step can follow.</summary>
public sealed class RecurrentNetworkTests
{
    private const int Batch = 32, Steps = 12, Symbols = 4;

    /// <summary>Reads symbols and says, at the end, which one was read first.</summary>
    private sealed class FirstSymbol(Func<Tensor, Tensor> read, Module network, int features) : Module
    {
        private readonly Embedding _embedding = new(Symbols, 8);
        private readonly Linear _head = new(features, Symbols);

        public Module Network { get; } = network;

        public override Tensor Forward(Tensor symbols) => _head.Forward(read(_embedding.Forward(symbols)));
    }

    [Test]
    public void A_plain_network_remembers_the_first_symbol()
    {
        var rnn = new RNN(8, 32, batchFirst: true);
        AssertLearns(new FirstSymbol(x => rnn.Forward(x).Hidden[0], rnn, 32), Steps);
    }

    [Test]
    public void An_LSTM_remembers_the_first_symbol()
    {
        var lstm = new LSTM(8, 32, batchFirst: true);
        AssertLearns(new FirstSymbol(x => lstm.Forward(x).State.Hidden[0], lstm, 32), 8);
    }

    [Test]
    public void A_GRU_remembers_the_first_symbol()
    {
        var gru = new GRU(8, 32, batchFirst: true);
        AssertLearns(new FirstSymbol(x => gru.Forward(x).Hidden[0], gru, 32), 8);
    }

    [Test]
    public void A_bidirectional_network_reads_sequences_of_unequal_length()
    {
        var model = new Ends();
        using var training = Training.Compile(model,
            x => Losses.CrossEntropy(model.Forward(x["symbols"], x["lengths"]), x["ends"]), new AdamW(learningRate: 0.01),
            [TensorSpec.Of<long>("symbols", Batch, Steps), TensorSpec.Of<long>("lengths", Batch), TensorSpec.Of<long>("ends", Batch)],
            options: TestOptions.Default);
        var random = new Random(5);
        var loss = 1f;
        for (var step = 0; step < 150; step++)
        {
            var symbols = Draw(random, Batch * Steps, 0, Symbols);
            var lengths = Draw(random, Batch, 1, Steps + 1);
            long[] ends = [.. lengths.Select((length, i) => symbols[i * Steps] * Symbols + symbols[i * Steps + length - 1])];
            loss = training.Step(("symbols", symbols), ("lengths", lengths), ("ends", ends)).Loss;
        }
        // Guessing one end costs log 4 = 1.4, guessing both twice that.
        Assert.That(loss, Is.LessThan(0.1));
    }

    /// <summary>The first and the last symbol of each sequence, as one of 16 pairs.</summary>
    private sealed class Ends : Module
    {
        private readonly Embedding _embedding = new(Symbols, 8);
        private readonly GRU _gru = new(8, 24, batchFirst: true, bidirectional: true);
        private readonly Linear _head = new(48, Symbols * Symbols);

        public Tensor Forward(Tensor symbols, Tensor lengths)
        {
            var (_, hidden) = _gru.Forward(_embedding.Forward(symbols), lengths: lengths);
            return _head.Forward(Tensor.Cat([hidden[0], hidden[1]], -1));
        }
    }

    [Test]
    public void Mamba_remembers_the_one_symbol_that_is_marked()
    {
        var model = new Marked();
        using var training = Training.Compile(model, x => Losses.CrossEntropy(model.Forward(x["symbols"]), x["marked"]),
            new AdamW(learningRate: 0.01), [TensorSpec.Of<long>("symbols", Batch, Steps), TensorSpec.Of<long>("marked", Batch)],
            options: TestOptions.Default);
        var random = new Random(7);
        var loss = 1f;
        for (var step = 0; step < 200; step++)
        {
            var symbols = Draw(random, Batch * Steps, 0, Symbols);
            var marked = new long[Batch];
            for (var i = 0; i < Batch; i++)
            {
                // Marked symbols are a second alphabet.
                ref var symbol = ref symbols[i * Steps + random.Next(Steps)];
                marked[i] = symbol;
                symbol += Symbols;
            }
            loss = training.Step(("symbols", symbols), ("marked", marked)).Loss;
        }
        Assert.That(loss, Is.LessThan(0.1));
    }

    private sealed class Marked : Module
    {
        private readonly Embedding _embedding = new(2 * Symbols, 16);
        private readonly RMSNorm _norm = new(16);
        private readonly Mamba _mamba = new(16, dState: 8);
        private readonly Linear _head = new(16, Symbols);

        public override Tensor Forward(Tensor symbols)
        {
            var x = _embedding.Forward(symbols);
            return _head.Forward((x + _mamba.Forward(_norm.Forward(x)))[.., -1]);
        }
    }

    [Test]
    public void A_network_learns_to_spell_without_being_told_where_by_CTC()
    {
        const int frames = 10, length = 3;
        var model = new Speller();
        using var training = Training.Compile(model,
            x => Functional.CtcLoss(model.Forward(x["sound"]).LogSoftmax(-1), x["text"], x["frames"], x["lengths"]), new AdamW(learningRate: 0.01),
            [TensorSpec.Of<float>("sound", frames, Batch, Symbols), TensorSpec.Of<long>("text", Batch, length),
                TensorSpec.Of<long>("frames", Batch), TensorSpec.Of<long>("lengths", Batch)],
            options: TestOptions.Default);
        long[] allFrames = [.. Enumerable.Repeat((long)frames, Batch)], allLetters = [.. Enumerable.Repeat((long)length, Batch)];
        var random = new Random(11);
        var loss = 1f;
        for (var step = 0; step < 200; step++)
        {
            var text = Draw(random, Batch * length, 1, Symbols + 1);
            var sound = new float[frames * Batch * Symbols];
            for (var i = 0; i < Batch; i++)
                for (var letter = 0; letter < length; letter++)
                    for (var (frame, last) = (letter * 3 + random.Next(2), letter * 3 + 2); frame <= last; frame++)
                        sound[(frame * Batch + i) * Symbols + text[i * length + letter] - 1] = 1;
            loss = training.Step(("sound", sound), ("text", text), ("frames", allFrames), ("lengths", allLetters)).Loss;
        }
        Assert.That(loss, Is.LessThan(0.1));
    }

    /// <summary>Class 0 is the blank.</summary>
    private sealed class Speller : Module
    {
        private readonly GRU _gru = new(Symbols, 32, bidirectional: true);
        private readonly Linear _head = new(64, Symbols + 1);

        public override Tensor Forward(Tensor sound) => _head.Forward(_gru.Forward(sound).Output);
    }

    private static void AssertLearns(FirstSymbol model, int steps)
    {
        using var training = Training.Compile(model, x => Losses.CrossEntropy(model.Forward(x["symbols"]), x["first"]),
            new AdamW(learningRate: 0.01), [TensorSpec.Of<long>("symbols", Batch, steps), TensorSpec.Of<long>("first", Batch)],
            options: TestOptions.Default);
        var random = new Random(3);
        var loss = 1f;
        for (var step = 0; step < 200; step++)
        {
            var symbols = Draw(random, Batch * steps, 0, Symbols);
            long[] first = [.. Enumerable.Range(0, Batch).Select(i => symbols[i * steps])];
            loss = training.Step(("symbols", symbols), ("first", first)).Loss;
        }
        // Without a way back through all steps the loss stays at that of guessing, log 4 = 1.4.
        Assert.That(loss, Is.LessThan(0.1));
    }

    private static long[] Draw(Random random, int count, int low, int high)
    {
        var values = new long[count];
        for (var i = 0; i < count; i++) values[i] = random.Next(low, high);
        return values;
    }
}
