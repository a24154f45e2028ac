using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Memory;

/// <summary>A checked <see cref="PlanningProblem"/> with its edges followed in both directions.</summary>
internal sealed class StepGraph
{
    public StepGraph(PlanningProblem problem)
    {
        Problem = problem;
        Sizes = problem.Values.Select(v => Align(v.Bytes)).ToArray();
        Reads = problem.Steps.Select(s => s.Reads.Concat(s.Holds).Distinct().ToArray()).ToArray();
        Writes = problem.Steps.Select(s => s.Writes).ToArray();
        Producers = FindProducers();
        Readers = FindReaders();
        UnreadBytes = problem.Values.Where(v => v.IsPersistentInput && !v.IsOutput && Readers[v.Id].Length == 0).Sum(v => Sizes[v.Id]);
        (Predecessors, Successors) = FindEdges();
        GivenOrder = TopologicalOrder();
        Sources = FindSources();
        Offloading = new Offloading(problem, Producers);
    }

    public PlanningProblem Problem { get; }

    public int StepCount => Reads.Length;

    public int ValueCount => Sizes.Length;

    /// <summary>Bytes of each value rounded up to <see cref="ExecutionPlan.Alignment"/>: what it takes in the arena.</summary>
    public long[] Sizes { get; }

    /// <summary>Values each step reads or holds, without repetition.</summary>
    public int[][] Reads { get; }

    public int[][] Writes { get; }

    /// <summary>Step that writes each value, -1 for inputs.</summary>
    public int[] Producers { get; }

    /// <summary>Steps that read or hold each value, without repetition.</summary>
    public int[][] Readers { get; }

    public int[][] Predecessors { get; }

    public int[][] Successors { get; }

    /// <summary>The order the problem is stated in, or the nearest one that respects the dependencies.</summary>
    public int[] GivenOrder { get; }

    /// <summary>Number of the step that can write each value again, derivations counted on from the steps; -1 where none can.</summary>
    public int[] Sources { get; }

    /// <summary>Copies of values to memory of the host, numbered behind the derivations.</summary>
    public Offloading Offloading { get; }

    /// <summary>A step, a derivation behind them, or a copy to or from memory of the host behind those.</summary>
    public PlannedStep StepOf(int number) =>
        number < StepCount ? Problem.Steps[number]
        : number < StepCount + Problem.Derivations.Count ? Problem.Derivations[number - StepCount]
        : Offloading[number];

    public bool IsInput(int value) => Problem.Values[value].IsPersistentInput;

    /// <summary>Whether the bytes of a value are never free again.</summary>
    public bool LivesToEnd(int value) => Problem.Values[value].IsOutput;

    /// <summary>Bytes of inputs that nobody reads: they take room while the caller fills them and the first step runs.</summary>
    public long UnreadBytes { get; }

    public static long Align(long bytes) => (bytes + ExecutionPlan.Alignment - 1) & -ExecutionPlan.Alignment;

    private int[] FindProducers()
    {
        var producers = new int[ValueCount];
        Array.Fill(producers, -1);
        for (var step = 0; step < StepCount; step++)
            foreach (var value in Writes[step])
            {
                if (producers[value] >= 0 || IsInput(value))
                    throw Malformed($"{Problem.Values[value].Name} is written more than once or is an input");
                producers[value] = step;
            }
        for (var value = 0; value < ValueCount; value++)
        {
            if (Problem.Values[value].Id != value) throw Malformed($"value {value} has id {Problem.Values[value].Id}");
            if (producers[value] < 0 && !IsInput(value)) throw Malformed($"{Problem.Values[value].Name} is never written");
        }
        return producers;
    }

    private int[] FindSources()
    {
        var sources = Producers.Select(p => p >= 0 && Problem.Steps[p] is { IsRepeatable: true, StateWrites: [] } ? p : -1).ToArray();
        foreach (var (i, derivation) in Problem.Derivations.Index())
            foreach (var value in derivation.Writes) sources[value] = StepCount + i;
        return sources;
    }

    private int[][] FindReaders()
    {
        var readers = new List<int>[ValueCount];
        for (var value = 0; value < ValueCount; value++) readers[value] = [];
        for (var step = 0; step < StepCount; step++)
            foreach (var value in Reads[step]) readers[value].Add(step);
        return readers.Select(r => r.ToArray()).ToArray();
    }

    private (int[][] Predecessors, int[][] Successors) FindEdges()
    {
        var before = new SortedSet<int>[StepCount];
        var after = new SortedSet<int>[StepCount];
        for (var step = 0; step < StepCount; step++) (before[step], after[step]) = ([], []);
        for (var step = 0; step < StepCount; step++)
            foreach (var value in Reads[step])
                if (Producers[value] >= 0) Connect(Producers[value], step);
        foreach (var (first, second) in Problem.Constraints) Connect(first, second);
        return (before.Select(s => s.ToArray()).ToArray(), after.Select(s => s.ToArray()).ToArray());

        void Connect(int first, int second)
        {
            before[second].Add(first);
            after[first].Add(second);
        }
    }

    private int[] TopologicalOrder()
    {
        var waiting = Predecessors.Select(p => p.Length).ToArray();
        var ready = new PriorityQueue<int, int>(
            Enumerable.Range(0, StepCount).Where(s => waiting[s] == 0).Select(s => (s, s)));
        var order = new List<int>(StepCount);
        while (ready.TryDequeue(out var step, out _))
        {
            order.Add(step);
            foreach (var next in Successors[step])
                if (--waiting[next] == 0) ready.Enqueue(next, next);
        }
        return order.Count == StepCount ? order.ToArray() : throw Malformed("the steps depend on each other in a circle");
    }

    private static InternalCompilerException Malformed(string problem) => new("plan memory", problem);
}
