using System.Text.Json;
using GraphForge.Compiler.Tests.Reference;
using GraphForge.Metrics;

namespace GraphForge.Tests.Reference;

/// <summary>Each metric against its definition: added at once, and added in batches to two instances that are then merged.</summary>
public sealed class RecordedMetricTests
{
    private static IEnumerable<RecordedMetric> All { get; } = RecordedFile<RecordedMetric>.Read("metrics.json.gz");

    [TestCaseSource(nameof(All))]
    public void The_value_is_that_of_the_definition(RecordedMetric recorded)
    {
        var whole = recorded.Create();
        recorded.AddTo(whole, 0, recorded.Actual.Length);
        Assert.That(whole.Value(), Is.EqualTo(recorded.Value).Within(1e-12).Percent);
    }

    [TestCaseSource(nameof(All))]
    public void Batches_and_merging_change_nothing(RecordedMetric recorded)
    {
        var (first, second) = (recorded.Create(), recorded.Create());
        var (third, half) = (recorded.Actual.Length / 3, recorded.Actual.Length / 2);
        recorded.AddTo(first, 0, third);
        recorded.AddTo(second, half, recorded.Actual.Length);
        recorded.AddTo(first, third, half);
        first.Merge(second.Metric);
        Assert.That(first.Value(), Is.EqualTo(recorded.Value).Within(1e-11).Percent);
    }

    /// <summary>Samples and the metric's value for them.</summary>
    public sealed record RecordedMetric(
        string Name, string Metric, Dictionary<string, JsonElement> Settings, double[] Actual, float[] Scores, double Value)
    {
        private int Width => Scores.Length / Actual.Length;

        private int Classes => Settings.TryGetValue("classes", out var classes) ? classes.GetInt32() : 2;

        internal MetricUnderTest Create() => Metric switch
        {
            "accuracy" => Decisions(m => m.Accuracy),
            "precision" => Decisions(m => m.Scores.Precision(Average)),
            "recall" => Decisions(m => m.Scores.Recall(Average)),
            "f1" => Decisions(m => m.Scores.F1(Average)),
            "top_k" => MetricUnderTest.Of(new TopKAccuracy(Settings["k"].GetInt32(), Classes),
                (m, a, s) => m.Add(Whole(a), s), (m, other) => m.Merge(other), m => m.Value),
            "roc_auc" => MetricUnderTest.Of(new RocAuc(), (m, a, s) => m.Add(Whole(a), s), (m, other) => m.Merge(other), m => m.Value),
            "roc_auc_ovr" => MetricUnderTest.Of(
                new MulticlassRocAuc(Classes), (m, a, s) => m.Add(Whole(a), s), (m, other) => m.Merge(other), m => m.Value),
            "average_precision" => MetricUnderTest.Of(
                new AveragePrecision(), (m, a, s) => m.Add(Whole(a), s), (m, other) => m.Merge(other), m => m.Value),
            "mse" => Regression(m => m.MeanSquaredError),
            "rmse" => Regression(m => m.RootMeanSquaredError),
            "mae" => Regression(m => m.MeanAbsoluteError),
            "r2" => Regression(m => m.R2),
            "perplexity" => MetricUnderTest.Of(
                new Perplexity(), (m, a, s) => m.Add(Whole(a), s, Classes), (m, other) => m.Merge(other), m => m.Value),
            _ => throw new NotSupportedException($"No metric is named {Metric}."),
        };

        internal void AddTo(MetricUnderTest metric, int from, int to) =>
            metric.Add(Actual[from..to], Scores[(from * Width)..(to * Width)]);

        public override string ToString() => Name;

        private ClassAverage Average => Enum.Parse<ClassAverage>(Settings["average"].GetString()!, ignoreCase: true);

        private MetricUnderTest Decisions(Func<ConfusionMatrix, double> value) => MetricUnderTest.Of(
            new ConfusionMatrix(Classes), (m, a, s) => m.Add(Whole(a), [.. s.Select(p => (long)p)]), (m, other) => m.Merge(other), value);

        private static MetricUnderTest Regression(Func<RegressionErrors, double> value) => MetricUnderTest.Of(
            new RegressionErrors(), (m, a, s) => m.Add([.. a.Select(v => (float)v)], s), (m, other) => m.Merge(other), value);

        private static long[] Whole(double[] actual) => [.. actual.Select(a => (long)a)];
    }

    /// <summary>What all metrics have in common.</summary>
    internal sealed record MetricUnderTest(object Metric, Action<double[], float[]> Add, Action<object> Merge, Func<double> Value)
    {
        public static MetricUnderTest Of<T>(T metric, Action<T, double[], float[]> add, Action<T, T> merge, Func<T, double> value)
            where T : notnull =>
            new(metric, (actual, scores) => add(metric, actual, scores), other => merge(metric, (T)other), () => value(metric));
    }
}
