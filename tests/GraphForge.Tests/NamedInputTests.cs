using GraphForge.Compiler.Graph;
using GraphForge.Initialization;
using GraphForge.Layers;
using GraphForge.Optimizers;
using GraphForge.Runtime;

namespace GraphForge.Tests;

/// <summary>Models and losses of any named inputs and outputs.</summary>
public sealed class NamedInputTests
{
    [Test]
    public void A_model_of_several_inputs_trains_and_reports_metrics()
    {
        var model = new Bilinear();
        using var training = Compile(model);
        float[] left = [1, 2, 3, 4], right = [1, 0, 0, 1], target = [2, 3];
        StepMetrics last = default;
        for (var step = 0; step < 300; step++) last = training.Step(("right", right), ("target", target), ("left", left));
        Assert.Multiple(() =>
        {
            Assert.That(last.Loss, Is.LessThan(1e-4));
            Assert.That(last.Names, Is.EqualTo(new[] { "largest", "rows" }));
            Assert.That(last["largest"], Is.EqualTo(3).Within(0.05));
            Assert.That(last["rows"], Is.EqualTo(2));
            Assert.That(training.Evaluate(("left", left), ("right", right), ("target", target)).Loss, Is.EqualTo(last.Loss).Within(1e-3));
            Assert.That(training.Steps, Is.EqualTo(300));
        });
    }

