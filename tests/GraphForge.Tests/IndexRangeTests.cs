using System.Runtime.CompilerServices;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Layers;
using GraphForge.Optimizers;
using GraphForge.Runtime;

namespace GraphForge.Tests;

/// <summary>Inputs with class numbers or positions that are out of range: refused with the whole text, and nothing is changed.</summary>
public sealed class IndexRangeTests
{
    private static readonly TensorSpec[] Specs = [TensorSpec.Of<long>("tokens", "batch", 3), TensorSpec.Of<long>("label", "batch")];

    [Test]
    public void A_training_refuses_a_label_and_stays_as_it_is()
    {
        var model = new Tagger();
        var line = Line() + 1;
        LossAndMetrics Loss(NamedTensors x) => Losses.CrossEntropy(model.Forward(x["tokens"]), x["label"]);
        using var training = Training.Compile(model, Loss, new AdamW(0.1), Specs, options: TestOptions.Default);
        long[] tokens = [0, 1, 2, 3, 4, 0];
        var loss = training.Evaluate(("tokens", tokens), ("label", new long[] { 0, 1 })).Loss;
        var parameters = Values(model);
        var problem =
            $"IndexRangeTests.cs({line}): error GF0301: element 1 of the input 'label' is 2, but cross-entropy takes classes 0..1.";
        Assert.Multiple(() =>
        {
            Assert.That(Error(() => training.Step(("tokens", tokens), ("label", new long[] { 0, 2 }))).Message, Is.EqualTo(problem));
            Assert.That(Error(() => training.Evaluate(("tokens", tokens), ("label", new long[] { 0, 2 }))).Message, Is.EqualTo(problem));
            Assert.That(Error(() => training.Profile(("tokens", tokens), ("label", new long[] { 0, 2 }))).Message, Is.EqualTo(problem));
            Assert.That(Error(() => training.Step(("label", new long[] { 0, 1 }), ("tokens", new long[] { 0, 1, 2, 3, -4, 0 }))).Message,
                Is.EqualTo($"IndexRangeTests.cs({model.TableLine}): error GF0301: element 4 of the input 'tokens' is -4, " +
                    "but Embedding 'table' has rows 0..4."));
        });
        Assert.That(training.Steps, Is.Zero);
        Assert.That(Values(model), Is.EqualTo(parameters));
        Assert.That(training.Evaluate(("tokens", tokens), ("label", new long[] { 0, 1 })).Loss, Is.EqualTo(loss));
    }

    [Test]
    public void A_compiled_model_refuses_a_token_and_computes_nothing()
    {
        var model = new Tagger();
        var compiled = CompiledModel.Compile(model, x => new NamedTensors { ["logits"] = model.Forward(x["tokens"]) },
            [Specs[0]], TestOptions.Default);
        float[] logits = [7, 7];
        Assert.That(Error(() => compiled.Run([("tokens", new long[] { 0, 5, 9 })], [("logits", logits)])).Message, Is.EqualTo(
            $"IndexRangeTests.cs({model.TableLine}): error GF0301: element 1 of the input 'tokens' is 5, but Embedding 'table' has rows 0..4."));
        Assert.That(logits, Is.EqualTo(new float[] { 7, 7 }));
    }

    [Test]
    public void A_fit_refuses_data_before_it_starts()
    {
        var model = new Tagger();
        using var training = Training.Compile(model, x => Losses.CrossEntropy(model.Forward(x["tokens"]), x["label"]), new SGD(0.1), Specs,
            options: TestOptions.Default);
        var good = new TensorDataset(3, ("tokens", new long[9]), ("label", new long[3]));
        var bad = new TensorDataset(3, ("tokens", new long[] { 0, 0, 0, 0, 0, 0, 0, 0, 5 }), ("label", new long[3]));
        const string problem = "element 8 of the input 'tokens' is 5, but Embedding 'table' has rows 0..4.";
        Assert.Multiple(() =>
        {
            Assert.That(Error(() => training.FitAsync(bad, batchSize: 2, epochs: 1)).Problem, Is.EqualTo(problem));
            Assert.That(Error(() => training.FitAsync(good, batchSize: 2, epochs: 1, bad)).Problem, Is.EqualTo(problem));
            Assert.That(Error(() => training.Evaluate(bad, batchSize: 2)).Problem, Is.EqualTo(problem));
        });
        Assert.That(training.Compilations, Is.Zero);
    }

    [Test]
    public void Samples_that_are_indices_are_checked_as_targets_are()
    {
        var model = new Tagger();
        using var training = Training.Compile(
            model, Losses.CrossEntropy, new SGD(0.1), new BatchSpec(2, new(DType.Int64, [3]), new(DType.Int64, [])), TestOptions.Default);
        Assert.That(Error(() => training.Step<long, long>([0, 0, 0, 0, 9, 0], [0, 1])).Problem,
            Is.EqualTo("element 4 of the input 'samples' is 9, but Embedding 'table' has rows 0..4."));
    }

