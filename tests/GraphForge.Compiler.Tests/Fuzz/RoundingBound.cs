using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Fuzz;

/// <summary>
/// How far two correct evaluations of a graph may lie apart: for each node a bound of the absolute error of its elements, by
/// first-order propagation from its operands. Infinite where a function jumps within the error of its operand, or where a
/// value is not finite, so that such values are not compared. Zero where arithmetic is exact in every order.
/// </summary>
internal sealed class RoundingBound
{
    /// <summary>Largest error, relative to the largest element, at which a comparison still tells right from wrong.</summary>
    private const double MaximumRelative = 1e-3;

    private readonly Dictionary<Node, double> _errors = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Node, Literal> _values = new(ReferenceEqualityComparer.Instance);

    public static RoundingBound Of(FuzzCase fuzz)
    {
        var bound = new RoundingBound();
        foreach (var node in fuzz.Graph.TopologicalOrder())
        {
            var operands = node.Inputs.ToArray().Select(n => bound._values[n]).ToArray();
            var value = bound._values[node] = node.Op switch
            {
                Input input => fuzz.Inputs[input.Label],
                State state => fuzz.States[state.Slot],
                _ => node.Op.Evaluate(node, operands),
            };
            var errors = node.Inputs.ToArray().Select(n => bound._errors[n]).ToArray();
            var isLost = errors.Any(double.IsInfinity) || Facts.Of(value) is { IsFinite: false };
            bound._errors[node] = isLost ? double.PositiveInfinity : new OpError(node, operands, value, errors).Bound();
        }
        return bound;
    }

    /// <summary>The reference value of a node.</summary>
    public Literal ValueOf(Node node) => _values[node];

    /// <summary>Largest absolute error of an element.</summary>
    public double ErrorOf(Node node) => _errors[node];

    public bool IsMeaningful(Node node) => _errors[node] <= MaximumRelative * Math.Max(0.1, Facts.Of(_values[node]).Largest);

    /// <summary>Smallest and largest magnitude of a tensor, and whether all its elements are numbers.</summary>
    internal readonly record struct Facts(double Smallest, double Largest, bool IsFinite)
    {
        public static Facts Of(Literal literal)
        {
            var (smallest, largest, isFinite) = (double.PositiveInfinity, 0.0, true);
            for (var i = 0; i < literal.Count; i++)
            {
                var magnitude = Math.Abs(literal[i].AsDouble);
                isFinite &= double.IsFinite(magnitude);
                (smallest, largest) = (Math.Min(smallest, magnitude), Math.Max(largest, magnitude));
            }
            return new(smallest, largest, isFinite && largest < 1e6 || isFinite && !literal.Type.DType.IsFloat());
        }
    }
}
