namespace GraphForge.Compiler.Memory;

/// <summary>
/// Places the fewest barriers that keep workers safe. Workers walk the steps in lockstep only at barriers: between two of
/// them one worker may run any step while another still runs an earlier one.
/// </summary>
public static class BarrierPlacement
{
    /// <summary>
    /// For each position of <paramref name="order"/>, whether a barrier stands before it: so where the step writes bytes or
    /// a state that a step since the last barrier reads or writes, or reads what one writes. Placing each barrier as late
    /// as possible makes their number minimal for the order.
    /// </summary>
    public static bool[] Place(PlanningProblem problem, IReadOnlyList<int> order, IReadOnlyList<long> offsets)
    {
        var barriers = new bool[order.Count];
        var (reads, writes) = (new Accesses(problem, offsets), new Accesses(problem, offsets));
        for (var i = 0; i < order.Count; i++)
        {
            var step = problem.Steps[order[i]];
            if (writes.Touch(step.Reads, step.StateReads) || writes.Touch(step.Writes, step.StateWrites) ||
                reads.Touch(step.Writes, step.StateWrites))
            {
                barriers[i] = true;
                reads.Clear();
                writes.Clear();
            }
            reads.Add(step.Reads, step.StateReads);
            writes.Add(step.Writes, step.StateWrites);
        }
        return barriers;
    }

    /// <summary>What the steps since the last barrier access in one way.</summary>
    private sealed class Accesses(PlanningProblem problem, IReadOnlyList<long> offsets)
    {
        private readonly ByteRangeSet _arena = new();
        private readonly HashSet<int> _states = [];

        public bool Touch(int[] values, int[] states) =>
            values.Any(v => _arena.Overlaps(offsets[v], offsets[v] + StepGraph.Align(problem.Values[v].Bytes))) ||
            states.Any(_states.Contains);

        public void Add(int[] values, int[] states)
        {
            foreach (var v in values) _arena.Add(offsets[v], offsets[v] + StepGraph.Align(problem.Values[v].Bytes));
            _states.UnionWith(states);
        }

        public void Clear()
        {
            _arena.Clear();
            _states.Clear();
        }
    }
}