    [Test]
    public void Class_numbers_that_only_the_accuracy_reads_are_checked()
    {
        using var training = Training.Compile(new Linear(2, 2), (prediction, target) => (prediction[.., 0] - target).Square().Mean(),
            new SGD(0.1), BatchSpec.Of(2, 2), TestOptions.Default);
        Assert.That(Error(() => training.Step<float, long>(new float[4], [1, 2])).Problem,
            Is.EqualTo("element 1 of the input 'targets' is 2, but the accuracy takes classes 0..1."));
    }

    [Test]
    public void The_ignored_label_is_allowed()
    {
        var model = Compile(x => Functional.CrossEntropy(Tensor.Zeros([2, 4]), x["x"]), TensorSpec.Of<int>("x", 2));
        Run(model, [3, -100]);
        Assert.That(Error(() => Run(model, [-100, -1])).Problem,
            Is.EqualTo("element 1 of the input 'x' is -1, but cross-entropy takes classes 0..3, and ignores -100."));
        var nll = Compile(x => Functional.NllLoss(Tensor.Zeros([2, 4]), x["x"], ignoreIndex: 2), TensorSpec.Of<int>("x", 2));
        Run(nll, [3, 2]);
        Assert.That(Error(() => Run(nll, [4, 0])).Problem,
            Is.EqualTo("element 0 of the input 'x' is 4, but negative log-likelihood takes classes 0..3."));
    }

