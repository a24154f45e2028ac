using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Rewrite;

/// <summary>Evaluates expressions on seeded data and compares values.</summary>
internal static class Evaluation
{
    private static readonly double[] Awkward =
        [0, -0.0, 1, -1, 0.5, -2.75, 3e38, -3e38, 1e-40, double.NaN, double.PositiveInfinity, double.NegativeInfinity];

    public static ComputationGraph Graph(Node node) => new("", [new NamedOutput("y", node)], []);

    /// <summary>A value for each input; with <paramref name="awkward"/> also zeros, infinities, NaN and near-overflows.</summary>
    public static Dictionary<string, Literal> Data(IEnumerable<Input> inputs, int seed, bool awkward)
    {
        var random = new Random(seed);
        var data = new Dictionary<string, Literal>();
        foreach (var input in inputs.OrderBy(i => i.Label, StringComparer.Ordinal))
        {
            var literal = new Literal(input.Type);
            for (var i = 0; i < literal.Count; i++)
                literal[i] = !input.Type.DType.IsFloat() ? Scalar.Of(input.Type.DType, random.NextInt64(-3, 4))
                    : awkward && random.Next(2) == 0 ? Scalar.Of(input.Type.DType, Awkward[random.Next(Awkward.Length)])
                    : Scalar.Of(input.Type.DType, random.NextDouble() * 4 - 2);
            data[input.Label] = literal;
        }
        return data;
    }

    public static Literal Evaluate(Node node, IReadOnlyDictionary<string, Literal> data) =>
        ReferenceEvaluator.Evaluate(Graph(node), data, new Dictionary<StateSlot, Literal>()).Outputs["y"];

    /// <summary>Whether all elements agree: NaN with NaN, zeros of either sign, others to <paramref name="tolerance"/>.</summary>
    public static bool Agree(Literal a, Literal b, double tolerance)
    {
        if (a.Type != b.Type) return false;
        for (var i = 0; i < a.Count; i++)
        {
            var (x, y) = (a[i].AsDouble, b[i].AsDouble);
            if (x == y || (double.IsNaN(x) && double.IsNaN(y))) continue;
            if (!(Math.Abs(x - y) <= tolerance * Math.Max(1, Math.Abs(x)))) return false;
        }
        return true;
    }
}
