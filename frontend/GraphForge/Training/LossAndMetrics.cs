using System.Collections;
using GraphForge.Compiler.Graph;
using GraphForge.Tracing;

namespace GraphForge;

/// <summary>What one step of training computes from its inputs. A function that gives the loss alone may return the tensor.</summary>
/// <param name="inputs">The step's inputs, by the names they were declared with.</param>
public delegate LossAndMetrics TrainingFunction(NamedTensors inputs);

/// <summary>A loss, and what else a step should report: <c>new LossAndMetrics(loss) { ["accuracy"] = accuracy }</c>.</summary>
/// <param name="loss">A float scalar that training makes small.</param>
public sealed class LossAndMetrics(Tensor loss) : IEnumerable<KeyValuePair<string, Tensor>>
{
    private readonly NamedTensors _metrics = [];

    public Tensor Loss { get; } = loss;

    /// <summary>Class decisions, one a target, which only an evaluation against a data set reads.</summary>
    internal Tensor? Predicted { get; init; }

    /// <summary>A scalar to report under <paramref name="name"/>.</summary>
    /// <exception cref="GraphException">The name is taken, or the tensor is no scalar.</exception>
    public Tensor this[string name]
    {
        get => _metrics[name];
        set
        {
            if (value.Rank != 0)
                throw new GraphException(ErrorCode.ShapeMismatch,
                    $"the metric '{name}' must be a scalar but is {value.Node.Type}; take its Mean or Sum.");
            if (name == TrainingOutputs.Loss)
                throw new GraphException(ErrorCode.DuplicateName, $"a metric cannot be named '{name}': that is the loss; rename it.");
            _metrics[name] = value;
        }
    }

    public static implicit operator LossAndMetrics(Tensor loss) => new(loss);

    public IEnumerator<KeyValuePair<string, Tensor>> GetEnumerator() => _metrics.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
