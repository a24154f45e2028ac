using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Compiler.Ops;

namespace GraphForge.Compiler.Schedule;

/// <summary>
/// The order in which a kernel that writes straight into states stores its results: a result computed from the old value of
/// a state comes before the new value overwrites it.
/// </summary>
public static class StoreOrder
{
    /// <summary>The stores, those that read a buffer before the one that writes it, otherwise as they were.</summary>
    public static IReadOnlyList<StoreDefinition> Of(IReadOnlyList<StoreDefinition> stores)
    {
        var writers = stores.Index().ToLookup(s => s.Item.Buffer, s => s.Index);
        var before = stores.Select((store, i) => WritersOf(store, writers).Where(w => w != i).ToArray()).ToArray();
        var readers = new int[stores.Count];
        foreach (var writer in before.SelectMany(w => w)) readers[writer]++;
        // Of those whose buffer no waiting store reads, the one that stood first.
        var ready = new PriorityQueue<int, int>(Enumerable.Range(0, stores.Count).Where(i => readers[i] == 0).Select(i => (i, i)));
        var order = new List<StoreDefinition>();
        while (ready.TryDequeue(out var next, out _))
        {
            order.Add(stores[next]);
            foreach (var writer in before[next])
                if (--readers[writer] == 0) ready.Enqueue(writer, writer);
        }
        return order.Count == stores.Count ? order : throw new InternalCompilerException("store order",
            $"{string.Join(", ", stores.Except(order).Select(s => s.Buffer))} each need the old value of another");
    }

    /// <summary>Stores that overwrite what a store reads.</summary>
    private static IEnumerable<int> WritersOf(StoreDefinition store, ILookup<LoopBuffer, int> writers) =>
        Loads.Of(store.Value).Select(l => l.Buffer).Distinct().SelectMany(b => writers[b]);

    /// <summary>
    /// Whether the group could still be ordered if <paramref name="update"/> wrote into its state, as the updates of
    /// <paramref name="written"/> do in theirs: no two of them exchange values.
    /// </summary>
    public static bool Exists(FusionPlan plan, FusionGroup group, StateUpdate update, IReadOnlyDictionary<StateSlot, Node> written)
    {
        var seen = new HashSet<Node>(ReferenceEqualityComparer.Instance);
        var stack = new Stack<Node>([update.Value]);
        while (stack.TryPop(out var before))
            foreach (var slot in StatesRead(plan, group, before))
            {
                var after = slot == update.Slot ? update.Value : written.GetValueOrDefault(slot);
                if (after is null || after == before) continue;
                if (after == update.Value) return false;
                if (seen.Add(after)) stack.Push(after);
            }
        return true;
    }

    /// <summary>States a member is computed from inside its group.</summary>
    private static HashSet<StateSlot> StatesRead(FusionPlan plan, FusionGroup group, Node member)
    {
        var slots = new HashSet<StateSlot>();
        var seen = new HashSet<Node>(ReferenceEqualityComparer.Instance) { member };
        var stack = new Stack<Node>([member]);
        while (stack.TryPop(out var node))
            foreach (var (producer, _) in plan.Accesses[node].Reads)
            {
                if (producer.Op is State state) slots.Add(state.Slot);
                else if (plan.GroupOf.GetValueOrDefault(producer) == group && seen.Add(producer)) stack.Push(producer);
            }
        return slots;
    }
}
