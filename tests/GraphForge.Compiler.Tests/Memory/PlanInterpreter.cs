using GraphForge.Compiler.Memory;

namespace GraphForge.Compiler.Tests.Memory;

/// <summary>
/// Runs a plan over symbols: each byte of the arena remembers which value was written there, so that a step that finds anything
/// but what it would have read in the program as it was stated is found out.
/// </summary>
/// <param name="problem">The program as it was stated.</param>
/// <param name="plan">Its plan.</param>
internal sealed class PlanInterpreter(PlanningProblem problem, MemoryPlan plan)
{
    private const long Unit = 64;

    private readonly PlanningProblem _planned = plan.Program.Problem;
    private readonly int[] _arena = Enumerable.Repeat(-1, checked((int)(plan.Layout.ArenaBytes / Unit))).ToArray();
    private readonly HashSet<int> _statesWritten = [];
    private readonly HashSet<int> _atHost = [];
    private readonly List<string> _problems = [];

    /// <summary>Everything that goes wrong, a line each; none in a right plan.</summary>
    public static IReadOnlyList<string> Problems(PlanningProblem problem, MemoryPlan plan)
    {
        var run = new PlanInterpreter(problem, plan);
        run.CheckSteps();
        foreach (var input in problem.Values.Where(v => v.IsPersistentInput)) run.Write(input.Id);
        foreach (var index in plan.Order) run.Run(index);
        foreach (var output in problem.Values.Where(v => v.IsOutput)) run.Read(output.Id, "the caller");
        return run._problems;
    }

    /// <summary>Every step runs once, and again only where it may; whatever is at the host got there once.</summary>
    private void CheckSteps()
    {
        Check(plan.Order.Order().SequenceEqual(Enumerable.Range(0, _planned.Steps.Count)), "the order is no permutation");
        var first = Works.Where(i => !plan.Program.Repeats.Contains(i)).Select(i => plan.Program.StepOrigins[i]);
        Check(first.Order().SequenceEqual(Enumerable.Range(0, problem.Steps.Count)), "not every step runs once");
        var stored = _planned.Steps.Where(s => s.Transfer == HostTransfer.Store).Select(s => s.Reads[0]).ToArray();
        Check(stored.Distinct().Count() == stored.Length && stored.Order().SequenceEqual(plan.Program.HostOffsets.Keys.Order()), "not every value at the host is stored once");
        Check(stored.Sum(v => PlanningOracle.Align(problem.Values[v].Bytes)) == plan.Report.HostBytes, "the memory of the host has another size");
        foreach (var i in plan.Program.Repeats.Intersect(Works))
        {
            var step = Origin(i);
            Check(step.IsRepeatable && step.StateWrites.Length == 0, $"{step.Name} runs again");
        }
    }

    private IEnumerable<int> Works => Enumerable.Range(0, _planned.Steps.Count).Where(i => _planned.Steps[i].Transfer == HostTransfer.None);

    private void Run(int index)
    {
        if (_planned.Steps[index].Transfer == HostTransfer.None) Work(index);
        else Transfer(_planned.Steps[index]);
    }

    /// <summary>What is at the host is the value itself: its first version.</summary>
    private void Transfer(PlannedStep step)
    {
        foreach (var value in step.Reads)
        {
            Read(value, step.Name);
            _atHost.Add(ValueOf(value));
        }
        foreach (var value in step.Writes)
        {
            Check(_atHost.Contains(ValueOf(value)), $"{step.Name} finds nothing there");
            Write(value);
        }
    }

    private void Work(int index)
    {
        var (step, origin) = (_planned.Steps[index], Origin(index));
        Check(step.Reads.Select(ValueOf).SequenceEqual(origin.Reads), $"{origin.Name} reads other values");
        Check(step.Writes.Select(ValueOf).SequenceEqual(origin.Writes), $"{origin.Name} writes other values");
        foreach (var value in step.Reads) Read(value, origin.Name);
        foreach (var value in step.Holds) Read(value, $"a copy beside {origin.Name}");
        Check(!origin.StateReads.Any(_statesWritten.Contains), $"{origin.Name} reads a state after it changed");
        foreach (var (written, read) in step.Writes.SelectMany(w => step.Reads.Select(r => (w, r))))
            if (Overlap(written, read)) Check(MayShare(origin, written, read), $"{origin.Name} overwrites what it reads");
        foreach (var value in step.Writes) Write(value);
        foreach (var value in step.Writes) Read(value, $"{origin.Name}, which wrote it,");
        _statesWritten.UnionWith(origin.StateWrites);
    }

    private bool MayShare(PlannedStep origin, int written, int read) =>
        origin.InPlace.Contains((ValueOf(written), ValueOf(read))) && plan.Layout.Offsets[written] == plan.Layout.Offsets[read];

    private PlannedStep Origin(int index)
    {
        var origin = plan.Program.StepOrigins[index];
        return origin < problem.Steps.Count ? problem.Steps[origin] : problem.Derivations[origin - problem.Steps.Count];
    }

    private int ValueOf(int version) => plan.Program.ValueOrigins[version];

    private void Write(int version)
    {
        var (from, to) = Range(version);
        if (to > _arena.Length) _problems.Add($"{version} lies outside of the arena");
        else Array.Fill(_arena, version, from, to - from);
    }

    private void Read(int version, string reader)
    {
        var (from, to) = Range(version);
        for (var i = from; i < Math.Min(to, _arena.Length); i++)
            if (_arena[i] != version)
            {
                _problems.Add($"{reader} finds {_arena[i]} where version {version} of {problem.Values[ValueOf(version)].Name} should be");
                return;
            }
    }

    private bool Overlap(int a, int b)
    {
        var ((from, to), (otherFrom, otherTo)) = (Range(a), Range(b));
        return from < to && otherFrom < otherTo && from < otherTo && otherFrom < to;
    }

    private (int From, int To) Range(int version)
    {
        var from = plan.Layout.Offsets[version];
        return ((int)(from / Unit), (int)((from + PlanningOracle.Align(_planned.Values[version].Bytes)) / Unit));
    }

    private void Check(bool isRight, string problem)
    {
        if (!isRight) _problems.Add(problem);
    }
}
