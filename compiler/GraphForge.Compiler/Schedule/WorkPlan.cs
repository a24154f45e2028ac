using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Compiler.Memory;

namespace GraphForge.Compiler.Schedule;

/// <summary>
/// One iteration of a loop, or a whole program, ordered and placed. The body of a loop is planned first: what it needs for an
/// iteration is one value of the work around it.
/// </summary>
internal sealed class WorkPlan
{
    private readonly IReadOnlyList<PlannedWork> _work;
    private readonly IReadOnlyList<PlannedKernel> _derivations;
    private readonly Dictionary<LoopBuffer, int> _ids = [];
    private readonly List<PlannedValue> _values = [];
    private Dictionary<int, LoopBuffer> _buffers = [];
    private readonly Dictionary<LoopPart, (WorkPlan Plan, int Value)> _bodies = new(ReferenceEqualityComparer.Instance);

    private WorkPlan(IReadOnlyList<PlannedWork> work, IReadOnlyList<PlannedKernel> derivations) => (_work, _derivations) = (work, derivations);

    public MemoryPlan Memory { get; private set; } = null!;

    /// <summary>Values of the planner by buffer.</summary>
    public IReadOnlyDictionary<LoopBuffer, int> Ids => _ids;

    /// <summary>Buffers of values that are computed again or fetched, by the ids of the values.</summary>
    public IReadOnlyDictionary<int, LoopBuffer> Versions { get; private set; } = null!;

    /// <summary>Places in memory of the host, by the ids of the values that wait there.</summary>
    public IReadOnlyDictionary<int, LoopBuffer> AtHost { get; private set; } = null!;

    /// <summary>The work in execution order.</summary>
    public IEnumerable<PlannedCall> Order => Memory.Order.Select((index, position) =>
        new PlannedCall(WorkOf(index), Memory.Barriers[position], Memory.Program.Repeats.Contains(index), Substitutes(index)));

    /// <summary>The plan of a loop's body, and where its bytes begin among those of this plan.</summary>
    public (WorkPlan Plan, long Offset) BodyOf(LoopPart part)
    {
        var (plan, value) = _bodies[part];
        return (plan, Memory.Layout.Offsets[value]);
    }

    public long OffsetOf(LoopBuffer buffer) => Memory.Layout.Offsets[_ids[buffer]];

    /// <param name="work">All work.</param>
    /// <param name="derivations">Kernels that may compute results of the work again.</param>
    /// <param name="inputs">Buffers that hold a value before the first step.</param>
    /// <param name="value">The planner's view of a buffer, or null where something else decides where it stands.</param>
    /// <param name="slotOf">Number of the state behind a buffer; null for other buffers.</param>
    /// <param name="plan">Solves the problem.</param>
    public static WorkPlan OfProgram(
        IReadOnlyList<PlannedWork> work, IReadOnlyList<PlannedKernel> derivations, IEnumerable<LoopBuffer> inputs, Func<LoopBuffer, int, PlannedValue?> value,
        Func<LoopBuffer, int?> slotOf, Func<PlanningProblem, MemoryPlan> plan)
    {
        var result = new WorkPlan(work, derivations);
        foreach (var input in inputs) result.Add(input, value);
        var steps = result.Steps(value, slotOf);
        result.Place(plan(new PlanningProblem(result._values, steps, OldBeforeNew(steps).ToArray())
        {
            Derivations = [.. derivations.Select(d => result.Step(d, slotOf))],
        }));
        return result;
    }

    private void Place(MemoryPlan memory)
    {
        Memory = memory;
        _buffers = _ids.ToDictionary(i => i.Value, i => i.Key);
        Versions = Enumerable.Range(_values.Count, memory.Program.ValueOrigins.Count - _values.Count).ToDictionary(id => id, id =>
        {
            var buffer = _buffers[memory.Program.ValueOrigins[id]];
            return new LoopBuffer($"{buffer.Name}_again", buffer.Type, buffer.Count);
        });
        AtHost = memory.Program.HostOffsets.ToDictionary(o => o.Key, o => new LoopBuffer($"{_buffers[o.Key].Name}_host", _buffers[o.Key].Type, _buffers[o.Key].Count));
    }

    private PlannedWork WorkOf(int index)
    {
        var (step, origin) = (Memory.Program.Problem.Steps[index], Memory.Program.StepOrigins[index]);
        if (step.Transfer == HostTransfer.None) return origin < _work.Count ? _work[origin] : _derivations[origin - _work.Count];
        var value = Memory.Program.ValueOrigins[step.Transfer == HostTransfer.Store ? step.Reads[0] : step.Writes[0]];
        return step.Transfer == HostTransfer.Store
            ? new PlannedTransfer(step.Name, _buffers[value], AtHost[value])
            : new PlannedTransfer(step.Name, AtHost[value], _buffers[value]);
    }

