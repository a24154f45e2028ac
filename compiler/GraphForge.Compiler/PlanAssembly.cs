using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Compiler.Memory;
using GraphForge.Compiler.Ops;
using GraphForge.Compiler.Schedule;
using GraphForge.Runtime;

namespace GraphForge.Compiler;

/// <summary>A plan, the slots behind its states, and its memory figures.</summary>
public sealed record AssembledPlan(ExecutionPlan Plan, IReadOnlyList<StateSlot> States, MemoryReport Memory)
{
    /// <summary>Modelled time of a run.</summary>
    public double Milliseconds { get; init; }

    /// <summary>Steps that run again for values that were given up.</summary>
    public int Repeats { get; init; }
}

/// <summary>Has the memory of a program planned and writes the solution down as an execution plan.</summary>
internal sealed class PlanAssembly
{
    private readonly ComputationGraph _graph;
    private readonly KernelDefinitions _definitions;
    private readonly ScheduledKernels _kernels;
    private readonly ProgramBuffers _buffers;
    private readonly IReadOnlyList<StateSlot> _states;
    private readonly Dictionary<StateSlot, int> _numberOf;
    private readonly LoopBuffer[] _constants;
    private readonly Dictionary<LoopBuffer, string> _outputs;
    private readonly List<PlanBuffer> _plan = [];
    private readonly Dictionary<LoopBuffer, int> _index = [];

    private PlanAssembly(ComputationGraph graph, KernelDefinitions definitions, ScheduledKernels kernels)
    {
        (_graph, _definitions, _kernels, _buffers) = (graph, definitions, kernels, definitions.Program);
        _states = graph.States;
        _numberOf = _states.Index().ToDictionary(s => s.Item, s => s.Index);
        _outputs = graph.Outputs.ToDictionary(o => _buffers.Of(o.Value), o => o.Name);
        _constants = definitions.Kernels.SelectMany(k => k.Reads).Where(b => _buffers.NodeOf(b)?.Op is Constant).Distinct().ToArray();
    }

    /// <param name="graph">The program's signature.</param>
    /// <param name="definitions">Its work.</param>
    /// <param name="kernels">Which kernel does which work, and how.</param>
    /// <param name="options">Budget and threads.</param>
    /// <param name="planner">Plans the memory within a budget.</param>
    public static AssembledPlan Assemble(
        ComputationGraph graph, KernelDefinitions definitions, ScheduledKernels kernels, CompilerOptions options,
        Func<PlanningProblem, long?, MemoryPlan> planner)
    {
        var assembly = new PlanAssembly(graph, definitions, kernels);
        var inputs = graph.TopologicalOrder().Where(n => n.Op is Input).Select(definitions.Program.Of);
        var work = WorkPlan.OfProgram(definitions, inputs, assembly.ValueOf, assembly.StateOf, problem => planner(problem with
        {
            StateBytes = assembly._states.Sum(s => s.Type.Bytes),
            ConstantBytes = assembly._constants.Sum(WorkPlan.Bytes),
            ScratchBytes = (long)assembly.Scratch * options.Threads,
            Steps = Timed(problem.Steps, definitions.Work, options),
            Derivations = Timed(problem.Derivations, definitions.Derivations, options),
        }, options.MemoryBudget));
        return new AssembledPlan(assembly.Write(work), assembly._states, work.Memory.Report)
        {
            Milliseconds = work.Memory.Program.Problem.Steps.Sum(s => s.Milliseconds),
            Repeats = work.Memory.Program.Repeats.Count,
        };
    }

    private static PlannedStep[] Timed(IReadOnlyList<PlannedStep> steps, IReadOnlyList<PlannedWork> work, CompilerOptions options) =>
        [.. steps.Zip(work, (step, planned) => step with { IsRepeatable = planned is PlannedKernel, Milliseconds = WorkTime.Milliseconds(planned, options) })];

    private int Scratch => checked((int)_kernels.Loops.Select(l => l.ScratchBytes).DefaultIfEmpty(0).Max());

