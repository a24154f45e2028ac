using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Tests.Compiled;
using GraphForge.Jit;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Fuzz;

/// <summary>
/// Random loops and branches in one another, compiled, against the reference evaluator, with workers in turn over poisoned
/// memory and all at once. <c>GF_FUZZ_SEED</c> and <c>GF_FUZZ_COUNT</c> as for <see cref="GraphFuzzTests"/>.
/// </summary>
[Parallelizable(ParallelScope.Children)]
public sealed class LoopFuzzTests
{
    private static readonly Dictionary<StateSlot, Literal> NoStates = [];

    public static IEnumerable<int> Seeds =>
        Enumerable.Range(GraphFuzzTests.Setting("GF_FUZZ_SEED", 1), GraphFuzzTests.Setting("GF_FUZZ_COUNT", 30));

    [TestCaseSource(nameof(Seeds))]
    public void CompiledLoopsAgreeWithReference(int seed)
    {
        var graph = RandomLoops.Generate(seed);
        var inputs = graph.Inputs.ToDictionary(i => i.Label, i => Value(i.Type, seed));
        var expected = ReferenceEvaluator.Evaluate(graph, inputs, NoStates).Outputs;
        var source = Pipeline.Compile(graph, new Dictionary<DimSymbol, long>(), new CompilerOptions { Threads = 3 });
        var library = new KernelCompiler(KernelCacheOptions.Disabled).Load(source.KernelText, source.Plan.KernelNames);
        ReferenceResult? first = null;
        foreach (var (threads, poison) in new[] { (1, true), (2, true), (3, true), (1, false), (2, false), (3, false) })
        {
            var actual = CompiledGraph.Run(source, library.Entries, library, inputs, NoStates, threads, poison);
            first ??= actual;
            foreach (var (name, value) in expected)
            {
                Closeness.AssertClose(actual.Outputs[name], value, 1e-4, $"{name}, {threads} threads");
                Assert.That(actual.Outputs[name], Is.EqualTo(first.Outputs[name]), $"{name}, {threads} threads");
            }
        }
    }

    private static Literal Value(TensorType type, int seed)
    {
        var literal = new Literal(type);
        for (var i = 0; i < literal.Count; i++)
            literal[i] = type.DType == DType.Int64
                ? Scalar.Of(type.DType, (long)(seed % 7 + i))
                : Scalar.Of(type.DType, 2 * Threefry.Uniform(seed, type.Shape.Rank, i) - 1);
        return literal;
    }
}
