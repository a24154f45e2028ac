using System.Runtime.CompilerServices;
using GraphForge.Compiler.Graph;
using GraphForge.Layers;
using GraphForge.Optimizers;
using GraphForge.Runtime;

namespace GraphForge.Tests;

/// <summary>Whole texts of the mistakes a user makes while writing a model, with the line that made the layer.</summary>
public sealed class ErrorTextTests
{
    [Test]
    public void A_layer_that_does_not_fit_is_named_with_the_line_that_made_it()
    {
        var model = new Mismatched();
        Assert.That(Text(() => CompiledModel.Compile(model, [784], TestOptions.Default)), Is.EqualTo(
            $"ErrorTextTests.cs({model.Fc2Line}): error GF0101: Linear 'fc2' takes [..., 256] but was given [batch, 128]; " +
            "make its inFeatures 128, or let the layer before it give 256 features."));
    }

    [Test]
    public void A_layer_of_a_sequential_is_named_by_its_position()
    {
        var model = new Sequential(new Flatten(), new Conv2d(3, 4, kernelSize: 3)); var line = Line();
        Assert.That(Text(() => CompiledModel.Compile(model, [3, 8, 8], TestOptions.Default)), Is.EqualTo(
            $"ErrorTextTests.cs({line}): error GF0101: Conv2d '1' takes [N, 3, H, W] but was given [batch, 192]; " +
            "reshape the input to a batch of images with channels."));
    }

    private static IEnumerable<TestCaseData> WrongImages()
    {
        yield return new TestCaseData(() => new Conv2d(3, 4, 3), Shape.Of(1, 8, 8),
            "Conv2d takes [N, 3, H, W] but was given [batch, 1, 8, 8]; make its inChannels 1.");
        yield return new TestCaseData(() => new Conv2d(1, 4, 5), Shape.Of(1, 4, 8),
            "Conv2d has a kernel that reaches over height 5 but was given [batch, 1, 4, 8] with padding 0; use a smaller kernel or more padding.");
        yield return new TestCaseData(() => new MaxPool2d(3), Shape.Of(1, 4, 2),
            "MaxPool2d has windows that reach over width 3 but was given [batch, 1, 4, 2] with padding 0; use a smaller kernelSize.");
        yield return new TestCaseData(() => new AvgPool2d(3), Shape.Of(9),
            "AvgPool2d takes [N, C, H, W] but was given [batch, 9]; reshape the input to a batch of images with channels.");
    }

    [TestCaseSource(nameof(WrongImages))]
    public void An_image_that_does_not_fit_is_refused(Func<Module> layer, Shape input, string problem) =>
        Assert.That(Problem(() => CompiledModel.Compile(layer(), input, TestOptions.Default)), Is.EqualTo(problem));

    private static IEnumerable<TestCaseData> WrongSettings()
    {
        yield return new TestCaseData(() => new Linear(0, 3), "Linear needs at least one feature on both sides but was given 0 → 3.");
        yield return new TestCaseData(() => new Dropout(1.5), "Dropout takes a probability in 0..1 but was given 1.5.");
        yield return new TestCaseData(() => new Conv2d(1, 2, (0, 3)), "Conv2d needs a kernelSize of at least 1 but was given (0, 3).");
        yield return new TestCaseData(() => new Conv2d(1, 2, 3, dilation: -1), "Conv2d needs a dilation of at least 1 but was given -1.");
        yield return new TestCaseData(() => new Conv2d(4, 6, 3, groups: 4),
            "Conv2d needs groups that divide both 4 and 6 channels but was given 4.");
        yield return new TestCaseData(() => new MaxPool2d(2, padding: 2),
            "MaxPool2d needs a padding of at most half its kernelSize 2 but was given 2.");
    }

    [TestCaseSource(nameof(WrongSettings))]
    public void A_setting_out_of_range_is_refused(Func<Module> layer, string problem) =>
        Assert.That(Problem(() => layer()), Is.EqualTo(problem));

