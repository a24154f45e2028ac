using GraphForge.Metrics;

namespace GraphForge.Tests.Metrics;

/// <summary>What metrics give for nothing, and what they refuse; their figures are held against definitions by RecordedMetricTests.</summary>
public sealed class MetricTests
{
    [Test]
    public void Nothing_has_no_value()
    {
        var scores = new ConfusionMatrix(2).Scores;
        Assert.Multiple(() =>
        {
            Assert.That(new RunningMean().Value, Is.NaN);
            Assert.That(new ConfusionMatrix(3).Accuracy, Is.NaN);
            foreach (var average in Enum.GetValues<ClassAverage>())
                Assert.That(new[] { scores.Precision(average), scores.Recall(average), scores.F1(average) }, Is.All.NaN);
            Assert.That(new TopKAccuracy(1, 2).Value, Is.NaN);
            Assert.That(new RocAuc().Value, Is.NaN);
            Assert.That(new MulticlassRocAuc(3).Value, Is.NaN);
            Assert.That(new AveragePrecision().Value, Is.NaN);
            Assert.That(new Perplexity().Value, Is.NaN);
            var errors = new RegressionErrors();
            Assert.That(new[] { errors.MeanSquaredError, errors.RootMeanSquaredError, errors.MeanAbsoluteError, errors.R2 }, Is.All.NaN);
        });
    }

    [Test]
    public void Merging_nothing_changes_nothing()
    {
        var (mean, errors) = (new RunningMean(), new RegressionErrors());
        mean.Add(3);
        errors.Add([1, 2], [1, 4]);
        mean.Merge(new RunningMean());
        errors.Merge(new RegressionErrors());
        Assert.That((mean.Value, errors.Count, errors.R2), Is.EqualTo((3.0, 2L, -7.0)));
    }

    [Test]
    public void A_mean_weighs_its_numbers()
    {
        var mean = new RunningMean();
        mean.Add(1, weight: 3);
        mean.Add(5);
        mean.Add(double.NaN, weight: 0);
        Assert.That(mean.Value, Is.EqualTo(2));
    }

    [Test]
    public void Perplexity_of_mean_losses_is_that_of_all_tokens()
    {
        var perplexity = new Perplexity();
        perplexity.Add(Math.Log(2), tokens: 3);
        perplexity.Add(Math.Log(32), tokens: 1);
        Assert.That(perplexity.Value, Is.EqualTo(4).Within(1e-12));
    }

    [Test]
    public void Scores_of_single_classes_can_be_asked()
    {
        var matrix = new ConfusionMatrix(3);
        matrix.Add([0, 0, 1, 1, 1], [0, 1, 1, 1, 0]);
        Assert.Multiple(() =>
        {
            Assert.That(matrix.Scores.PrecisionOf(1), Is.EqualTo(2.0 / 3));
            Assert.That(matrix.Scores.RecallOf(0), Is.EqualTo(0.5));
            Assert.That(matrix.Scores.F1Of(2), Is.Zero);
            Assert.That(matrix.Scores.Support(1), Is.EqualTo(3));
        });
    }

    [Test]
    public void A_score_that_is_no_number_is_never_right()
    {
        var accuracy = new TopKAccuracy(2, 2);
        accuracy.Add([0, 1], [float.NaN, 1, float.NaN, 1]);
        Assert.That(accuracy.Value, Is.EqualTo(0.5));
    }

    private static IEnumerable<TestCaseData> WrongUses()
    {
        yield return Wrong(() => new RunningMean().Add(1, -1), "A weight must be at least 0 but is -1.");
        yield return Wrong(() => new ConfusionMatrix(2).Add([1], []), "1 actual classes were given with 0 predictions.");
        yield return Wrong(() => new ConfusionMatrix(2).Merge(new ConfusionMatrix(3)),
            "A matrix of 3 classes cannot be merged into one of 2.");
        yield return Wrong(() => new ConfusionMatrix(3).Scores.F1(ClassAverage.Binary),
            "Binary scores take 2 classes, of which 1 is the positive one, but there are 3; choose another average.");
        yield return Wrong(() => new TopKAccuracy(4, 3), "k must lie in 1..3, the number of classes, but is 4.");
        yield return Wrong(() => new TopKAccuracy(1, 0), "classes must be at least 1 but is 0.");
        yield return Wrong(() => new TopKAccuracy(1, 3).Add([0, 1], new float[5]),
            "2 actual classes take 6 scores, one for each of 3 classes, but 5 were given.");
        yield return Wrong(() => new TopKAccuracy(1, 3).Add([0, 3], new float[6]), "Entry 1 is class 3; there are classes 0..2.");
        yield return Wrong(() => new TopKAccuracy(1, 3).Merge(new TopKAccuracy(2, 3)),
            "A top-2 accuracy of 3 classes cannot be merged into a top-1 accuracy of 3.");
        yield return Wrong(() => new RocAuc().Add([0, 1], [1]), "2 actual classes were given with 1 scores.");
        yield return Wrong(() => new RocAuc().Add([0, 2], [1, 2]), "Entry 1 is class 2; there are classes 0..1.");
        yield return Wrong(() => new RocAuc().Add([0, 1], [1, float.NaN]), "Score 1 is no number (NaN), which has no rank.");
        yield return Wrong(() => new MulticlassRocAuc(0), "classes must be at least 1 but is 0.");
        yield return Wrong(() => new MulticlassRocAuc(2).Add([0], [1, float.NaN]), "Score 1 is no number (NaN), which has no rank.");
        yield return Wrong(() => new MulticlassRocAuc(2).Merge(new MulticlassRocAuc(3)),
            "A ROC-AUC of 3 classes cannot be merged into one of 2.");
        yield return Wrong(() => new AveragePrecision().Add([-1], [1]), "Entry 0 is class -1; there are classes 0..1.");
        yield return Wrong(() => new RegressionErrors().Add([1, 2], [1]), "2 actual values were given with 1 predictions.");
        yield return Wrong(() => new Perplexity().Add(1, tokens: -1), "A number of tokens must be at least 0 but is -1.");
        yield return Wrong(() => new Perplexity().Add([0], [1, 2], 3),
            "1 positions take 3 logits, one for each of 3 tokens, but 2 were given.");
        yield return Wrong(() => new Perplexity().Add([-1], [1, 2], 2), "Entry 0 is class -1; there are classes 0..1.");
    }

    [TestCaseSource(nameof(WrongUses))]
    public void A_wrong_use_is_refused(Action use, string problem) =>
        Assert.That(use, Throws.ArgumentException.With.Message.EqualTo(problem));

    [Test]
    public void A_refused_batch_adds_nothing()
    {
        var (matrix, area) = (new ConfusionMatrix(2), new RocAuc());
        Assert.That(() => matrix.Add([0, 1], [0, 2]), Throws.ArgumentException);
        Assert.That(() => area.Add([0, 1], [1, float.NaN]), Throws.ArgumentException);
        matrix.Add([1], [1]);
        area.Add([0, 1], [1, 2]);
        Assert.That((matrix.Total, matrix.Accuracy, area.Value), Is.EqualTo((1L, 1.0, 1.0)));
    }

    private static TestCaseData Wrong(Action use, string problem) => new(use, problem);
}
