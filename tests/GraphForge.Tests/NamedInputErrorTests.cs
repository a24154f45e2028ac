using GraphForge.Compiler.Graph;
using GraphForge.Data;
using GraphForge.Layers;
using GraphForge.Optimizers;

namespace GraphForge.Tests;

/// <summary>What a wrong declaration, or a run with wrong arrays, says.</summary>
public sealed class NamedInputErrorTests
{
    private static readonly TensorSpec Tokens = TensorSpec.Of<long>("tokens", "batch", "length");
    private static readonly TensorSpec Mask = TensorSpec.Of<bool>("mask", "batch", 2);

    private static readonly CompiledModel Model = CompiledModel.Compile(new ReLU(),
        x => new NamedTensors { ["sum"] = x["tokens"].Sum(1), ["any"] = x["mask"] }, [Tokens, Mask], TestOptions.Default);

    private static IEnumerable<TestCaseData> WrongInputs()
    {
        yield return Case([("tokens", new long[4])], "the input 'mask' (bool[batch, 2]) was given no values.");
        yield return Case([("tokens", new long[4]), ("tokens", new long[4])], "the input 'tokens' is given twice.");
        yield return Case([("token", new long[4])], "there is no input 'token'; there are 'tokens', 'mask'.");
        yield return Case([("tokens", new int[4]), ("mask", new bool[2])],
            "the input 'tokens' (int64[batch, length]) was given int32 values.");
        yield return Case([("tokens", new long[4]), ("mask", new bool[3])],
            "the input 'mask' (bool[batch, 2]) takes a multiple of 2 values; 3 were given.");
        yield return Case([("tokens", new long[5]), ("mask", new bool[4])],
            "the input 'tokens' (int64[batch, length]) takes a multiple of 2 values with batch = 2; 5 were given.");
        yield return Case([NamedArray.Of("tokens", new long[6], 3, 2), ("mask", new bool[4])],
            "the input 'mask' (bool[batch, 2]) takes 6 values with batch = 3, length = 2; 4 were given.");
        yield return Case([NamedArray.Of("tokens", new long[6], 6), ("mask", new bool[4])],
            "the input 'tokens' (int64[batch, length]) was given [6].");
        yield return Case([NamedArray.Of("mask", new bool[4], 1, 4), ("tokens", new long[6])],
            "the input 'mask' (bool[batch, 2]) was given [1, 4] with batch = 1.");

        static TestCaseData Case(NamedArray[] arrays, string problem) => new(arrays, problem);
    }

    [TestCaseSource(nameof(WrongInputs))]
    public void Wrong_inputs_are_refused(NamedArray[] arrays, string problem) =>
        Assert.That(Problem(() => Model.Run(arrays, [])), Is.EqualTo(problem));

    [Test]
    public void Extents_that_nothing_tells_are_asked_for()
    {
        var model = CompiledModel.Compile(new ReLU(), x => x["tokens"].Sum(1), [Tokens], TestOptions.Default);
        Assert.That(Problem(() => model.Run([("tokens", new long[6])], [])), Is.EqualTo(
            "6 values do not tell the extent batch of the input 'tokens' (int64[batch, length]); " +
            "give its shape: NamedArray.Of(\"tokens\", values, …)."));
        Assert.That(Problem(() => model.Prepare(("batch", 2))), Is.EqualTo("the extent length has no value."));
        Assert.That(Problem(() => model.Prepare(("rows", 2))), Is.EqualTo("no input has an extent rows; there are 'batch', 'length'."));
    }

    [Test]
    public void Wrong_outputs_are_refused()
    {
        Assert.Multiple(() =>
        {
            Assert.That(Problem(() => Run(("sums", new long[2]))), Is.EqualTo("there is no output 'sums'; there are 'sum', 'any'."));
            Assert.That(Problem(() => Run(("sum", new long[3]))), Is.EqualTo("the output 'sum' (int64[2]) has 2 values; the array holds 3 of int64."));
            Assert.That(Problem(() => Run(("any", new byte[4]))), Is.EqualTo("the output 'any' (bool[2, 2]) has 4 values; the array holds 4 of uint8."));
            Assert.That(Problem(() => Run(("sum", new long[2]), ("sum", new long[2]))), Is.EqualTo("the output 'sum' is asked for twice."));
        });

        void Run(params NamedArray[] outputs) => Model.Run([("tokens", new long[6]), ("mask", new bool[4])], outputs);
    }

    [Test]
    public void A_shape_that_does_not_fit_its_values_is_refused() =>
        Assert.That(Problem(() => NamedArray.Of("x", new float[5], 2, 3)), Is.EqualTo("'x' holds 5 values, which do not fill [2, 3]."));

