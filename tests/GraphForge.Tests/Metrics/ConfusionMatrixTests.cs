using GraphForge.Metrics;

namespace GraphForge.Tests.Metrics;

public sealed class ConfusionMatrixTests
{
    [Test]
    public void Counts_decisions_by_actual_and_predicted_class()
    {
        var matrix = new ConfusionMatrix(3);
        matrix.Add([0, 1, 2, 2], [0, 2, 2, 2]);
        Assert.Multiple(() =>
        {
            Assert.That(matrix[1, 2], Is.EqualTo(1));
            Assert.That(matrix[2, 2], Is.EqualTo(2));
            Assert.That((matrix.Correct, matrix.Total), Is.EqualTo((3L, 4L)));
            Assert.That(matrix.Accuracy, Is.EqualTo(0.75));
            Assert.That(matrix.ToString(), Is.EqualTo("   0 1 2\n 0 1 0 0\n 1 0 0 1\n 2 0 0 2"));
        });
    }

    [Test]
    public void A_class_out_of_range_is_refused() =>
        Assert.That(() => new ConfusionMatrix(2).Add([0, 2], [0, 1]), Throws.ArgumentException.With.Message
            .EqualTo("Entry 1 is class 2 predicted as 1; there are classes 0..1."));
}