    private static IEnumerable<TestCaseData> Moved()
    {
        yield return Row("reshaped", x => x.Reshape(3, 2));
        yield return Row("permuted", x => x.Transpose(0, 1));
        yield return Row("unsqueezed", x => x.Unsqueeze(1));
        yield return Row("expanded", x => x.Unsqueeze(0).Expand(4, 2, 3));
        yield return Row("flipped", x => x.Flip(0));
        yield return Row("widened", x => x.To(DType.Int64).Flatten());

        static TestCaseData Row(string name, Func<Tensor, Tensor> move) => new TestCaseData(move).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Moved))]
    public void A_moved_input_is_told_by_its_own_positions(Func<Tensor, Tensor> move)
    {
        var model = Compile(x => Functional.Embedding(move(x["x"]), Tensor.Zeros([7, 2])), TensorSpec.Of<int>("x", 2, 3));
        Run(model, [0, 1, 2, 3, 4, 6]);
        Assert.That(Error(() => Run(model, [0, 1, 2, 7, 4, 5])).Problem,
            Is.EqualTo("element 3 of the input 'x' is 7, but embedding has rows 0..6."));
    }

    private static IEnumerable<TestCaseData> Parts()
    {
        yield return Row("all but the last column", x => x[.., ..^1], [0, 1, 3, 4]);
        yield return Row("one column", x => x[.., 1], [1, 4]);
        yield return Row("one row", x => x[1], [3, 4, 5]);
        yield return Row("a part of a part", x => x[.., 1..][.., 1..], [2, 5]);
        yield return Row("every other column", x => new Tensor(x.Node.Slice(1, 0, 2, step: 2)), [0, 2, 3, 5]);
        yield return Row("a part of a reshaped input", x => x.Reshape(-1)[2..], []);

        static TestCaseData Row(string name, Func<Tensor, Tensor> cut, int[] read) => new TestCaseData(cut, read).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Parts))]
    public void Only_the_elements_that_are_read_are_checked(Func<Tensor, Tensor> cut, int[] read)
    {
        var model = Compile(x => Functional.Embedding(cut(x["x"]), Tensor.Zeros([7, 2])), TensorSpec.Of<int>("x", "rows", 3));
        for (var i = 0; i < 6; i++)
        {
            var values = new int[6];
            values[i] = -1;
            if (read.Contains(i)) Assert.That(Error(() => Run(model, values)).Problem, Does.StartWith($"element {i} of "));
            else Assert.That(() => Run(model, values), Throws.Nothing);
        }
    }

    [Test]
    public void Computed_indices_are_not_checked()
    {
        var model = Compile(x => Functional.Embedding(x["x"].Clamp(0, 6), Tensor.Zeros([7, 2])), TensorSpec.Of<int>("x", 2));
        Assert.That(() => Run(model, [-3, 9]), Throws.Nothing);
    }

    [Test]
    public void Indices_that_a_branch_may_not_read_are_not_checked()
    {
        var model = Compile(
            x => Functional.Cond(x["x"].Sum() > 0, _ => [Rows(x["x"])], _ => [Tensor.Zeros([2, 2])])[0], TensorSpec.Of<int>("x", 2));
        Assert.That(() => Run(model, [-3, -9]), Throws.Nothing);

        static Tensor Rows(Tensor indices) => Functional.Embedding(indices, Tensor.Zeros([7, 2]));
    }

    [Test]
    public void A_range_may_depend_on_an_extent()
    {
        var model = CompiledModel.Compile(new ReLU(), x => Functional.CrossEntropy(x["scores"], x["place"]),
            [TensorSpec.Of<float>("scores", "batch", "length"), TensorSpec.Of<byte>("place", "batch")], TestOptions.Default);
        Step(length: 5);
        Assert.That(Error(() => Step(length: 4)).Problem,
            Is.EqualTo("element 1 of the input 'place' is 4, but cross-entropy takes classes 0..3, and ignores -100."));

        void Step(int length) => model.Run(
            [NamedArray.Of("scores", new float[2 * length], 2, length), ("place", new byte[] { 0, 4 })], []);
    }

    [Test]
    public void Lengths_of_sequences_lie_within_their_frames()
    {
        var model = CompiledModel.Compile(new ReLU(),
            x => Functional.CtcLoss(Tensor.Zeros([4, 2, 3]).LogSoftmax(2), Tensor.Ones([2, 2], DType.Int64), x["frames"], x["labels"]),
            [TensorSpec.Of<long>("frames", 2), TensorSpec.Of<long>("labels", 2)], TestOptions.Default);
        model.Run([("frames", new long[] { 4, 0 }), ("labels", new long[] { 2, 0 })], []);
        Assert.Multiple(() =>
        {
            Assert.That(Error(() => model.Run([("frames", new long[] { 4, 5 }), ("labels", new long[] { 2, 0 })], [])).Problem,
                Is.EqualTo("element 1 of the input 'frames' is 5, but ctc loss takes lengths 0..4."));
            Assert.That(Error(() => model.Run([("frames", new long[] { 4, 4 }), ("labels", new long[] { -1, 0 })], [])).Problem,
                Is.EqualTo("element 0 of the input 'labels' is -1, but ctc loss takes lengths 0..2."));
        });
    }

    [Test]
    public void A_decoder_refuses_a_token_and_stays_where_it_is()
    {
        var (table, attention) = (new EmbeddingBag(5, 4), new MultiheadAttention(4, 2, batchFirst: true));
        var model = new Sequential(table, attention);
        var decoder = CompiledDecoder.Compile(model, (x, cache) =>
        {
            var tokens = table.Forward(x["tokens"].Unsqueeze(-1)).Unsqueeze(0);
            cache.Advance(tokens.Shape[1]);
            return attention.Forward(tokens, tokens, tokens, isCausal: true, cache: cache).Output;
        }, [TensorSpec.Of<long>("tokens", "length")], capacity: 4, TestOptions.Default);
        decoder.Step([("tokens", new long[] { 4 })], []);
        Assert.That(Error(() => decoder.Step([("tokens", new long[] { 5 })], [])).Problem,
            Is.EqualTo("element 0 of the input 'tokens' is 5, but EmbeddingBag '0' has rows 0..4."));
        Assert.That(decoder.Position, Is.EqualTo(1));
    }

    [Test]
    public void Checking_allocates_nothing()
    {
        if (TestOptions.Backend == Backend.Reference) Assert.Ignore("The reference interpreter allocates.");
        var model = new Tagger();
        using var training = Training.Compile(model, x => Losses.CrossEntropy(model.Forward(x["tokens"]), x["label"]), new SGD(0.1), Specs,
            options: TestOptions.Default);
        long[] tokens = [0, 1, 2], label = [1];
        for (var warmUp = 0; warmUp < 10; warmUp++) training.Step(("tokens", tokens), ("label", label));
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var step = 0; step < 10; step++) training.Step(("tokens", tokens), ("label", label));
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    private static CompiledModel Compile(Func<NamedTensors, NamedTensors> function, TensorSpec input) =>
        CompiledModel.Compile(new ReLU(), function, [input], TestOptions.Default);

    private static void Run(CompiledModel model, int[] x) => model.Run([("x", x)], []);

    private static GraphException Error(Action action) => Assert.Throws<GraphException>(action)!;

    private static float[] Values(Module model) => [.. model.Parameters().SelectMany(p => p.AsSpan<float>().ToArray())];

    private static int Line([CallerLineNumber] int line = 0) => line;

    /// <summary>Classes of three tokens.</summary>
    private sealed class Tagger : Module
    {
        private readonly Embedding _table;
        private readonly Linear _head = new(4, 2);

        public Tagger()
        {
            _table = new Embedding(5, 4); TableLine = Line();
        }

        public int TableLine { get; }

        public override Tensor Forward(Tensor tokens) => _head.Forward(_table.Forward(tokens).Mean(1));
    }
}