    [Test]
    public void Declarations_are_checked()
    {
        Assert.Multiple(() =>
        {
            Assert.That(Problem(() => Compile([Mask, Mask])), Is.EqualTo("two inputs are named 'mask'; rename one of them."));
            Assert.That(Problem(() => Compile([TensorSpec.Of<float>("x", (Dim)"n" + 1)])), Is.EqualTo(
                "the input 'x' (float32[n + 1]) has an extent n + 1; an input's extents are numbers of at least 0, or names."));
            Assert.That(Problem(() => Compile([TensorSpec.Of<float>("x", "n"), TensorSpec.Of<float>("y", new DimSymbol("n", Minimum: 4))])),
                Is.EqualTo("two extents with different bounds are named n; rename one of them."));
            Assert.That(Problem(() => CompiledModel.Compile(new ReLU(), x => x["masks"], [Mask], TestOptions.Default)),
                Is.EqualTo("there is no tensor 'masks'; there is 'mask'."));
            Assert.That(Problem(() => CompiledModel.Compile(new ReLU(), _ => [], [Mask], TestOptions.Default)),
                Is.EqualTo("there is nothing to compute: the function gives no outputs."));
        });

        static void Compile(TensorSpec[] specs) => CompiledModel.Compile(new ReLU(), x => x["mask"], specs, TestOptions.Default);
    }

    [Test]
    public void Metrics_are_scalars_with_names_of_their_own()
    {
        Assert.Multiple(() =>
        {
            Assert.That(Problem(() => Train(x => new LossAndMetrics(x.Mean()) { ["each"] = x })),
                Is.EqualTo("the metric 'each' must be a scalar but is float32[batch, 2]; take its Mean or Sum."));
            Assert.That(Problem(() => Train(x => new LossAndMetrics(x.Mean()) { ["loss"] = x.Mean() })),
                Is.EqualTo("a metric cannot be named 'loss': that is the loss; rename it."));
            Assert.That(Problem(() => Train(x => x)), Is.EqualTo("the loss must be a float scalar but is float32[batch, 2]; take its Mean or Sum."));
        });
        using var training = Train(x => new LossAndMetrics(x.Mean()) { ["sum"] = x.Sum() });
        Assert.That(Problem(() => _ = training.Step(("x", new float[2]))["mean"]), Is.EqualTo("there is no metric 'mean'; there are 'sum'."));
    }

    [Test]
    public void A_parameter_of_another_model_is_not_trained()
    {
        var (model, other) = (new Linear(2, 2), new Linear(2, 2));
        Assert.That(Problem(() => Training.Compile(model, x => model.Forward(x["x"]).Sum(), new SGD(), [TensorSpec.Of<float>("x", "batch", 2)],
            other.Parameters(), TestOptions.Default)), Is.EqualTo(
            "the parameter 'Parameter' is to be trained, but is not one of the model Linear; compile a model that holds it."));
    }

    [Test]
    public void Training_by_named_inputs_takes_no_data_set()
    {
        using var training = Train(x => x.Mean());
        const string problem = "this training was compiled with named inputs, 'x' (float32[batch, 2]); " +
            "only one compiled with a loss and a BatchSpec takes samples and targets.";
        Assert.That(Problem(() => training.Step(new float[2], new long[1])), Is.EqualTo(problem));
        Assert.That(Problem(() => training.Evaluate(new ArrayDataset(new float[2], [2], [0]))), Is.EqualTo(problem));
    }

    [Test]
    public void A_model_compiled_with_names_is_run_by_names() =>
        Assert.That(Problem(() => Model.Run(new float[4], new float[4])), Is.EqualTo(
            "the model was compiled with named inputs, 'tokens' (int64[batch, length]), 'mask' (bool[batch, 2]); run it with these."));

    [Test]
    public void A_module_with_a_forward_of_its_own_is_no_layer_of_a_sequential() =>
        Assert.That(Problem(() => CompiledModel.Compile(new Sequential(new Adder()), [2], TestOptions.Default)), Is.EqualTo(
            "Adder '0' does not make one tensor from one tensor; call a Forward of its own from a module of yours."));

    private static Training Train(Func<Tensor, LossAndMetrics> loss)
    {
        var model = new Linear(2, 2);
        return Training.Compile(model, x => loss(model.Forward(x["x"])), new SGD(), [TensorSpec.Of<float>("x", "batch", 2)], options: TestOptions.Default);
    }

    private static string Problem(Action action) => Assert.Throws<GraphException>(action)!.Problem;

    private sealed class Adder : Module
    {
        public static Tensor Forward(Tensor left, Tensor right) => left + right;
    }
}
