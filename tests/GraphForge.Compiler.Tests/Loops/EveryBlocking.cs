using GraphForge.Compiler.Emit.Targets;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Compiler.Loops.Schedules;
using GraphForge.Compiler.Ops;
using GraphForge.Compiler.Schedule;
using GraphForge.Compiler.Tests.Compiled;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Loops;

/// <summary>A contraction in a tenth of all ways to cut and pack it, interpreted, against the reference.</summary>
internal static class EveryBlocking
{
    /// <param name="graph">One contraction, whose one output is y.</param>
    /// <param name="target">The processor it is cut for.</param>
    /// <param name="what">Told where results differ.</param>
    public static void AssertComputes(ComputationGraph graph, CpuTarget target, string what)
    {
        var values = graph.Inputs.Distinct().ToDictionary(i => i.Label, Operand);
        var expected = ReferenceEvaluator.Evaluate(graph, values, new Dictionary<StateSlot, Literal>()).Outputs["y"];
        var definition = KernelDefinitions.Of(graph, Fusion.Run(graph), new ProgramBuffers()).Kernels.Single().Definition;
        var choices = ContractionSchedule.Choices(definition, target).ToArray();
        Assert.That(choices, Is.Not.Empty, what);
        var every = Math.Max(1, choices.Length / 10);
        foreach (var (shape, blocking) in choices.Where((_, i) => i % every == 0))
        {
            var kernel = LoopVerifier.Verify(ContractionSchedule.Build(definition, shape, blocking));
            var memory = kernel.Arguments.Select(a => values.TryGetValue(a.Name, out var given)
                ? new WatchedBuffer(a.Name, given) : new WatchedBuffer(a.Name, expected.Type)).ToArray();
            LoopInterpreter.Run(kernel, memory, []);
            Closeness.AssertClose(memory[0].Contents, expected, Closeness.Tolerance(DType.Float32), $"{what} {shape.Choice} {blocking}");
        }
    }

    /// <summary>Floats between −0.5 and 0.5, and integers below 192, by the last letter of the name.</summary>
    public static Literal Operand(Input input)
    {
        var literal = new Literal(input.Type);
        for (var i = 0; i < literal.Count; i++)
            literal[i] = input.Type.DType.IsFloat() ? Scalar.Of(input.Type.DType, Threefry.Uniform(5, input.Label[^1], i) - 0.5) : Scalar.Of(input.Type.DType, i * 7L % 192);
        return literal;
    }
}
