namespace GraphForge.Compiler.Memory;

/// <summary>A use of a value after which its bytes are given up: 0 stands for the step that writes it.</summary>
/// <param name="Value">The value.</param>
/// <param name="Use">The use.</param>
/// <param name="IsOffloaded">Whether it waits in memory of the host; else it is computed again.</param>
internal readonly record struct Drop(int Value, int Use, bool IsOffloaded = false);

/// <summary>
/// A program in which values that were given up are had again before they are next needed: computed by the steps that wrote them, or
/// fetched from memory of the host.
/// Its first values are those of the program it was made from; the others are versions of them.
/// </summary>
/// <param name="Problem">What to plan; steps in execution order.</param>
/// <param name="StepOrigins">The step each step is, or repeats; derivations are counted on from the steps, and copies to and from the host from those.</param>
/// <param name="ValueOrigins">The value each value is, or is a version of.</param>
/// <param name="Repeats">Positions of the steps that run again, and of those that fetch.</param>
public sealed record RepeatedSteps(
    PlanningProblem Problem, IReadOnlyList<int> StepOrigins, IReadOnlyList<int> ValueOrigins, IReadOnlySet<int> Repeats)
{
    /// <summary>For each value that waits in memory of the host, where: one behind the other.</summary>
    public IReadOnlyDictionary<int, long> HostOffsets { get; init; } = new Dictionary<int, long>();

    /// <summary>Memory of the host that values wait in.</summary>
    public long HostBytes => HostOffsets.Select(o => o.Value + StepGraph.Align(Problem.Values[o.Key].Bytes)).DefaultIfEmpty(0).Max();

    /// <summary>The program as it is, nothing repeated.</summary>
    internal static RepeatedSteps None(PlanningProblem problem) => new(
        problem, Enumerable.Range(0, problem.Steps.Count).ToArray(), Enumerable.Range(0, problem.Values.Count).ToArray(), new HashSet<int>());

    /// <summary>Writes down what a trace decided.</summary>
    internal static RepeatedSteps Of(StepGraph graph, RepeatTrace trace)
    {
        var problem = graph.Problem;
        var values = problem.Values.ToList();
        foreach (var origin in trace.Versions.Skip(values.Count))
            values.Add(problem.Values[origin] with { Id = values.Count, IsOutput = false });
        var steps = new List<PlannedStep>();
        foreach (var call in trace.Calls)
        {
            var step = graph.StepOf(call.Step);
            var version = new Dictionary<int, int>();
            foreach (var (value, id) in step.Reads.Zip(call.Reads).Concat(step.Writes.Zip(call.Writes))) version[value] = id;
            steps.Add(step with
            {
                Reads = call.Reads,
                Writes = call.Writes,
                InPlace = step.InPlace.Select(p => (version[p.Write], version[p.Read])).ToArray(),
            });
        }
        var origins = trace.Calls.Select(c => c.Step).ToArray();
        var constraints = Constraints(problem, origins).Concat(StoredBeforeFetched(steps)).ToArray();
        return new RepeatedSteps(
            problem with { Values = values, Steps = steps, Constraints = constraints, Derivations = [], HostBytesPerMillisecond = 0 }, origins, trace.Versions,
            trace.Calls.Index().Where(c => c.Item.IsRepeat).Select(c => c.Index).ToHashSet())
        {
            HostOffsets = Offsets(steps, graph.Sizes),
        };
    }

    private static Dictionary<int, long> Offsets(IEnumerable<PlannedStep> steps, long[] sizes)
    {
        var offsets = new Dictionary<int, long>();
        long end = 0;
        foreach (var value in steps.Where(s => s.Transfer == HostTransfer.Store).Select(s => s.Reads[0]))
        {
            offsets[value] = end;
            end += sizes[value];
        }
        return offsets;
    }

    /// <summary>For each place in memory of the host the position of the step that stores a value there.</summary>
    internal static Dictionary<int, int> Stores(IEnumerable<PlannedStep> steps) =>
        steps.Index().Where(s => s.Item.Transfer == HostTransfer.Store).ToDictionary(s => s.Item.StateWrites[0], s => s.Index);

    private static IEnumerable<(int, int)> StoredBeforeFetched(List<PlannedStep> steps)
    {
        var stores = Stores(steps);
        return steps.Index().Where(s => s.Item.Transfer == HostTransfer.Fetch).Select(s => (stores[s.Item.StateReads[0]], s.Index));
    }

    /// <summary>What held between two steps holds between all runs of them; derivations too read states before they change.</summary>
    private static IEnumerable<(int, int)> Constraints(PlanningProblem problem, int[] origins)
    {
        var runs = origins.Index().ToLookup(o => o.Item, o => o.Index);
        var repeated =
            from constraint in problem.Constraints
            from before in runs[constraint.Before]
            from after in runs[constraint.After]
            select (before, after);
        var derived =
            from derivation in problem.Derivations.Index()
            from before in runs[problem.Steps.Count + derivation.Index]
            from writer in problem.Steps.Index()
            where writer.Item.StateWrites.Intersect(derivation.Item.StateReads).Any()
            from after in runs[writer.Index]
            select (before, after);
        return repeated.Concat(derived);
    }
}
