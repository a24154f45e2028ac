using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Golden;

/// <summary>A small graph whose plan, loops and generated C# are kept in files next to the tests.</summary>
/// <param name="Name">Name of the graph and of its files.</param>
/// <param name="Build">What it computes.</param>
public sealed record GoldenGraph(string Name, Func<(string Name, Node Value)[]> Build)
{
    /// <summary>Integer inputs are drawn from 0 up to this, exclusive.</summary>
    public int Classes { get; init; } = 2;

    /// <summary>The graph, attributed to a line of a model that does not move when these tests are edited.</summary>
    public ComputationGraph Graph()
    {
        using var scope = NodeScope.Enter("model", new SourceLocation("Model.cs", 1));
        return new ComputationGraph(Name, Build().Select(o => new NamedOutput(o.Name, o.Value)).ToEquatable(), []);
    }

    /// <summary>Values for the inputs of <paramref name="graph"/>, by label; the same at each call.</summary>
    public Dictionary<string, Literal> Values(ComputationGraph graph) => graph.Inputs.Index()
        .ToDictionary(i => i.Item.Label, i => Draw(i.Item.Type, i.Index));

    private Literal Draw(TensorType type, int stream)
    {
        var literal = new Literal(type);
        for (var i = 0; i < literal.Count; i++)
        {
            double uniform = Threefry.Uniform(Name.Length, stream, i);
            literal[i] = Scalar.Of(type.DType, type.DType.IsFloat() ? 2 * uniform - 1 : Math.Floor(Classes * uniform));
        }
        return literal;
    }

    public override string ToString() => Name;
}