    private PlannedValue? ValueOf(LoopBuffer buffer, int id) => _buffers.Owns(buffer)
        ? new PlannedValue(id, buffer.Name, WorkPlan.Bytes(buffer), _buffers.NodeOf(buffer)?.Op is Input, _outputs.ContainsKey(buffer),
            _buffers.NodeOf(buffer)?.Source ?? SourceLocation.Unknown)
        : null;

    private int? StateOf(LoopBuffer buffer) => _buffers.SlotOf(buffer) is { } slot ? _numberOf[slot] : null;

    private ExecutionPlan Write(WorkPlan work)
    {
        foreach (var buffer in work.Ids.Keys) Add(buffer, Describe(buffer, work.OffsetOf(buffer)));
        foreach (var (id, version) in work.Versions) Add(version, Describe(version, work.Memory.Layout.Offsets[id]));
        foreach (var (i, slot) in _states.Index())
            Add(_buffers.Of(slot), new PlanBuffer(slot.Name, BufferKind.State, slot.Type.DType, slot.Type.Shape.Values, slot.Type.Bytes, i));
        foreach (var (i, buffer) in _constants.Index())
            Add(buffer, new PlanBuffer(buffer.Name, BufferKind.Constant, buffer.Type, _buffers.NodeOf(buffer)!.Shape.Values, WorkPlan.Bytes(buffer), i));
        AddBodies(work, 0);
        foreach (var (view, whole) in _definitions.Views) _index[view] = _index[whole];
        var plan = InSignatureOrder();
        var steps = new PlanSteps(_kernels, _definitions.Views, _index);
        steps.Append(work);
        var constants = _constants.Select(c => ((Constant)_buffers.NodeOf(c)!.Op).Value.Bytes.ToArray()).ToArray();
        return new ExecutionPlan(_graph.Name, work.Memory.Layout.ArenaBytes, Scratch, _kernels.Loops.Select(l => l.Name).ToArray(), plan, steps.Steps, constants)
        {
            Loops = steps.Loops,
        };
    }

    private void Add(LoopBuffer buffer, PlanBuffer planned)
    {
        _index[buffer] = _plan.Count;
        _plan.Add(planned);
    }

    private PlanBuffer Describe(LoopBuffer buffer, long offset)
    {
        var node = _buffers.NodeOf(buffer);
        var output = _outputs.GetValueOrDefault(buffer);
        var kind = node?.Op is Input ? BufferKind.Input : output is null ? BufferKind.Intermediate : BufferKind.Output;
        var dims = node?.Shape.Values ?? [buffer.Count];
        return new PlanBuffer(output ?? buffer.Name, kind, buffer.Type, dims, WorkPlan.Bytes(buffer), offset);
    }

    /// <summary>Buffers that live for one iteration of a loop stand in the bytes their loop was given.</summary>
    private void AddBodies(WorkPlan work, long start)
    {
        foreach (var part in work.Order.Select(o => o.Work).OfType<PlannedLoop>().SelectMany(l => l.Parts))
        {
            var (body, offset) = work.BodyOf(part);
            foreach (var buffer in body.Ids.Keys) Add(buffer, Describe(buffer, start + offset + body.OffsetOf(buffer)));
            AddBodies(body, start + offset);
        }
    }

    /// <summary>Outputs in the order the graph names them, so that their index is their position in the signature.</summary>
    private List<PlanBuffer> InSignatureOrder()
    {
        var places = _graph.Outputs.Index().ToDictionary(o => o.Item.Name, o => o.Index);
        var order = Enumerable.Range(0, _plan.Count)
            .OrderBy(i => _plan[i].Kind == BufferKind.Output ? places[_plan[i].Name] : -1).ToArray();
        var position = new int[_plan.Count];
        for (var i = 0; i < order.Length; i++) position[order[i]] = i;
        foreach (var buffer in _index.Keys.ToArray()) _index[buffer] = position[_index[buffer]];
        return order.Select(i => _plan[i]).ToList();
    }
}