    [Test]
    public void A_step_over_named_arrays_allocates_nothing()
    {
        if (TestOptions.Backend == Backend.Reference) Assert.Ignore("The reference interpreter allocates.");
        using var training = Compile(new Bilinear());
        float[] left = [1, 2, 3, 4], right = [1, 0, 0, 1], target = [2, 3];
        for (var warmUp = 0; warmUp < 10; warmUp++) Both();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var step = 0; step < 10; step++) Both();
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);

        void Both()
        {
            training.Step(("left", left), ("right", right), ("target", target));
            training.Evaluate(("left", left), ("right", right), ("target", target));
        }
    }

    [Test]
    public void Every_element_type_goes_in_and_out()
    {
        var compiled = CompiledModel.Compile(new ReLU(), x => new NamedTensors
        {
            ["bool"] = x["bool"].Eq(false),
            ["byte"] = x["byte"] + 1,
            ["int"] = x["int"] + 1,
            ["long"] = x["long"] + 1,
            ["float"] = x["float"] + 1,
            ["double"] = x["double"] + 1,
        }, [TensorSpec.Of<bool>("bool", 2), TensorSpec.Of<byte>("byte", 2), TensorSpec.Of<int>("int", 2), TensorSpec.Of<long>("long", 2),
            TensorSpec.Of<float>("float", 2), TensorSpec.Of<double>("double", 2)], TestOptions.Default);
        bool[] bools = [true, false];
        byte[] bytes = [1, 254];
        int[] ints = [-5, 5];
        long[] longs = [-(1L << 40), 7];
        float[] floats = [0.5f, -1];
        double[] doubles = [1e-9, 3];
        compiled.Run(
            [("bool", bools), ("byte", bytes), ("int", ints), ("long", longs), ("float", floats), ("double", doubles)],
            [("double", doubles), ("float", floats), ("long", longs), ("int", ints), ("byte", bytes), ("bool", bools)]);
        Assert.Multiple(() =>
        {
            Assert.That(bools, Is.EqualTo(new[] { false, true }));
            Assert.That(bytes, Is.EqualTo(new byte[] { 2, 255 }));
            Assert.That(ints, Is.EqualTo(new[] { -4, 6 }));
            Assert.That(longs, Is.EqualTo(new[] { 1 - (1L << 40), 8 }));
            Assert.That(floats, Is.EqualTo(new[] { 1.5f, 0 }));
            Assert.That(doubles, Is.EqualTo(new[] { 1 + 1e-9, 4 }));
        });
    }

    [Test]
    public void A_state_goes_in_and_comes_out_for_decoding()
    {
        var compiled = CompiledModel.Compile(new ReLU(), x =>
        {
            var next = x["state"] * 2 + x["token"].To(DType.Float32).Unsqueeze(1);
            return new NamedTensors { ["next"] = next.ArgMax(1), ["state"] = next };
        }, [TensorSpec.Of<long>("token", "batch"), TensorSpec.Of<float>("state", "batch", 2)], TestOptions.Default);
        long[] token = [1];
        float[] state = [0, 1];
        for (var step = 0; step < 3; step++) compiled.Run([("token", token), ("state", state)], [("next", token), ("state", state)]);
        // [1, 3], then 1: [3, 7], then 1: [7, 15].
        Assert.That((token[0], state), Is.EqualTo((1L, new float[] { 7, 15 })));
    }

    [Test]
    public void A_run_of_a_compiled_model_allocates_nothing()
    {
        if (TestOptions.Backend == Backend.Reference) Assert.Ignore("The reference interpreter allocates.");
        var compiled = Sums();
        long[] tokens = [1, 2, 3, 4, 5, 6], sums = new long[2];
        Run();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var run = 0; run < 10; run++) Run();
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);

        void Run() => compiled.Run([NamedArray.Of("tokens", tokens), ("weights", Weights)], [("sums", sums)]);
    }

    [Test]
    public void Extents_follow_from_the_other_inputs_or_from_a_given_shape()
    {
        var compiled = Sums();
        var sums = new long[3];
        compiled.Run([("tokens", new long[] { 1, 2, 3, 4, 5, 6 }), ("weights", new long[] { 1, 10 })], [("sums", sums)]);
        Assert.That(sums, Is.EqualTo(new long[] { 12, 34, 56 }));
        compiled.Run([NamedArray.Of("tokens", [1L, 2, 3, 4, 5, 6], 3, 2), ("weights", new long[] { 10, 1 })], [("sums", sums)]);
        Assert.That(sums, Is.EqualTo(new long[] { 21, 43, 65 }));
    }

    [Test]
    public void A_segment_of_an_array_is_an_input()
    {
        var compiled = Sums();
        var sums = new long[4];
        compiled.Run([NamedArray.Of("tokens", new ArraySegment<long>([9, 1, 2, 3, 9], 1, 3)), ("weights", Weights)],
            [NamedArray.Of("sums", new ArraySegment<long>(sums, 2, 1))]);
        Assert.That(sums, Is.EqualTo(new long[] { 0, 0, 321, 0 }));
    }

    [Test]
    public void Inputs_of_two_programs_are_two_nodes()
    {
        var (first, second) = (new Recording(), new Recording());
        foreach (var model in new[] { first, second }) CompiledModel.Compile(model, [3], TestOptions.Default);
        Assert.That(first.Seen, Is.Not.SameAs(second.Seen));
    }

    private static readonly long[] Weights = [100, 10, 1];

    /// <summary>Σ tokens · weights over the length, reversed so that the order shows.</summary>
    private static CompiledModel Sums() => CompiledModel.Compile(new ReLU(),
        x => new NamedTensors { ["sums"] = (x["tokens"] * x["weights"].Flip(0)).Sum(1) },
        [TensorSpec.Of<long>("tokens", "batch", "length"), TensorSpec.Of<long>("weights", "length")], TestOptions.Default);

    private static Training Compile(Bilinear model) => Training.Compile(model, x =>
        {
            var prediction = model.Forward(x["left"], x["right"]);
            return new LossAndMetrics(Losses.Mse(prediction, x["target"]))
            {
                ["largest"] = prediction.Max(),
                ["rows"] = Tensor.SizeOf(prediction.Shape[0]),
            };
        }, new AdamW(0.05, weightDecay: 0),
        [TensorSpec.Of<float>("left", "batch", 2), TensorSpec.Of<float>("right", "batch", 2), TensorSpec.Of<float>("target", "batch")],
        options: TestOptions.Default);

    private sealed class Bilinear : Module
    {
        private readonly Parameter _weight = new(Init.Uniform(-0.5, 0.5), 2, 2);

        public Tensor Forward(Tensor left, Tensor right) => (Functional.Linear(left, _weight) * right).Sum(1);
    }

    private sealed class Recording : Module
    {
        public Node? Seen { get; private set; }

        public override Tensor Forward(Tensor input)
        {
            var output = input * 2;
            Seen = output.Node;
            return output;
        }
    }
}
