using GraphForge.Compiler.Emit;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Compiler.Loops.Schedules;
using GraphForge.Compiler.Memory;
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
        ComputationGraph graph, IReadOnlyDictionary<DimSymbol, long> binding, CompilerOptions options, CancellationToken cancellationToken = default) =>
        Compile(graph.Name, options, log => Budgeted.Plan(graph, binding, options, log).Require(options.MemoryBudget), cancellationToken);

    /// <param name="name">Name of the program.</param>
    /// <param name="options">How to compile it.</param>
    /// <param name="plan">All that comes before kernels are written.</param>
    /// <param name="cancellationToken">Ends the compilation.</param>
    internal static CompiledSource Compile(
        string name, CompilerOptions options, Func<PassLog, PlannedProgram> plan, CancellationToken cancellationToken = default)
    {
        // Reading the prelude takes as long as some passes and needs nothing of them.
        var prelude = Task.Run(() => PreludeSource.Cpu.All, CancellationToken.None);
        var log = new PassLog(options, name, cancellationToken);
        var program = plan(log);
        var (kernels, calls) = program.Kernels.UsedBy(program.Plan.Plan);
        log.After("plan", () => Runtime.PlanPrinter.Print(calls) + "\n" + program.Plan.Memory);
        log.After("memory", program.Plan.Memory.ToSvg, ".svg");
        Concurrently.Map(kernels, LoopVerifier.Verify, cancellationToken);
        log.After("verify loops");
        prelude.Wait(cancellationToken);
        var text = options.Device is null
            ? ProgramEmitter.Write(name, kernels, options.Target, options.KernelNamespace, cancellationToken)
            : DeviceProgramEmitter.Write(name, kernels, cancellationToken);
        log.After("kernels", () => text, ".cs");
        return new CompiledSource(calls, kernels, text, program.Plan.States, program.Plan.Memory, program.Decisions)
        {
            UnusableSchedules = ScheduleCandidates.Unusable(program.Kernels.Shared.Distinct, options),
            IsConstrained = program.Plan != program.Unconstrained,
        };
    }

    /// <summary>
    /// What a program needs that runs its batch as a whole, without writing kernels: the report of the plan within the budget, and
    /// where none fits, that of the smallest there is.
    /// </summary>
    /// <exception cref="GraphException">The graph or the binding does not fit.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static MemoryReport Plan(
        ComputationGraph graph, IReadOnlyDictionary<DimSymbol, long> binding, CompilerOptions options, CancellationToken cancellationToken = default)
    {
        var log = new PassLog(options with { DumpFolder = null }, graph.Name, cancellationToken);
        return Planned(Binding.Bind(graph, binding), options, log, MemoryPlanner.Plan).Plan.Memory;
    }

    /// <summary>The kernels of a program, each once, before any decision how they work.</summary>
    /// <exception cref="GraphException">The graph or the binding does not fit.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static IReadOnlyList<PlannedKernel> Kernels(
        ComputationGraph graph, IReadOnlyDictionary<DimSymbol, long> binding, CompilerOptions options, CancellationToken cancellationToken = default)
    {
        var log = new PassLog(options with { DumpFolder = null }, graph.Name, cancellationToken);
        return SharedKernels.Of(Define(Forms(Binding.Bind(graph, binding), options, log).First(), Limits(options), log).Definitions.Kernels).Distinct;
    }

    /// <summary>Why each edge is fused, or is not, without compiling further.</summary>
    /// <exception cref="GraphException">The graph or the binding does not fit.</exception>
    public static IReadOnlyList<FusionDecision> Explain(ComputationGraph graph, IReadOnlyDictionary<DimSymbol, long> binding, CompilerOptions options)
    {
        var log = new PassLog(options, graph.Name, CancellationToken.None);
        return Planned(Binding.Bind(graph, binding), options, log, MemoryPlanner.Plan).Decisions;
    }

    /// <summary>The fastest form of a program, and forms that take less memory where layouts and transformed kernels need it.</summary>
    private static IEnumerable<ComputationGraph> Forms(ComputationGraph graph, CompilerOptions options, PassLog log)
    {
        yield return Rewrite(graph, options, log, transforms: options.Device is null);
        yield return Rewrite(graph, options, log, transforms: false);
        yield return Translate(graph, log);
    }

    /// <summary>Bound graph to graph.</summary>
    private static ComputationGraph Rewrite(ComputationGraph graph, CompilerOptions options, PassLog log, bool transforms)
    {
        graph = log.After("bind", graph);
        graph = log.After("lean scans", LeanScans.Run(graph));
        graph = log.After("empty tensors", BodyPasses.Everywhere(graph, EmptyTensors.Run));
        graph = log.After("simplify", BodyPasses.Everywhere(graph, g => RewriteDriver.Apply(g, RuleSet.SimplifyDifferentiated, out _)));
        graph = log.After("lean scans again", LeanScans.Run(graph));
        graph = log.After("mask from result", BodyPasses.Everywhere(graph, MaskFromResult.Run));
        graph = log.After("channels last", BodyPasses.Everywhere(graph, g => ChannelsLast.Run(g, transforms)));
        graph = log.After("scatter precision", BodyPasses.Everywhere(graph, ScatterPrecision.Run));
        graph = log.After("split reductions", BodyPasses.Everywhere(graph, g => SplitReductions.Run(g, options.Device)));
        graph = log.After("captured order", BodyPasses.Everywhere(graph, CapturedOrder.Run));
        graph = log.After("distributed slices", BodyPasses.Everywhere(graph, DistributedSlices.Run));
        graph = log.After("explicit carries", BodyPasses.Everywhere(graph, ExplicitCarries.Run));
        return log.After("root copies", RootCopies.Run(graph));
    }

    /// <summary>As little as there has to be between what was written and kernels, where that needs less memory.</summary>
    private static ComputationGraph Translate(ComputationGraph graph, PassLog log)
    {
        graph = log.After("empty tensors", BodyPasses.Everywhere(graph, EmptyTensors.Run));
        graph = log.After("scatter precision", BodyPasses.Everywhere(graph, ScatterPrecision.Run));
        graph = log.After("captured order", BodyPasses.Everywhere(graph, CapturedOrder.Run));
        graph = log.After("explicit carries", BodyPasses.Everywhere(graph, ExplicitCarries.Run));
        return log.After("root copies", RootCopies.Run(graph));
    }

    /// <summary>
    /// Groups of a device work on some rows or some columns of a matrix of scores, and do not wait for each other; each fetches operands of
    /// contractions anew, neighbours together.
    /// </summary>
    private static FusionLimits Limits(CompilerOptions options) => options.Device is null
        ? FusionLimits.None
        : FusionLimits.None with { SplitsScores = true, LoadsOperands = true };

    /// <summary>Graph to kernels, before any decision how they work.</summary>
    private static (KernelDefinitions Definitions, IReadOnlyList<FusionDecision> Decisions) Define(ComputationGraph graph, FusionLimits limits, PassLog log)
    {
        var fusion = Fusion.Run(graph, limits);
        log.After("fusion", () => string.Join('\n', fusion.Groups) + "\n\n" + string.Join('\n', fusion.Decisions));
        var buffers = new ProgramBuffers();
        foreach (var (node, output) in SharedOutputs.Merge(graph, fusion)) buffers.Alias(node, output);
        log.After("shared outputs");
        var direct = StateWrites.Direct(graph, fusion);
        foreach (var update in graph.Updates.Where(u => direct.Contains(u.Slot))) buffers.Alias(update.Value, update.Slot);
        log.After("state writes");
        var definitions = KernelDefinitions.Of(graph, fusion, buffers);
        log.After("definitions", () => string.Join('\n', definitions.Kernels.Select(d => d.Definition)));
        return (definitions, [.. fusion.Decisions, .. definitions.Decisions]);
    }

    /// <summary>Bound graph to kernels and memory plan.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="options">Where no plan fits the budget, the smallest is made.</param>
    /// <param name="log">Told of every pass.</param>
    /// <param name="planner">Plans within a budget.</param>
    internal static PlannedProgram Planned(
        ComputationGraph graph, CompilerOptions options, PassLog log, Func<PlanningProblem, long?, MemoryPlan> planner)
    {
        GraphVerifier.CheckNames(graph);
        var nodeByNode = NodeByNode.PeakBytes(graph);
        return new LeanFusion(nodeByNode, (form, apart) => Planned(form, Limits(options) with { Apart = apart }, options, log, planner))
            .Plan(Forms(graph, options, log));
    }

    private static PlannedProgram Planned(
        ComputationGraph graph, FusionLimits limits, CompilerOptions options, PassLog log, Func<PlanningProblem, long?, MemoryPlan> planner)
    {
        var (definitions, decisions) = Define(graph, limits, log);
        var scheduled = ScheduledKernels.Of(definitions, options, log.CancellationToken);
        log.After("loops", () => string.Join('\n', scheduled.Loops.Select(LoopPrinter.Print)));
        var prepared = PreparedWork.Of(graph, definitions, limits.Apart);
        log.After("prepared work", () => string.Join('\n', prepared.Once.Select(w => w.Name)));
        var parts = ProgramParts.Of(graph, definitions, scheduled);
        var unconstrained = new PlanAssembly(graph, parts, options with { MemoryBudget = null }, planner).Assemble(prepared);
        var fits = options.MemoryBudget is not { } budget || unconstrained.Memory.TotalBytes <= budget;
        var plan = fits ? unconstrained : new PlanAssembly(graph, parts, options, planner).Assemble(prepared);
        return new PlannedProgram(decisions, scheduled, unconstrained, plan);
    }
}
