using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;

namespace GraphForge.Compiler.Schedule;

/// <summary>Lowers every group, bodies of loops included, and adds a copying kernel for each state that cannot be written directly.</summary>
public sealed class KernelDefinitions
{
    private readonly List<PlannedKernel> _kernels = [];
    private readonly List<FusionDecision> _decisions = [];
    private readonly Dictionary<LoopBuffer, LoopBuffer> _views = [];

    private KernelDefinitions(ProgramBuffers program) => Program = program;

    /// <summary>Buffers of the program; they hold the constants of bodies too.</summary>
    internal ProgramBuffers Program { get; }

    internal int Count => _kernels.Count;

    /// <summary>What the planner orders.</summary>
    public IReadOnlyList<PlannedWork> Work { get; private set; } = [];

    /// <summary>
    /// Kernels that compute some results of another kernel again, for a planner that gives results up: one from the rest of its
    /// results, or that rest alone.
    /// </summary>
    public IReadOnlyList<PlannedKernel> Derivations { get; private set; } = [];

    /// <summary>Every kernel, those in loops and derivations included.</summary>
    public IReadOnlyList<PlannedKernel> Kernels => _kernels;

    /// <summary>Why edges of bodies were fused, or were not.</summary>
    public IReadOnlyList<FusionDecision> Decisions => _decisions;

    /// <summary>Buffers that are another way to see a buffer, and that buffer.</summary>
    public IReadOnlyDictionary<LoopBuffer, LoopBuffer> Views => _views;

    internal void See(LoopBuffer view, LoopBuffer whole) => _views[view] = whole;

    public static KernelDefinitions Of(ComputationGraph graph, FusionPlan fusion, ProgramBuffers buffers)
    {
        var definitions = new KernelDefinitions(buffers);
        var work = definitions.Lower(fusion, buffers).ToList();
        foreach (var update in graph.Updates.Where(u => buffers.Of(u.Value) != buffers.Of(u.Slot)))
            work.Add(definitions.Copy(buffers.Of(update.Value), buffers.Of(update.Slot)));
        definitions.Work = work;
        definitions.Derivations = work.OfType<PlannedKernel>().SelectMany(definitions.Derived).ToArray();
        return definitions;
    }

    private IEnumerable<PlannedKernel> Derived(PlannedKernel kernel)
    {
        var derived = Derivation.Of(kernel).Where(store => Program.Owns(store.Buffer)).ToArray();
        foreach (var store in derived)
            yield return Kernel(
                $"derive_{Emit.CSharpNames.Identifier(store.Buffer.Name)}", $"{store.Buffer} from other results of {kernel.Name}, after it was given up.",
                store.Domain, [store], [], Derivation.InPlace(store, Program.Owns));
        if (derived.Length > 0 && kernel.Writes.All(Program.Owns) && Derivation.Core(kernel.Definition, derived, $"{kernel.Name}_core") is { } core)
            yield return Add(new PlannedKernel(core, kernel.Kind, [.. core.Results.Select(s => s.Buffer).Distinct()], ReadsOf(core.Stores), []));
    }

    internal IReadOnlyList<PlannedWork> Lower(FusionPlan plan, NodeStorage storage)
    {
        if (storage != Program) _decisions.AddRange(plan.Decisions);
        var lowering = new GroupLowering(plan, storage);
        var work = new List<PlannedWork>();
        foreach (var group in plan.Groups)
            work.Add(group.Kind == GroupKind.Loop
                ? LoopLowering.Of(this, group, plan, storage).Lower()
                : Kernel(group, plan, lowering, storage));
        return work;
    }

    /// <summary>A kernel that is no group of nodes.</summary>
    internal PlannedKernel Kernel(
        string name, string title, IReadOnlyList<LoopVar> domain, IReadOnlyList<StoreDefinition> stores, IReadOnlyList<LoopVar> counters,
        IReadOnlyList<(LoopBuffer Result, LoopBuffer Operand)>? inPlace = null)
    {
        var writes = stores.Select(s => s.Buffer).ToArray();
        var reads = ReadsOf(stores);
        var definition = new KernelDefinition(Emit.CSharpNames.Identifier($"K{Count}_{name}"), ["<summary>", title, "</summary>"],
            domain, stores, [.. writes, .. reads])
        { Counters = counters };
        return Add(new PlannedKernel(definition, GroupKind.Map, writes, reads, inPlace ?? []));
    }

    private PlannedKernel Kernel(FusionGroup group, FusionPlan plan, GroupLowering lowering, NodeStorage storage)
    {
        var definition = lowering.Lower(group, KernelSummary.Name(Count, group));
        var writes = definition.Results.Select(s => s.Buffer).Distinct().ToArray();
        var inPlace = InPlace.Pairs(group, plan, n => BufferOf(n, storage) is { } buffer && storage.Owns(buffer))
            .Select(p => (storage.PlaceOf(p.Result).Buffer, storage.PlaceOf(p.Operand).Buffer)).ToArray();
        var reads = ReadsOf(definition.Stores).Where(b => definition.Scores?.Locals.Contains(b) != true).ToArray();
        return Add(new PlannedKernel(definition, group.Kind, writes, reads, inPlace) { Nodes = plan.WorkOf(group) });
    }

    internal PlannedKernel Replace(PlannedKernel kernel, PlannedKernel by)
    {
        _kernels[_kernels.FindLastIndex(k => ReferenceEquals(k, kernel))] = by;
        return by;
    }

    private static LoopBuffer? BufferOf(Node node, NodeStorage storage) =>
        node.Op is Ops.BodyParameter or Ops.Constant ? null : storage.PlaceOf(node).Buffer;

    private PlannedKernel Add(PlannedKernel kernel)
    {
        _kernels.Add(kernel);
        return kernel;
    }

    private static LoopBuffer[] ReadsOf(IEnumerable<StoreDefinition> stores) =>
        Loads.Of(stores.Select(s => s.Value)).Select(l => l.Buffer).Distinct().ToArray();

    private PlannedKernel Copy(LoopBuffer from, LoopBuffer to)
    {
        var index = new LoopVar("i0", from.Count);
        return Kernel($"store_{Emit.CSharpNames.Identifier(to.Name)}",
            $"Copies the new value of {to} into its state, once nothing reads the old one.",
            [index], [new StoreDefinition([index], to, index, new LoadExpr(from, index))], []);
    }
}
