using GraphForge.Compiler.Graph;

namespace GraphForge;

/// <summary>What a step or an evaluation yielded. The metrics hold until the next one of the same training.</summary>
public readonly struct StepMetrics
{
    private readonly string[] _names;
    private readonly double[] _values;

    internal StepMetrics(float loss, string[] names, double[] values) => (Loss, _names, _values) = (loss, names, values);

    /// <summary>The loss before the step.</summary>
    public float Loss { get; }

    /// <summary>Names of the metrics, in the order the training function gave them.</summary>
    public IReadOnlyList<string> Names => _names;

    /// <summary>The metric <paramref name="name"/>.</summary>
    /// <exception cref="GraphException">There is no such metric.</exception>
    public double this[string name] => Array.IndexOf(_names, name) is var index and >= 0
        ? _values[index]
        : throw new GraphException(ErrorCode.BadRunArgument, $"there is no metric '{name}'; there are {NamedTensors.Names(_names)}.");
}
