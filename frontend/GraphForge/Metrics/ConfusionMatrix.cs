using System.Text;

namespace GraphForge.Metrics;

/// <summary>How often each class was taken for each other.</summary>
/// <param name="classes">Number of classes.</param>
public sealed class ConfusionMatrix(int classes)
{
    private readonly long[,] _counts = new long[classes, classes];

    public int Classes => classes;

    /// <summary>Decisions for class <paramref name="predicted"/> where <paramref name="actual"/> was right.</summary>
    public long this[int actual, int predicted] => _counts[actual, predicted];

    public long Total { get; private set; }

    /// <summary>Right decisions.</summary>
    public long Correct => Enumerable.Range(0, classes).Sum(c => _counts[c, c]);

    /// <summary>Right decisions as a share of all, 0..1; NaN when there are none.</summary>
    public double Accuracy => (double)Correct / Total;

    /// <summary>Precision, recall and F1 of the decisions so far.</summary>
    public ClassificationScores Scores => new(this);

    /// <param name="actual">What was right.</param>
    /// <param name="predicted">What was decided, one for one.</param>
    /// <param name="ignored">Entries with this actual class are left out; null to count all.</param>
    /// <exception cref="ArgumentException">The numbers of decisions differ, or a class is out of range; nothing was added.</exception>
    public void Add(ReadOnlySpan<long> actual, ReadOnlySpan<long> predicted, long? ignored = null)
    {
        if (actual.Length != predicted.Length)
            throw new ArgumentException($"{actual.Length} actual classes were given with {predicted.Length} predictions.");
        for (var i = 0; i < actual.Length; i++)
            if (actual[i] != ignored && (actual[i] < 0 || actual[i] >= classes || predicted[i] < 0 || predicted[i] >= classes))
                throw new ArgumentException(
                    $"Entry {i} is class {actual[i]} predicted as {predicted[i]}; there are classes 0..{classes - 1}.");
        for (var i = 0; i < actual.Length; i++)
        {
            if (actual[i] == ignored) continue;
            _counts[actual[i], predicted[i]]++;
            Total++;
        }
    }

    /// <summary>Adds the decisions of another matrix.</summary>
    /// <exception cref="ArgumentException">It has another number of classes.</exception>
    public void Merge(ConfusionMatrix other)
    {
        if (other.Classes != classes)
            throw new ArgumentException($"A matrix of {other.Classes} classes cannot be merged into one of {classes}.");
        for (var row = 0; row < classes; row++)
            for (var column = 0; column < classes; column++) _counts[row, column] += other[row, column];
        Total += other.Total;
    }

    /// <summary>A table with a row for each actual class and a column for each predicted one.</summary>
    public override string ToString()
    {
        var width = Math.Max(Total.ToString().Length, classes.ToString().Length) + 1;
        var text = new StringBuilder();
        text.Append(' ', width);
        for (var column = 0; column < classes; column++) text.Append(column.ToString().PadLeft(width));
        for (var row = 0; row < classes; row++)
        {
            text.Append('\n').Append(row.ToString().PadLeft(width));
            for (var column = 0; column < classes; column++) text.Append(_counts[row, column].ToString().PadLeft(width));
        }
        return text.ToString();
    }
}
