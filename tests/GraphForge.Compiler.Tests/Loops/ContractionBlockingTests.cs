using GraphForge.Compiler.Emit.Targets;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Compiler.Loops.Schedules;
using GraphForge.Compiler.Ops;
using GraphForge.Compiler.Schedule;
using GraphForge.Compiler.Tests.Compiled;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Loops;

/// <summary>Every way to cut and pack a contraction gives the reference's results, not only the one the model likes best.</summary>
[Parallelizable(ParallelScope.Children)]
public class ContractionBlockingTests
{
    [Test]
    public void EveryBlockingComputesTheProduct(
        [Values("mk,kn->mn", "km,kn->mn", "mk,nk->mn", "km,nk->mn", "bmk,nk->bmn", "bmk,bnk->mbn")] string layout,
        [Values("19 37 23", "9 33 530", "64 512 24")] string sizes, [Values(64, 32)] int vectorBytes)
    {
        var extents = sizes.Split(' ').Select(long.Parse).Zip("mnk").ToDictionary(p => p.Second, p => p.First);
        extents['b'] = 2;
        if (extents.Values.Aggregate((a, b) => a * b) * (layout.Contains('b') ? 1 : 0.5) > 200_000) extents['m'] = 5;
        var operands = layout.Split("->")[0].Split(',').Select((labels, i) =>
            Nodes.Input($"x{i}", DType.Float32, Shape.Of(labels.Select(l => (Dim)extents[l])))).ToArray();
        var graph = new ComputationGraph("product", [new NamedOutput("y", Nodes.Einsum(layout, operands[0], operands[1]) + 1)], []);
        var values = graph.Inputs.Distinct().ToDictionary(i => i.Label, Values);
        var expected = ReferenceEvaluator.Evaluate(graph, values, new Dictionary<StateSlot, Literal>()).Outputs["y"];
        var buffers = new ProgramBuffers();
        var definition = KernelDefinitions.Of(graph, Fusion.Run(graph), buffers).Kernels.Single().Definition;

        var choices = ContractionSchedule.Choices(definition, new CpuTarget(vectorBytes)).ToArray();
        var every = Math.Max(1, choices.Length / 10);
        foreach (var (shape, blocking) in choices.Where((_, i) => i % every == 0))
        {
            var kernel = ContractionSchedule.Build(definition, shape, blocking);
            LoopVerifier.Verify(kernel);
            var memory = kernel.Arguments.Select(a => values.TryGetValue(a.Name, out var given)
                ? new WatchedBuffer(a.Name, given) : new WatchedBuffer(a.Name, expected.Type)).ToArray();
            LoopInterpreter.Run(kernel, memory, []);
            Closeness.AssertClose(memory[0].Contents, expected, Closeness.Tolerance(DType.Float32), $"{layout} {sizes} {shape.Choice} {blocking}");
        }
    }

    private static Literal Values(Input input)
    {
        var literal = new Literal(input.Type);
        for (var i = 0; i < literal.Count; i++) literal[i] = Scalar.Of(input.Type.DType, Threefry.Uniform(5, input.Label[^1], i) - 0.5);
        return literal;
    }
}
