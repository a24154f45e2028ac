using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Compiler.Memory;
using GraphForge.Compiler.Ops;
using GraphForge.Compiler.Schedule;
using GraphForge.Runtime;

namespace GraphForge.Compiler;

/// <summary>A plan, the slots behind its states, and its memory figures.</summary>
public sealed record AssembledPlan(ExecutionPlan Plan, IReadOnlyList<StateSlot> States, MemoryReport Memory);

/// <summary>Poses the memory planning problem for a list of kernels and writes its solution down as an execution plan.</summary>
internal sealed class PlanAssembly
{
    private readonly ComputationGraph _graph;
    private readonly IReadOnlyList<PlannedKernel> _kernels;
    private readonly IReadOnlyList<LoopKernel> _loops;
    private readonly ProgramBuffers _buffers;
    private readonly IReadOnlyList<StateSlot> _states;
    private readonly List<LoopBuffer> _arena = [];
    private readonly List<LoopBuffer> _constants = [];
    private readonly Dictionary<LoopBuffer, int> _valueIds = [];

    private PlanAssembly(
        ComputationGraph graph, IReadOnlyList<PlannedKernel> kernels, IReadOnlyList<LoopKernel> loops, ProgramBuffers buffers)
    {
        (_graph, _kernels, _loops, _buffers) = (graph, kernels, loops, buffers);
        _states = graph.States;
        foreach (var input in graph.TopologicalOrder().Where(n => n.Op is Input)) AddArena(buffers.Of(input));
        foreach (var buffer in kernels.SelectMany(k => k.Writes.Concat(k.Reads)))
        {
            if (buffers.IsArena(buffer)) AddArena(buffer);
            else if (buffers.NodeOf(buffer) is not null && !_constants.Contains(buffer)) _constants.Add(buffer);
        }
    }

    public static AssembledPlan Assemble(
        ComputationGraph graph, IReadOnlyList<PlannedKernel> kernels, IReadOnlyList<LoopKernel> loops, ProgramBuffers buffers, CompilerOptions options)
    {
        var assembly = new PlanAssembly(graph, kernels, loops, buffers);
        var memory = MemoryPlanner.Plan(assembly.Problem(options), options.MemoryBudget);
        return new AssembledPlan(assembly.Write(memory), assembly._states, memory.Report);
    }

    private void AddArena(LoopBuffer buffer)
    {
        if (!_valueIds.TryAdd(buffer, _arena.Count)) return;
        _arena.Add(buffer);
    }

    private static long Bytes(LoopBuffer buffer) => buffer.Count * buffer.Type.Size();

    private int Scratch => checked((int)_loops.Select(l => l.ScratchBytes).DefaultIfEmpty(0).Max());

    private PlanningProblem Problem(CompilerOptions options)
    {
        var outputs = _graph.Outputs.Select(o => _buffers.Of(o.Value)).ToHashSet();
        var values = _arena.Select((b, id) => new PlannedValue(
            id, b.Name, Bytes(b), _buffers.NodeOf(b)!.Op is Input, outputs.Contains(b), _buffers.NodeOf(b)!.Source)).ToArray();
        var steps = _kernels.Select(k => new PlannedStep(k.Definition.Name, Ids(k.Reads), Ids(k.Writes),
            k.InPlace.Select(p => (_valueIds[p.Result], _valueIds[p.Operand])).ToArray())
        {
            StateReads = StateIds(k.Reads),
            StateWrites = StateIds(k.Writes),
        }).ToArray();
        return new PlanningProblem(values, steps, Constraints(steps).ToArray())
        {
            StateBytes = _states.Sum(s => s.Type.Bytes),
            ConstantBytes = _constants.Sum(Bytes),
            ScratchBytes = (long)Scratch * options.Threads,
        };
    }

    private int[] Ids(IEnumerable<LoopBuffer> buffers) => buffers.Where(_valueIds.ContainsKey).Select(b => _valueIds[b]).ToArray();

    private int[] StateIds(IEnumerable<LoopBuffer> buffers) =>
        buffers.Select(b => _buffers.SlotOf(b)).OfType<StateSlot>().Select(s => _states.Index().First(p => p.Item == s).Index).ToArray();

    /// <summary>Whoever reads the old value of a state runs before whoever writes the new one.</summary>
    private static IEnumerable<(int Before, int After)> Constraints(PlannedStep[] steps) =>
        from writer in steps.Index()
        from state in writer.Item.StateWrites
        from reader in steps.Index()
        where reader.Index != writer.Index && reader.Item.StateReads.Contains(state)
        select (reader.Index, writer.Index);

    private ExecutionPlan Write(MemoryPlan memory)
    {
        var plan = new List<PlanBuffer>();
        var index = new Dictionary<LoopBuffer, int>();
        foreach (var (buffer, id) in _valueIds)
        {
            var node = _buffers.NodeOf(buffer)!;
            var output = _graph.Outputs.FirstOrDefault(o => o.Value == node);
            var kind = node.Op is Input ? BufferKind.Input : output.Value is null ? BufferKind.Intermediate : BufferKind.Output;
            Add(buffer, new PlanBuffer(output.Name ?? buffer.Name, kind, buffer.Type, node.Shape.Values, Bytes(buffer), memory.Layout.Offsets[id]));
        }
        foreach (var (i, slot) in _states.Index())
            Add(_buffers.Of(slot), new PlanBuffer(slot.Name, BufferKind.State, slot.Type.DType, slot.Type.Shape.Values, slot.Type.Bytes, i));
        foreach (var (i, buffer) in _constants.Index())
            Add(buffer, new PlanBuffer(buffer.Name, BufferKind.Constant, buffer.Type, _buffers.NodeOf(buffer)!.Shape.Values, Bytes(buffer), i));
        plan = InSignatureOrder(plan, index);
        var steps = memory.Order.Select((k, position) => new PlanStep(
            k, _kernels[k].Definition.Arguments.Select(a => index[a]).ToArray(), _loops[k].Tasks, memory.Barriers[position])).ToArray();
        var constants = _constants.Select(c => ((Constant)_buffers.NodeOf(c)!.Op).Value.Bytes.ToArray()).ToArray();
        return new ExecutionPlan(_graph.Name, memory.Layout.ArenaBytes, Scratch, _loops.Select(l => l.Name).ToArray(), plan, steps, constants);

        void Add(LoopBuffer buffer, PlanBuffer planned)
        {
            index[buffer] = plan.Count;
            plan.Add(planned);
        }
    }

    /// <summary>Outputs in the order the graph names them, so that their index is their position in the signature.</summary>
    private List<PlanBuffer> InSignatureOrder(List<PlanBuffer> plan, Dictionary<LoopBuffer, int> index)
    {
        var names = _graph.Outputs.Select(o => o.Name).ToList();
        var order = Enumerable.Range(0, plan.Count)
            .OrderBy(i => plan[i].Kind == BufferKind.Output ? names.IndexOf(plan[i].Name) : -1).ToArray();
        var position = new int[plan.Count];
        for (var i = 0; i < order.Length; i++) position[order[i]] = i;
        foreach (var buffer in index.Keys.ToArray()) index[buffer] = position[index[buffer]];
        return order.Select(i => plan[i]).ToList();
    }
}
