using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge.Tests;

public sealed class LossTests
{
    [Test]
    public void Cross_entropy_is_the_mean_negative_log_probability_of_the_target()
    {
        float[] logits = [1, 2, 3, 0.5f, -1, 0];
        var loss = Losses.CrossEntropy(Values.Of(logits, 2, 3), Tensor.Constant<long>([2, 0], 2));
        var expected = (NegativeLogProbability([1, 2, 3], 2) + NegativeLogProbability([0.5, -1, 0], 0)) / 2;
        Assert.That(loss.Shape, Is.EqualTo(Shape.Scalar));
        Assert.That(Values.Of(loss)[0], Is.EqualTo(expected).Within(1e-6));
    }

    [Test]
    public void Cross_entropy_takes_the_classes_along_axis_1()
    {
        var logits = Values.Of([1, 4, 2, 5, 3, 6], 1, 3, 2);
        var loss = Losses.CrossEntropy(logits, Tensor.Constant<long>([2, 0], 1, 2));
        var expected = (NegativeLogProbability([1, 2, 3], 2) + NegativeLogProbability([4, 5, 6], 0)) / 2;
        Assert.That(Values.Of(loss)[0], Is.EqualTo(expected).Within(1e-6));
    }

    [Test]
    public void Cross_entropy_of_one_sample_needs_no_batch()
    {
        var loss = Losses.CrossEntropy(Values.Of([1, 2, 3], 3), Tensor.Constant<long>([1]));
        Assert.That(Values.Of(loss)[0], Is.EqualTo(NegativeLogProbability([1, 2, 3], 1)).Within(1e-6));
    }

    [Test]
    public void Mean_squared_error_averages_over_all_elements()
    {
        var loss = Losses.Mse(Values.Of([1, 2, 3, 4], 2, 2), Values.Of([1, 0, 0, 4], 2, 2));
        Assert.That(Values.Of(loss), Is.EqualTo(new[] { (4 + 9) / 4.0 }));
    }

    [Test]
    public void Mistakes_say_what_was_given()
    {
        Dim batch = new DimSymbol("batch");
        var logits = Tensor.Input("logits", DType.Float32, batch, 10);
        Assert.Multiple(() =>
        {
            Assert.That(Problem(() => Losses.CrossEntropy(logits, Tensor.Input("t", DType.Float32, batch))), Is.EqualTo(
                "cross-entropy takes float logits with integer class numbers or with probabilities of their type and shape, " +
                "got float32[batch, 10] and float32[batch]."));
            Assert.That(Problem(() => Losses.CrossEntropy(logits, Tensor.Input("t", DType.Int64, batch, 10))), Is.EqualTo(
                "cross-entropy takes logits [batch, classes, …] and targets [batch, …], got float32[batch, 10] and int64[batch, 10]."));
            Assert.That(Problem(() => Losses.Mse(logits, Tensor.Input("t", DType.Float32, batch))), Is.EqualTo(
                "mean squared error takes a prediction and a target of one shape, got float32[batch, 10] and float32[batch]; " +
                "reshape one of them."));
            Assert.That(Problem(() => Losses.Mse(logits, Tensor.Input("t", DType.Int64, batch, 10))), Is.EqualTo(
                "mean squared error takes floats of one type, got float32[batch, 10] and int64[batch, 10]."));
        });
    }

    private static string Problem(Action action) => Assert.Throws<GraphException>(action)!.Problem;

    private static double NegativeLogProbability(double[] logits, int target) =>
        Math.Log(logits.Sum(Math.Exp)) - logits[target];
}
