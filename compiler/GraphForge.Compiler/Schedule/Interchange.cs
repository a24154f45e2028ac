using GraphForge.Compiler.Loops;

namespace GraphForge.Compiler.Schedule;

/// <summary>
/// Swaps a loop with the only kernel of its body, so that every task runs all iterations of its own elements and no worker
/// waits for another. Right where tasks read no element of a carry that another task writes.
/// </summary>
internal static class Interchange
{
    /// <summary>Whether every carry is read only within the row (of a map: at the element) at which the kernel writes it.</summary>
    public static bool IsLegal(PlannedKernel kernel, IReadOnlyList<CarrySlots> carries)
    {
        if (kernel.Kind is not (GroupKind.Map or GroupKind.Rows) || kernel.Definition.Serial is not null) return false;
        var definition = kernel.Definition;
        var row = LoopIndices.Linear(definition.Rows);
        var loads = definition.Stores.SelectMany(s => Loads.Of(s.Value)).Distinct().ToLookup(l => l.Buffer);
        return carries.All(carry =>
        {
            if (definition.Stores.Where(s => s.Buffer == carry.Next).ToArray() is not [var store]) return false;
            if ((store.Index - LoopIndices.Linear(store.Domain)).Variables.Any(store.Domain.Contains)) return false;
            var columns = store.Domain.Skip(definition.Rows.Count).Aggregate(1L, (p, v) => p * v.Extent);
            return loads[carry.Old].All(load =>
            {
                var column = load.Index - carry.OldStart - row * columns;
                return column.Minimum >= 0 && column.Maximum < columns && !column.Variables.Any(definition.Rows.Contains);
            });
        });
    }

    /// <param name="kernel">The body.</param>
    /// <param name="counter">Counter of the loop.</param>
    /// <param name="before">Initial carries: for each, its slots and the value at a linear index.</param>
    public static PlannedKernel Swap(PlannedKernel kernel, LoopVar counter, IReadOnlyList<(CarrySlots Carry, Func<IndexExpr, Expr> Value)> before)
    {
        var definition = kernel.Definition;
        var initial = before.Select(b =>
        {
            var domain = definition.Stores.First(s => s.Buffer == b.Carry.Next).Domain;
            var linear = LoopIndices.Linear(domain);
            return new StoreDefinition(domain, b.Carry.Whole, b.Carry.InitialStart + linear, b.Value(linear));
        }).ToArray();
        var wholes = before.ToDictionary(b => b.Carry.Next, b => b.Carry.Whole);
        var views = before.SelectMany(b => new[] { b.Carry.Old, b.Carry.Next }).ToHashSet();
        var read = initial.SelectMany(s => Loads.Of(s.Value)).Select(l => l.Buffer);
        return new PlannedKernel(
            definition with
            {
                Arguments = [.. definition.Arguments.Concat(wholes.Values).Concat(read).Distinct()],
                Counters = [.. definition.Counters.Where(c => c != counter)],
                Serial = new SerialLoop(counter, initial),
            },
            kernel.Kind, [.. kernel.Writes.Select(w => wholes.GetValueOrDefault(w, w))],
            [.. kernel.Reads.Concat(read).Distinct().Where(b => !views.Contains(b))], []);
    }
}
