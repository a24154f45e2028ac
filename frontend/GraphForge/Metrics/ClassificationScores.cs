namespace GraphForge.Metrics;

/// <summary>
/// Precision, recall and F1 of a confusion matrix, as scikit-learn defines them: a share of nothing is 0. Without any
/// decision all are NaN.
/// </summary>
/// <param name="matrix">The decisions; what is added later counts too.</param>
public sealed class ClassificationScores(ConfusionMatrix matrix)
{
    /// <summary>Of the decisions for a class, the share that was right.</summary>
    /// <exception cref="ArgumentException">Binary scores of other than two classes.</exception>
    public double Precision(ClassAverage average) => Averaged(average, PrecisionOf);

    /// <summary>Of what belongs to a class, the share that was found.</summary>
    /// <exception cref="ArgumentException">Binary scores of other than two classes.</exception>
    public double Recall(ClassAverage average) => Averaged(average, RecallOf);

    /// <summary>Harmonic mean of precision and recall.</summary>
    /// <exception cref="ArgumentException">Binary scores of other than two classes.</exception>
    public double F1(ClassAverage average) => Averaged(average, F1Of);

    public double PrecisionOf(int label) => Share(matrix[label, label], Predicted(label));

    public double RecallOf(int label) => Share(matrix[label, label], Support(label));

    public double F1Of(int label) => Share(2 * matrix[label, label], Predicted(label) + Support(label));

    /// <summary>How much belongs to a class.</summary>
    public long Support(int label) => Labels.Sum(predicted => matrix[label, predicted]);

    private IEnumerable<int> Labels => Enumerable.Range(0, matrix.Classes);

    private long Predicted(int label) => Labels.Sum(actual => matrix[actual, label]);

    private double Averaged(ClassAverage average, Func<int, double> score)
    {
        if (average == ClassAverage.Binary && matrix.Classes != 2)
            throw new ArgumentException(
                $"Binary scores take 2 classes, of which 1 is the positive one, but there are {matrix.Classes}; choose another average.");
        if (matrix.Total == 0) return double.NaN;
        return average switch
        {
            ClassAverage.Binary => score(1),
            // Every wrong decision is one for a wrong class and one not for the right class: all three are the accuracy.
            ClassAverage.Micro => matrix.Accuracy,
            ClassAverage.Macro => Labels.Where(l => Support(l) + Predicted(l) > 0).Average(score),
            _ => Labels.Sum(l => score(l) * Support(l)) / matrix.Total,
        };
    }

    private static double Share(long part, long whole) => whole == 0 ? 0 : (double)part / whole;
}

/// <summary>How the scores of several classes become one.</summary>
public enum ClassAverage
{
    /// <summary>The score of class 1 of two.</summary>
    Binary,

    /// <summary>One score over all decisions.</summary>
    Micro,

    /// <summary>The mean over the classes that occur, among the decisions or what was right.</summary>
    Macro,

    /// <summary>The mean over the classes, each weighing as much as belongs to it.</summary>
    Weighted,
}
