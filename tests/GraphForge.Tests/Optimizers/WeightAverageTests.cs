using GraphForge.Compiler.Graph;
using GraphForge.Initialization;
using GraphForge.Optimizers;

namespace GraphForge.Tests.Optimizers;

/// <summary>Running means of the parameters, which take their place for a while.</summary>
public sealed class WeightAverageTests
{
    private const float Start = 2;

    [Test]
    public void The_mean_begins_with_the_value_before_the_first_step()
    {
        using var training = Compile(new WeightAverage(0.75), out var model);
        training.Step<float, float>([0], [0]);
        // Gradient 2·(2 - 0), learning rate 0.1.
        Assert.That(model.Value.AsSpan<float>()[0], Is.EqualTo(1.6f).Within(1e-6));
        using (training.UseAverage()) Assert.That(model.Value.AsSpan<float>()[0], Is.EqualTo(0.75 * 2 + 0.25 * 1.6).Within(1e-6));
        Assert.That(model.Value.AsSpan<float>()[0], Is.EqualTo(1.6f).Within(1e-6));
    }

    [Test]
    public void A_value_set_after_compiling_is_what_the_mean_begins_with()
    {
        using var training = Compile(new WeightAverage(0.5), out var model);
        model.Value.CopyFrom<float>([10]);
        training.Step<float, float>([0], [0]);
        using (training.UseAverage()) Assert.That(model.Value.AsSpan<float>()[0], Is.EqualTo(0.5 * 10 + 0.5 * 8).Within(1e-5));
    }

    [Test]
    public void Evaluation_sees_the_mean_and_compiles_no_program_of_its_own()
    {
        using var training = Compile(new WeightAverage(0.5), out _);
        training.Step<float, float>([0], [0]);
        float Loss() => training.Evaluate(("samples", new float[] { 0 }), ("targets", new float[] { 0 })).Loss;
        Assert.That(Loss(), Is.EqualTo(1.6f * 1.6f).Within(1e-5));
        using (training.UseAverage()) Assert.That(Loss(), Is.EqualTo(1.8f * 1.8f).Within(1e-5));
        Assert.That(training.Compilations, Is.EqualTo(2), "the step and the evaluation");
    }

    [Test]
    public void Before_the_first_update_the_mean_is_the_value_itself()
    {
        using var training = Compile(new WeightAverage(), out var model);
        using (training.UseAverage()) Assert.That(model.Value.AsSpan<float>()[0], Is.EqualTo(Start));
        Assert.That(model.Value.AsSpan<float>()[0], Is.EqualTo(Start));
    }

    [Test]
    public void No_step_is_possible_while_the_means_are_in_use()
    {
        using var training = Compile(new WeightAverage(), out _);
        using (training.UseAverage())
        {
            Assert.That(() => training.Step<float, float>([0], [0]), Throws.InvalidOperationException.With.Message.EqualTo(
                "The parameters have the values of their running means; dispose what UseAverage gave first."));
            Assert.That(() => training.UseAverage(), Throws.InvalidOperationException.With.Message.EqualTo(
                "The running means of the parameters are in use already."));
        }
        training.Step<float, float>([0], [0]);
        Assert.That(training.Steps, Is.EqualTo(1));
    }

    [Test]
    public void Without_a_mean_there_is_none_to_use()
    {
        using var training = Compile(null, out _);
        Assert.That(Assert.Throws<GraphException>(() => training.UseAverage())!.Problem, Is.EqualTo(
            "this training keeps no running mean of its parameters; compile it with an Optimization that has an Average."));
    }

    private static Training Compile(WeightAverage? average, out Point model)
    {
        model = new Point();
        var optimization = new Optimization(new SGD(0.1)) { Average = average };
        return Training.Compile(model, Losses.Mse, optimization, BatchSpec.Of(1, 1).WithTarget(1), TestOptions.Default);
    }

    private sealed class Point : Module
    {
        public Parameter Value { get; } = new(Init.Constant(Start), 1);

        public override Tensor Forward(Tensor input) => input + Value;
    }
}
