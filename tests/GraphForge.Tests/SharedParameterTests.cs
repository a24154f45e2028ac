using GraphForge.Layers;
using GraphForge.Optimizers;

namespace GraphForge.Tests;

/// <summary>Weights that are tied, and parameters that are frozen or chosen.</summary>
public sealed class SharedParameterTests
{
    [Test]
    public void The_gradient_of_a_tied_weight_is_the_sum_over_its_uses()
    {
        var model = new Sequential(new Linear(1, 1, bias: false), new Linear(1, 1, bias: false));
        ((Linear)model[1]).Weight = ((Linear)model[0]).Weight;
        ((Linear)model[0]).Weight.CopyFrom<float>([3]);
        using var training = Sum(model, model.Parameters());
        training.Step(("x", new float[] { 2 }));
        // x·w², whose derivative is 2·x·w = 12.
        Assert.That(model.Parameters().Select(p => p.AsSpan<float>()[0]), Is.EqualTo(new[] { 3 - 12f }));
        Assert.That(model.NamedParameters().Select(p => p.Key), Is.EqualTo(new[] { "0.weight" }));
    }

    [Test]
    public void Parameters_that_are_frozen_or_not_chosen_stay()
    {
        var model = new Sequential(new Linear(1, 1, bias: false), new Linear(1, 1, bias: false), new Linear(1, 1, bias: false));
        foreach (var parameter in model.Parameters()) parameter.CopyFrom<float>([1]);
        ((Linear)model[0]).Weight.RequiresGrad = false;
        using var training = Sum(model, [((Linear)model[0]).Weight, ((Linear)model[2]).Weight]);
        training.Step(("x", new float[] { 2 }));
        Assert.That(model.Parameters().Select(p => p.AsSpan<float>()[0]), Is.EqualTo(new[] { 1, 1, -1f }));
    }

    [Test]
    public void What_is_detached_passes_no_gradient()
    {
        var model = new Linear(1, 1, bias: false);
        model.Weight.CopyFrom<float>([3]);
        using var training = Training.Compile(model, x => (model.Forward(x["x"]) * model.Forward(x["x"]).Detach()).Sum(), new SGD(1),
            [TensorSpec.Of<float>("x", 1, 1)], options: TestOptions.Default);
        training.Step(("x", new float[] { 2 }));
        // (x·w)² with one factor held: x · x·w = 12.
        Assert.That(model.Weight.AsSpan<float>()[0], Is.EqualTo(3 - 12f));
    }

    private static Training Sum(Module model, IEnumerable<Parameter> parameters) => Training.Compile(
        model, x => model.Forward(x["x"]).Sum(), new SGD(1), [TensorSpec.Of<float>("x", 1, 1)], parameters, TestOptions.Default);
}