    private static IEnumerable<TestCaseData> WrongTensors()
    {
        var x = Tensor.Input("x", DType.Float32, 2, 3);
        yield return new TestCaseData(() => x.Reshape(-1, 4),
            "reshape cannot turn float32[2, 3] into [-1, 4]: 6 elements leave no whole extent for -1.");
        yield return new TestCaseData(() => x[.., 1..5], "index: 1..5 lies outside axis 1 of float32[2, 3].");
        yield return new TestCaseData(() => x[2], "index: 2 lies outside axis 0 of float32[2, 3].");
        yield return new TestCaseData(() => x[0, 0, 0], "index: float32[2, 3] has 2 axes, got 3 indices.");
        yield return new TestCaseData(() => x.Flatten(1, 0), "flatten of float32[2, 3]: startDim 1 comes after endDim 0.");
        yield return new TestCaseData(() => x.Flatten(2), "flatten has no axis 2 in float32[2, 3]; axes run from -2 to 1.");
        yield return new TestCaseData(() => Tensor.Cat([]), "cat needs at least one tensor.");
        yield return new TestCaseData(() => Tensor.Constant<float>([1, 2], 3),
            "constant: 2 values do not fill the shape [3], which holds 3.");
    }

    [TestCaseSource(nameof(WrongTensors))]
    public void A_function_that_does_not_fit_its_tensor_is_refused(Func<Tensor> function, string problem) =>
        Assert.That(Problem(() => function()), Is.EqualTo(problem));

    [Test]
    public void Broadcasting_that_fails_names_the_line_in_the_forward_function()
    {
        var model = new AddsTheWrongShape();
        Assert.That(Text(() => CompiledModel.Compile(model, [4], TestOptions.Default)), Is.EqualTo(
            $"ErrorTextTests.cs({AddsTheWrongShape.AddLine}): error GF0101: add cannot broadcast float32[batch, 4] with float32[3]: " +
            "axis -1 has extents 4 and 3, and neither is 1; reshape or permute one operand."));
    }

    [Test]
    public void A_loss_must_be_a_scalar()
    {
        Loss perSample = (prediction, target) => (prediction - target).Square().Sum(1);
        Assert.That(Problem(() => Training.Compile(new Linear(2, 2), perSample, new SGD(), BatchSpec.Of(4, 2).WithTarget(2), TestOptions.Default)),
            Is.EqualTo("the loss must be a float scalar but is float32[batch]; take its Mean or Sum."));
    }

    [Test]
    public void A_model_without_parameters_cannot_be_trained() =>
        Assert.That(Problem(() => Training.Compile(new ReLU(), Losses.Mse, new SGD(), BatchSpec.Of(4, 2).WithTarget(2), TestOptions.Default)),
            Is.EqualTo("there is nothing to train: the loss depends on no parameter of the model ReLU."));

    [Test]
    public void A_parameter_that_no_member_holds_is_refused()
    {
        var hidden = new Parameter(Initialization.Init.Ones, 1);
        Assert.That(Problem(() => Values.Infer(new Closure(x => x + hidden), [1], 1)), Is.EqualTo(
            "the model reads 'Parameter', which is not one of its parameters; keep it in a field or property of the module that uses it."));
    }

    private static string Text(Action action) => Assert.Throws<GraphException>(action)!.Message;

    private static string Problem(Action action) => Assert.Throws<GraphException>(action)!.Problem;

    private static int Line([CallerLineNumber] int line = 0) => line;

    private sealed class Mismatched : Module
    {
        private readonly Linear _fc1 = new(784, 128);
        private readonly Linear _fc2 = new(256, 10);

        public int Fc2Line { get; } = Line() - 2;

        public override Tensor Forward(Tensor input) => _fc2.Forward(_fc1.Forward(input).Relu());
    }

    private sealed class AddsTheWrongShape : Module
    {
        public static int AddLine { get; private set; }

        public override Tensor Forward(Tensor input)
        {
            AddLine = Line() + 1;
            return input + Tensor.Ones([3]);
        }
    }

    private sealed class Closure(Func<Tensor, Tensor> forward) : Module
    {
        public override Tensor Forward(Tensor input) => forward(input);
    }
}
