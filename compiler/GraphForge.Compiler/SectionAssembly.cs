using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Compiler.Memory;
using GraphForge.Compiler.Ops;
using GraphForge.Compiler.Schedule;
using GraphForge.Runtime;

namespace GraphForge.Compiler;

/// <summary>Has the memory of a section planned and writes the solution down as an execution plan.</summary>
internal sealed class SectionAssembly
{
    private readonly ProgramParts _program;
    private readonly PlanSection _section;
    private readonly ProgramBuffers _buffers;
    private readonly LoopBuffer[] _constants;
    private readonly HashSet<LoopBuffer> _prepared;
    private readonly Dictionary<LoopBuffer, string> _outputs;
    private readonly List<PlanBuffer> _plan = [];
    private readonly Dictionary<LoopBuffer, int> _index = [];

    public SectionAssembly(ProgramParts program, PlanSection section)
    {
        (_program, _section, _buffers) = (program, section, program.Definitions.Program);
        _prepared = [.. section.Prepared];
        _outputs = section.Outputs.ToDictionary(o => o.Buffer, o => o.Name);
        _constants = section.Kernels.SelectMany(k => k.Reads).Where(b => _buffers.NodeOf(b)?.Op is Constant).Distinct().ToArray();
        Scratch = checked((int)section.Kernels.Select(k => program.Kernels.Loops[program.Kernels.Shared.NumberOf(k)].ScratchBytes).DefaultIfEmpty(0).Max());
    }

    /// <summary>Bytes of private working memory that a worker needs.</summary>
    public int Scratch { get; }

    public long ConstantBytes => _constants.Sum(WorkPlan.Bytes);

    /// <param name="plan">Solves the section's planning problem.</param>
    /// <param name="options">Threads, for the modelled times of steps.</param>
    public (ExecutionPlan Plan, WorkPlan Work) Assemble(Func<PlanningProblem, MemoryPlan> plan, CompilerOptions options)
    {
        var work = WorkPlan.OfProgram(_section.Work, _section.Derivations, _section.Inputs, ValueOf, StateOf, problem => plan(problem with
        {
            Name = _section.Name,
            Steps = Timed(problem.Steps, _section.Work, options),
            Derivations = Timed(problem.Derivations, _section.Derivations, options),
            HostBytesPerMillisecond = (options.Device?.HostBytesPerSecond ?? 0) / 1000.0,
        }));
        return (Write(work), work);
    }

    private static PlannedStep[] Timed(IReadOnlyList<PlannedStep> steps, IReadOnlyList<PlannedWork> work, CompilerOptions options) =>
        [.. steps.Zip(work, (step, planned) => step with { IsRepeatable = planned is PlannedKernel, Milliseconds = WorkTime.Milliseconds(planned, options) })];

    private PlannedValue? ValueOf(LoopBuffer buffer, int id)
    {
        if (!_buffers.Owns(buffer) || _prepared.Contains(buffer)) return null;
        var node = _buffers.NodeOf(buffer);
        var value = new PlannedValue(
            id, _outputs.GetValueOrDefault(buffer, buffer.Name), WorkPlan.Bytes(buffer), node?.Op is Input, _outputs.ContainsKey(buffer),
            node?.Source ?? SourceLocation.Unknown)
        {
            Type = buffer.Type,
            Dims = node?.Shape.Values ?? [buffer.Count],
        };
        return value.Role == TensorRole.Activation && node is not null && _program.Gradients.Contains(node) ? value with { Role = TensorRole.Gradient } : value;
    }

    private int? StateOf(LoopBuffer buffer) => _buffers.SlotOf(buffer) is { } slot ? _program.NumberOf(slot) : null;

    private ExecutionPlan Write(WorkPlan work)
    {
        foreach (var buffer in work.Ids.Keys) Add(buffer, Describe(buffer, work.OffsetOf(buffer)));
        foreach (var (id, version) in work.Versions) Add(version, Describe(version, work.Memory.Layout.Offsets[id]));
        foreach (var (i, slot) in _program.States.Index())
            Add(_buffers.Of(slot), new PlanBuffer(slot.Name, BufferKind.State, slot.Type.DType, slot.Type.Shape.Values, slot.Type.Bytes, i));
        foreach (var (i, buffer) in _constants.Index()) Add(buffer, Describe(buffer, i) with { Kind = BufferKind.Constant });
        foreach (var (i, buffer) in _section.Prepared.Index()) Add(buffer, Describe(buffer, i) with { Kind = BufferKind.Prepared });
        foreach (var (id, place) in work.AtHost) Add(place, Describe(place, work.Memory.Program.HostOffsets[id]) with { Kind = BufferKind.Host });
        AddBodies(work, 0);
        foreach (var (view, whole) in _program.Definitions.Views)
            if (_index.TryGetValue(whole, out var place)) _index[view] = place;
        var plan = InSignatureOrder();
        var steps = new PlanSteps(_program.Kernels, _program.Definitions.Views, _index);
        steps.Append(work);
        var constants = _constants.Select(c => ((Constant)_buffers.NodeOf(c)!.Op).Value.Bytes.ToArray()).ToArray();
        return new ExecutionPlan(
            _section.Name, work.Memory.Layout.ArenaBytes, Scratch, _program.Kernels.Loops.Select(l => l.Name).ToArray(), plan, steps.Steps, constants)
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

    /// <summary>Outputs in the order of the signature, so that their index is their position there.</summary>
    private List<PlanBuffer> InSignatureOrder()
    {
        var places = _section.Outputs.Index().ToDictionary(o => o.Item.Name, o => o.Index);
        var order = Enumerable.Range(0, _plan.Count)
            .OrderBy(i => _plan[i].Kind == BufferKind.Output ? places[_plan[i].Name] : -1).ToArray();
        var position = new int[_plan.Count];
        for (var i = 0; i < order.Length; i++) position[order[i]] = i;
        foreach (var buffer in _index.Keys.ToArray()) _index[buffer] = position[_index[buffer]];
        return order.Select(i => _plan[i]).ToList();
    }
}
