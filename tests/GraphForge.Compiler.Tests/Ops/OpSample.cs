using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Ops;

/// <summary>One operand of a sample: its shape and the range its elements are drawn from.</summary>
/// <param name="Type">Element type; null where any float type will do.</param>
public sealed record SampleOperand(DType? Type, double Low, double High, params long[] Dims)
{
    private static readonly double[] Special = [double.NaN, double.PositiveInfinity, double.NegativeInfinity, 0, -0.0, 1, -1, 0.5, 3];

    /// <summary>How many elements hold every special value once.</summary>
    public static int SpecialCount => Special.Length;

    /// <summary>Whether the elements are NaN, infinities, zeros of both signs and a few numbers, in turns, in place of a range.</summary>
    public bool IsSpecial { get; init; }

    /// <summary>Element <paramref name="index"/>, for a number drawn from [0, 1).</summary>
    public double Value(int index, double uniform) => IsSpecial ? Special[index % SpecialCount] : Low + (High - Low) * uniform;

    public TensorType TypeWith(DType floatType) => new(Type ?? floatType, Shape.Of(Dims));
}

/// <summary>
/// A small graph around one op or function. Every target must agree with the reference evaluator on it; where it has
/// gradients, those agree with finite differences.
/// </summary>
/// <param name="Name">Unique name of the row.</param>
/// <param name="Build">The graph over its operands.</param>
/// <param name="Operands">What the operands are.</param>
public sealed record OpSample(string Name, Func<Node[], Node> Build, params SampleOperand[] Operands)
{
    /// <summary>
    /// Whether derivatives in the float operands are tested against finite differences: not where an op hides a dependence
    /// on purpose, nor where no operand is float.
    /// </summary>
    public bool HasGradient { get; init; } = true;

    /// <summary>Input nodes <c>x0</c>, <c>x1</c>, …, floats of type <paramref name="floatType"/>.</summary>
    public Node[] Inputs(DType floatType) => Operands.Select((operand, i) =>
    {
        var type = operand.TypeWith(floatType);
        return Nodes.Input($"x{i}", type.DType, type.Shape);
    }).ToArray();

    /// <summary>Values for the inputs, by name; the same at each call.</summary>
    public Dictionary<string, Literal> Values(DType floatType) => Operands
        .Select((operand, i) => (Name: $"x{i}", Value: Draw(operand, operand.TypeWith(floatType), i)))
        .ToDictionary(p => p.Name, p => p.Value);

    /// <summary>The sample as a graph with one output, <c>y</c>.</summary>
    public ComputationGraph Graph(DType floatType) => new(Name, [new NamedOutput("y", Build(Inputs(floatType)))], []);

    private Literal Draw(SampleOperand operand, TensorType type, int stream)
    {
        var literal = new Literal(type);
        for (var i = 0; i < literal.Count; i++)
        {
            var value = operand.Value(i, Threefry.Uniform(Name.Length, stream, i));
            literal[i] = Scalar.Of(type.DType, type.DType == DType.Bool ? Math.Round(value) : value);
        }
        return literal;
    }

    public override string ToString() => Name;
}
