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
        var reads = stores.ToDictionary(s => s, s => Loads.Of(s.Value).Select(l => l.Buffer).ToHashSet());
        var waiting = stores.ToList();
        var order = new List<StoreDefinition>();
        while (waiting.Count > 0)
        {
            var next = waiting.FirstOrDefault(s => waiting.All(other => other == s || !reads[other].Contains(s.Buffer)))
                ?? throw new InternalCompilerException("store order", $"{string.Join(", ", waiting.Select(s => s.Buffer))} each need the old value of another");
            waiting.Remove(next);
            order.Add(next);
        }
        return order;
    }

    /// <summary>
    /// Whether the group could still be ordered if <paramref name="update"/> wrote into its state as <paramref name="direct"/>
    /// ones do: no two of them exchange values.
    /// </summary>
    public static bool Exists(FusionPlan plan, FusionGroup group, StateUpdate update, IReadOnlyList<StateUpdate> direct)
    {
        var inGroup = direct.Where(u => plan.GroupOf[u.Value] == group).Append(update).ToDictionary(u => u.Slot, u => u.Value);
        var seen = new HashSet<Node>(ReferenceEqualityComparer.Instance);
        var stack = new Stack<Node>([update.Value]);
        while (stack.TryPop(out var before))
            foreach (var slot in StatesRead(plan, group, before))
            {
                if (!inGroup.TryGetValue(slot, out var after) || after == before) continue;
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
