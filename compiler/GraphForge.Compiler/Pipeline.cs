using GraphForge.Compiler.Emit;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Compiler.Loops.Schedules;
using GraphForge.Compiler.Rewrite;
using GraphForge.Compiler.Schedule;

namespace GraphForge.Compiler;

/// <summary>Every pass, in order.</summary>
public static class Pipeline
{
    /// <summary>Compiles a graph for one binding of its symbols.</summary>
    /// <exception cref="GraphException">The graph, the binding or the memory budget does not fit.</exception>
    public static CompiledSource Compile(
        ComputationGraph graph, IReadOnlyDictionary<DimSymbol, long> binding, CompilerOptions options, CancellationToken cancellationToken = default)
    {
        // Reading the prelude takes as long as some passes and needs nothing of them.
        var prelude = Task.Run(() => PreludeSource.All, CancellationToken.None);
        var dump = new PassDump(options.DumpFolder, graph.Name);
        GraphVerifier.CheckNames(graph);
        graph = Pass("bind", Binding.Bind(graph, binding));
        graph = Pass("lean scans", LeanScans.Run(graph));
        graph = Pass("empty tensors", BodyPasses.Everywhere(graph, EmptyTensors.Run));
        graph = Pass("simplify", BodyPasses.Everywhere(graph, g => RewriteDriver.Apply(g, RuleSet.SimplifyDifferentiated, out _)));
        graph = Pass("lean scans again", LeanScans.Run(graph));
        graph = Pass("mask from result", BodyPasses.Everywhere(graph, MaskFromResult.Run));
        graph = Pass("channels last", BodyPasses.Everywhere(graph, ChannelsLast.Run));
        graph = Pass("scatter precision", BodyPasses.Everywhere(graph, ScatterPrecision.Run));
        graph = Pass("captured order", BodyPasses.Everywhere(graph, CapturedOrder.Run));
        graph = Pass("distributed slices", BodyPasses.Everywhere(graph, DistributedSlices.Run));
        graph = Pass("explicit carries", BodyPasses.Everywhere(graph, ExplicitCarries.Run));
        graph = Pass("root copies", RootCopies.Run(graph));

        var fusion = Fusion.Run(graph);
        dump.Write("fusion", () => string.Join('\n', fusion.Groups) + "\n\n" + string.Join('\n', fusion.Decisions));
        cancellationToken.ThrowIfCancellationRequested();

        var buffers = new ProgramBuffers();
        var direct = StateWrites.Direct(graph, fusion);
        foreach (var update in graph.Updates.Where(u => direct.Contains(u.Slot))) buffers.Alias(update.Value, update.Slot);
        var definitions = KernelDefinitions.Of(graph, fusion, buffers);
        dump.Write("definitions", () => string.Join('\n', definitions.Kernels.Select(d => d.Definition)));
        var kernels = definitions.Kernels.Select(d => ScheduleChoice.Build(d.Definition, d.Kind, options.Target)).ToArray();
        dump.Write("loops", () => string.Join('\n', kernels.Select(LoopPrinter.Print)));
        foreach (var kernel in kernels) LoopVerifier.Verify(kernel);
        cancellationToken.ThrowIfCancellationRequested();

        var plan = PlanAssembly.Assemble(graph, definitions, kernels, buffers, options);
        dump.Write("plan", () => Runtime.PlanPrinter.Print(plan.Plan) + "\n" + plan.Memory);
        prelude.Wait(cancellationToken);
        var text = ProgramEmitter.Write(graph.Name, kernels, options.Target);
        dump.Write("kernels", () => text, ".cs");
        return new CompiledSource(plan.Plan, kernels, text, plan.States, plan.Memory, [.. fusion.Decisions, .. definitions.Decisions]);

        ComputationGraph Pass(string name, ComputationGraph result)
        {
            cancellationToken.ThrowIfCancellationRequested();
            dump.Write(name, () => GraphPrinter.Print(result));
            GraphVerifier.Verify(result, name);
            return result;
        }
    }
}
