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
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static CompiledSource Compile(
        ComputationGraph graph, IReadOnlyDictionary<DimSymbol, long> binding, CompilerOptions options, CancellationToken cancellationToken = default)
    {
        // Reading the prelude takes as long as some passes and needs nothing of them.
        var prelude = Task.Run(() => PreludeSource.All, CancellationToken.None);
        var log = new PassLog(options, graph.Name, cancellationToken);
        graph = Rewrite(graph, binding, log);
        var (definitions, decisions) = Define(graph, log);

        var shared = SharedKernels.Of(definitions.Kernels);
        log.After("share kernels");
        var kernels = Concurrently.Map(shared.Distinct, d => ScheduleChoice.Build(d.Definition, d.Kind, options.Target, options.Schedules), cancellationToken);
        log.After("loops", () => string.Join('\n', kernels.Select(LoopPrinter.Print)));
        Concurrently.Map(kernels, LoopVerifier.Verify, cancellationToken);
        log.After("verify loops");
        var prepared = PreparedWork.Of(graph, definitions);
        log.After("prepared work", () => string.Join('\n', prepared.Once.Select(w => w.Name)));
        var plan = PlanAssembly.Assemble(graph, new ProgramParts(graph.States, definitions, shared, kernels), prepared, options);
        log.After("plan", () => Runtime.PlanPrinter.Print(plan.Plan) + "\n" + plan.Memory);
        prelude.Wait(cancellationToken);
        var text = ProgramEmitter.Write(graph.Name, kernels, options.Target, cancellationToken);
        log.After("kernels", () => text, ".cs");
        return new CompiledSource(plan.Plan, kernels, text, plan.States, plan.Memory, decisions)
        {
            UnusableSchedules = ScheduleCandidates.Unusable(shared.Distinct, options),
        };
    }

    /// <summary>The kernels of a program, each once, before any decision how they work.</summary>
    /// <exception cref="GraphException">The graph or the binding does not fit.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static IReadOnlyList<PlannedKernel> Kernels(
        ComputationGraph graph, IReadOnlyDictionary<DimSymbol, long> binding, CompilerOptions options, CancellationToken cancellationToken = default)
    {
        var log = new PassLog(options with { DumpFolder = null }, graph.Name, cancellationToken);
        return SharedKernels.Of(Define(Rewrite(graph, binding, log), log).Definitions.Kernels).Distinct;
    }

    /// <summary>Why each edge is fused, or is not, without compiling further.</summary>
    /// <exception cref="GraphException">The graph or the binding does not fit.</exception>
    public static IReadOnlyList<FusionDecision> Explain(ComputationGraph graph, IReadOnlyDictionary<DimSymbol, long> binding, CompilerOptions options)
    {
        var log = new PassLog(options, graph.Name, CancellationToken.None);
        return Define(Rewrite(graph, binding, log), log).Decisions;
    }

    /// <summary>Graph to graph.</summary>
    private static ComputationGraph Rewrite(ComputationGraph graph, IReadOnlyDictionary<DimSymbol, long> binding, PassLog log)
    {
        GraphVerifier.CheckNames(graph);
        graph = log.After("bind", Binding.Bind(graph, binding));
        graph = log.After("lean scans", LeanScans.Run(graph));
        graph = log.After("empty tensors", BodyPasses.Everywhere(graph, EmptyTensors.Run));
        graph = log.After("simplify", BodyPasses.Everywhere(graph, g => RewriteDriver.Apply(g, RuleSet.SimplifyDifferentiated, out _)));
        graph = log.After("lean scans again", LeanScans.Run(graph));
        graph = log.After("mask from result", BodyPasses.Everywhere(graph, MaskFromResult.Run));
        graph = log.After("channels last", BodyPasses.Everywhere(graph, ChannelsLast.Run));
        graph = log.After("scatter precision", BodyPasses.Everywhere(graph, ScatterPrecision.Run));
        graph = log.After("split reductions", BodyPasses.Everywhere(graph, SplitReductions.Run));
        graph = log.After("captured order", BodyPasses.Everywhere(graph, CapturedOrder.Run));
        graph = log.After("distributed slices", BodyPasses.Everywhere(graph, DistributedSlices.Run));
        graph = log.After("explicit carries", BodyPasses.Everywhere(graph, ExplicitCarries.Run));
        return log.After("root copies", RootCopies.Run(graph));
    }

    /// <summary>Graph to kernels, before any decision how they work.</summary>
    private static (KernelDefinitions Definitions, IReadOnlyList<FusionDecision> Decisions) Define(ComputationGraph graph, PassLog log)
    {
        var fusion = Fusion.Run(graph);
        log.After("fusion", () => string.Join('\n', fusion.Groups) + "\n\n" + string.Join('\n', fusion.Decisions));
        var buffers = new ProgramBuffers();
        var direct = StateWrites.Direct(graph, fusion);
        foreach (var update in graph.Updates.Where(u => direct.Contains(u.Slot))) buffers.Alias(update.Value, update.Slot);
        log.After("state writes");
        var definitions = KernelDefinitions.Of(graph, fusion, buffers);
        log.After("definitions", () => string.Join('\n', definitions.Kernels.Select(d => d.Definition)));
        return (definitions, [.. fusion.Decisions, .. definitions.Decisions]);
    }
}
