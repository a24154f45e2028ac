using GraphForge.Compiler.Emit.Targets;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Compiler.Tests.Compiled;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Loops;

/// <summary>
/// Matrix products of sizes around the borders of register tiles, in every layout of the operands and with epilogues:
/// interpreted, and compiled, against the reference evaluator.
/// </summary>
[Parallelizable(ParallelScope.Children)]
public class ContractionBorderTests
{
    /// <summary>Multiply-adds beyond which interpretation takes too long for a test.</summary>
    private const long MaximumInterpreted = 20_000;

    private static readonly long[] Sizes = [1, 2, 7, 8, 9, 15, 16, 17, 24, 47, 48, 49, 63, 65];
    private static readonly Dictionary<StateSlot, Literal> NoStates = [];

    private static readonly string[] Layouts = ["mk,kn->mn", "km,kn->mn", "mk,nk->mn", "km,nk->mn"];

    public static IEnumerable<TestCaseData> Cases()
    {
        for (var i = 0; i < 60; i++)
        {
            var (m, n, k) = (Pick(i, 0), Pick(i, 1), Pick(i, 2));
            yield return new TestCaseData(i, m, n, k).SetArgDisplayNames($"{m}x{n}x{k}");
        }

        static long Pick(int row, int stream) => Sizes[(int)(Threefry.Uniform(1, stream, row) * Sizes.Length)];
    }

    [TestCaseSource(nameof(Cases))]
    public void SizesAroundTileBorders(int number, long m, long n, long k)
    {
        var target = new CpuTarget(64 >> (number % 3));
        var type = number % 5 == 4 ? DType.Int32 : number % 7 == 6 ? DType.Float64 : DType.Float32;
        var graph = Graph(number, type, m, n, k);
        var values = graph.Inputs.Distinct().ToDictionary(i => i.Label, i => Values(i));
        var expected = ReferenceEvaluator.Evaluate(graph, values, NoStates).Outputs;
        var source = Pipeline.Compile(graph, new Dictionary<DimSymbol, long>(), new CompilerOptions { Target = target, Threads = 2 });
        if (m * n * k <= MaximumInterpreted) AssertClose("interpreted", InterpretedProgram.Evaluate(source, values, NoStates).Outputs);
        AssertClose("compiled", CompiledGraph.Evaluate(graph, values, NoStates, new CompilerOptions { Target = target, Threads = 2 }, 2).Outputs);

        void AssertClose(string how, IReadOnlyDictionary<string, Literal> actual)
        {
            foreach (var (name, value) in expected)
                Closeness.AssertClose(actual[name], value, Closeness.Tolerance(type), $"{m}×{n}×{k} {type} {name}, {how}, {target.VectorBytes} bytes");
        }
    }

    /// <summary>One product for each layout, each with another epilogue, so that four kernels share one compilation.</summary>
    private static ComputationGraph Graph(int number, DType type, long m, long n, long k)
    {
        var (bias, residual) = (Nodes.Input("bias", type, [n]), Nodes.Input("residual", type, [m, n]));
        var outputs = Layouts.Index().Select(layout =>
        {
            var (index, labels) = layout;
            var left = Nodes.Input($"left{index}", type, labels.StartsWith("mk") ? [m, k] : [k, m]);
            var right = Nodes.Input($"right{index}", type, labels.Contains(",kn") ? [k, n] : [n, k]);
            var product = Nodes.Einsum(labels, left, right);
            return new NamedOutput(labels, ((number + index) % 4) switch
            {
                0 => product,
                1 => (product + bias).Maximum(0),
                2 => residual + product,
                _ => product * 3 - residual.Maximum(bias),
            });
        });
        return new ComputationGraph("product", outputs.ToEquatable(), []);
    }

    private static Literal Values(Input input)
    {
        var literal = new Literal(input.Type);
        for (var i = 0; i < literal.Count; i++)
        {
            var unit = Threefry.Uniform(2, input.Label.Sum(c => c), i);
            literal[i] = Scalar.Of(input.Type.DType, input.Type.DType.IsFloat() ? unit * 2 - 1 : Math.Floor(unit * 200 - 100));
        }
        return literal;
    }
}