    /// <summary>Which buffers a step finds in the place of those it was written for.</summary>
    private Dictionary<LoopBuffer, LoopBuffer> Substitutes(int index)
    {
        var step = Memory.Program.Problem.Steps[index];
        var substitutes = new Dictionary<LoopBuffer, LoopBuffer>();
        foreach (var id in step.Reads.Concat(step.Writes))
            if (Versions.TryGetValue(id, out var version)) substitutes[_buffers[Memory.Program.ValueOrigins[id]]] = version;
        return substitutes;
    }

    private static WorkPlan OfBody(LoopPart loop)
    {
        var result = new WorkPlan(loop.Body, []);
        var outside = new Dictionary<LoopBuffer, int>();
        var steps = result.Steps(
            (buffer, id) => loop.Storage.Owns(buffer) ? new PlannedValue(id, buffer.Name, Bytes(buffer), false, false, SourceLocation.Unknown) : null,
            buffer => outside.TryGetValue(buffer, out var id) ? id : outside[buffer] = outside.Count);
        result.Place(MemoryPlanner.Plan(new PlanningProblem(
            result._values, steps, (loop.Overwrites ? OldBeforeNew(steps) : NewBeforeRead(steps)).ToArray())));
        return result;
    }

    public static long Bytes(LoopBuffer buffer) => buffer.Count * Runtime.DTypes.Size(buffer.Type);

    private PlannedStep[] Steps(Func<LoopBuffer, int, PlannedValue?> value, Func<LoopBuffer, int?> otherOf)
    {
        foreach (var buffer in _work.SelectMany(w => w.Writes.Concat(w.Reads))) Add(buffer, value);
        foreach (var (loop, part) in _work.OfType<PlannedLoop>().SelectMany(l => l.Parts.Select(p => (l, p))))
        {
            var plan = OfBody(part);
            _bodies[part] = (plan, _values.Count);
            _values.Add(new PlannedValue(_values.Count, $"{loop.Name} iteration", plan.Memory.Layout.ArenaBytes, false, false, SourceLocation.Unknown)
            {
                Role = TensorRole.Scratch,
            });
        }
        return _work.Select(work => Step(work, otherOf)).ToArray();
    }

    private PlannedStep Step(PlannedWork work, Func<LoopBuffer, int?> otherOf)
    {
        var writes = Owned(work.Writes);
        if (work is PlannedLoop loop) writes = [.. writes, .. loop.Parts.Select(p => _bodies[p].Value)];
        var inPlace = work is PlannedKernel kernel ? kernel.InPlace.Where(p => _ids.ContainsKey(p.Operand)).Select(p => (_ids[p.Result], _ids[p.Operand])).ToArray() : [];
        return new PlannedStep(work.Name, Owned(work.Reads), writes, inPlace) { StateReads = Others(work.Reads), StateWrites = Others(work.Writes) };

        int[] Owned(IEnumerable<LoopBuffer> buffers) => buffers.Where(_ids.ContainsKey).Select(b => _ids[b]).ToArray();

        int[] Others(IEnumerable<LoopBuffer> buffers) => buffers.Where(b => !_ids.ContainsKey(b)).Select(otherOf).OfType<int>().ToArray();
    }

    private void Add(LoopBuffer buffer, Func<LoopBuffer, int, PlannedValue?> value)
    {
        if (_ids.ContainsKey(buffer) || value(buffer, _values.Count) is not { } planned) return;
        _ids[buffer] = _values.Count;
        _values.Add(planned);
    }

    /// <summary>Whoever reads the old value of a state runs before whoever writes the new one.</summary>
    private static IEnumerable<(int Before, int After)> OldBeforeNew(PlannedStep[] steps) =>
        Touching(steps).Select(p => (p.Reader, p.Writer));

    /// <summary>Results of an iteration are written once and read afterwards.</summary>
    private static IEnumerable<(int Before, int After)> NewBeforeRead(PlannedStep[] steps) =>
        Touching(steps).Select(p => (p.Writer, p.Reader));

    private static IEnumerable<(int Reader, int Writer)> Touching(PlannedStep[] steps)
    {
        var readers = steps.Index().SelectMany(s => s.Item.StateReads.Distinct().Select(b => (Buffer: b, s.Index)))
            .ToLookup(r => r.Buffer, r => r.Index);
        return
            from writer in steps.Index()
            from buffer in writer.Item.StateWrites
            from reader in readers[buffer]
            where reader != writer.Index
            select (reader, writer.Index);
    }
}
