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
        var search = new Search(graph, plan);
        return graph.Updates.Where(search.TryWrite).Select(u => u.Slot).ToHashSet();
    }

    private sealed class Search
    {
        private readonly FusionPlan _plan;
        private readonly ILookup<StateSlot, NodeAccesses> _readers;
        private readonly ILookup<Node, FusionGroup> _consumers;
        private readonly Dictionary<FusionGroup, int> _numbers = [];

        /// <summary>Which groups wait for which, by values and by the direct writes decided so far.</summary>
        private readonly DependencyClosure _order = new();

        /// <summary>New values that a group writes straight into their states.</summary>
        private readonly Dictionary<FusionGroup, Dictionary<StateSlot, Node>> _written = [];

        public Search(ComputationGraph graph, FusionPlan plan)
        {
            _plan = plan;
            var reads = plan.Accesses.Values.SelectMany(a => a.Reads.Select(r => (r.Producer, Reader: a))).ToArray();
            _readers = reads.Where(r => r.Producer.Op is State).ToLookup(r => ((State)r.Producer.Op).Slot, r => r.Reader);
            _consumers = reads.ToLookup(r => r.Producer, r => plan.GroupOf[r.Reader.Node], (IEqualityComparer<Node>)ReferenceEqualityComparer.Instance);
            foreach (var group in plan.Groups) _numbers[group] = _order.Add();
            foreach (var group in plan.Groups)
                foreach (var (producer, _) in group.Members.SelectMany(m => plan.Accesses[m].Reads))
                    if (plan.GroupOf.GetValueOrDefault(producer) is { } dependency) _order.Connect(_numbers[group], _numbers[dependency]);
        }

        /// <summary>Makes an update direct where it can be.</summary>
        public bool TryWrite(StateUpdate update)
        {
            var group = _plan.GroupOf[update.Value];
            if (_consumers[update.Value].Any(g => g != group)) return false;
            if (!_readers[update.Slot].All(r => ReadsOwnElement(_plan, group, r, update) || _plan.GroupOf[r.Node] != group)) return false;
            var others = _readers[update.Slot].Select(r => _plan.GroupOf[r.Node]).Where(g => g != group).Distinct().ToArray();
            if (others.Any(o => _order.DependsOn(_numbers[o], _numbers[group]))) return false;
            var written = _written.TryGetValue(group, out var known) ? known : _written[group] = [];
            if (!StoreOrder.Exists(_plan, group, update, written)) return false;
            written[update.Slot] = update.Value;
            foreach (var other in others) _order.Connect(_numbers[group], _numbers[other]);
            return true;
        }
    }

    private static bool ReadsOwnElement(FusionPlan plan, FusionGroup group, NodeAccesses reader, StateUpdate update) =>
        plan.GroupOf[reader.Node] == group && InPlace.ReadsOwnElements(group, reader, update.Value,
            reader.Reads.Where(r => r.Producer.Op is State s && s.Slot == update.Slot).Select(r => r.Producer).First());
}
