using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;

namespace GraphForge.Compiler.Schedule;

/// <summary>Which state updates a kernel may write straight into the state, without a copy at the end of the run.</summary>
public static class StateWrites
{
    /// <summary>
    /// An update is direct when nobody but its own group needs the new value, its group reads the old one only at the element
    /// it writes, and every other reader of the old value can run before.
    /// </summary>
    public static IReadOnlySet<StateSlot> Direct(ComputationGraph graph, FusionPlan plan)
    {
        var direct = new HashSet<StateSlot>();
        var readers = plan.Accesses.Values
            .SelectMany(a => a.Reads.Where(r => r.Producer.Op is State).Select(r => (((State)r.Producer.Op).Slot, Reader: a)))
            .ToLookup(p => p.Slot, p => p.Reader);
        var consumers = plan.Accesses.Values.SelectMany(a => a.Reads.Select(r => (r.Producer, a.Node)))
            .ToLookup(p => p.Producer, p => plan.GroupOf[p.Node], (IEqualityComparer<Node>)ReferenceEqualityComparer.Instance);
        var later = new Dependents(plan, direct, graph, readers);
        foreach (var update in graph.Updates)
        {
            var group = plan.GroupOf[update.Value];
            if (consumers[update.Value].Any(g => g != group)) continue;
            if (!readers[update.Slot].All(r => ReadsOwnElement(plan, group, r, update) || plan.GroupOf[r.Node] != group)) continue;
            var others = readers[update.Slot].Select(r => plan.GroupOf[r.Node]).Where(g => g != group).Distinct();
            if (others.Any(o => later.MustFollow(o, group))) continue;
            if (!StoreOrder.Exists(plan, group, update, graph.Updates.Where(u => direct.Contains(u.Slot)).ToArray())) continue;
            direct.Add(update.Slot);
        }
        return direct;
    }

    private static bool ReadsOwnElement(FusionPlan plan, FusionGroup group, NodeAccesses reader, StateUpdate update) =>
        plan.GroupOf[reader.Node] == group && InPlace.ReadsOwnElements(group, reader, update.Value,
            reader.Reads.Where(r => r.Producer.Op is State s && s.Slot == update.Slot).Select(r => r.Producer).First());

    /// <summary>Which groups wait for which, by values and by direct writes already decided.</summary>
    private sealed class Dependents(
        FusionPlan plan, HashSet<StateSlot> direct, ComputationGraph graph, ILookup<StateSlot, NodeAccesses> readers)
    {
        /// <summary>Whether <paramref name="group"/> must run after <paramref name="first"/>.</summary>
        public bool MustFollow(FusionGroup group, FusionGroup first)
        {
            var writers = graph.Updates.Where(u => direct.Contains(u.Slot)).ToLookup(u => plan.GroupOf[u.Value], u => u.Slot);
            var seen = new HashSet<FusionGroup> { group };
            var stack = new Stack<FusionGroup>([group]);
            while (stack.TryPop(out var current))
            {
                var before = current.Members.SelectMany(m => plan.Accesses[m].Reads).Select(r => plan.GroupOf.GetValueOrDefault(r.Producer))
                    .Concat(writers[current].SelectMany(s => readers[s]).Select(r => plan.GroupOf[r.Node]));
                foreach (var dependency in before)
                {
                    if (dependency is null || dependency == current) continue;
                    if (dependency == first) return true;
                    if (seen.Add(dependency)) stack.Push(dependency);
                }
            }
            return false;
        }
    }
}
