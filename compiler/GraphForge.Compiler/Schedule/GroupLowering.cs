using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Compiler.Ops;
using GraphForge.Compiler.Schedule.Attention;

namespace GraphForge.Compiler.Schedule;

/// <summary>Lowers groups of nodes to kernel definitions: stored values as scalar expressions over a shared domain.</summary>
/// <param name="plan">The groups.</param>
/// <param name="storage">Where leaves, and nodes some group stores, are found.</param>
public sealed class GroupLowering(FusionPlan plan, NodeStorage storage)
{
    /// <summary>The element of a node as a reader outside of all groups sees it.</summary>
    public Expr Read(Node node, params IndexExpr[] index) => LowererFor(null).Read(node, index);

    public KernelDefinition Lower(FusionGroup group, string name)
    {
        if (group.Kind == GroupKind.Attention) return new AttentionLowering(plan, storage, group).Lower(name);
        var lowerer = LowererFor(group);
        var (rows, columns) = Domain(group);
        var rowIndex = LoopIndices.Linear(rows);
        var elementIndex = LoopIndices.Linear([.. rows, .. columns]);
        var stores = group.Stored.SelectMany(node => group.Assembled.Contains(node) ? Parts(node, lowerer, rows) : [Whole(node)]).ToArray();
        var ordered = StoreOrder.Of(stores);
        var arguments = stores.Select(s => s.Buffer).Concat(Loads.Of(stores.Select(s => s.Value)).Select(l => l.Buffer)).Distinct().ToArray();
        return new KernelDefinition(name, KernelSummary.Of(group, arguments), rows, ordered, arguments) { Counters = storage.Counters };

        StoreDefinition Whole(Node node)
        {
            var isRow = columns.Count == 0 || group.RowLevel.Contains(node);
            var linear = isRow ? rowIndex : elementIndex;
            var value = lowerer.Compute(node, IndexExpr.Unravel(linear, node.Shape.Values));
            var (buffer, start) = storage.PlaceOf(node);
            return new StoreDefinition(isRow ? rows : [.. rows, .. columns], buffer, start + linear, value);
        }
    }

    /// <summary>A concatenation as a store of each operand.</summary>
    private IEnumerable<StoreDefinition> Parts(Node whole, Lowerer lowerer, IReadOnlyList<LoopVar> rows)
    {
        var (buffer, start) = storage.PlaceOf(whole);
        var axis = ((Concat)whole.Op).Axis;
        foreach (var (i, part) in whole.Inputs.ToArray().Index())
        {
            var index = IndexExpr.Unravel(LoopIndices.Linear(rows), part.Shape.Values);
            var value = lowerer.Compute(part, index);
            index[axis] += i * part.Shape[axis].Value;
            yield return new StoreDefinition(rows, buffer, start + IndexExpr.Linear(index, whole.Shape.Strides()), value);
        }
    }

    private Lowerer LowererFor(FusionGroup? group) => new((node, index) =>
        plan.IsAbsorbed(node) || group is not null && plan.GroupOf.GetValueOrDefault(node) == group ? null : storage.Load(node, index));

    /// <summary>Loop variables for the rows and, in row groups, the columns of a group.</summary>
    private (IReadOnlyList<LoopVar> Rows, IReadOnlyList<LoopVar> Columns) Domain(FusionGroup group)
    {
        if (group.Kind == GroupKind.Rows)
        {
            var reduction = group.Members.Where(m => plan.Structures[m] == NodeStructure.Reduction).MaxBy(m => m.Shape.Rank)!;
            var columns = plan.Accesses[reduction].Reduced.Select((v, i) => new LoopVar($"j{i}", v.Extent)).ToArray();
            return (LoopIndices.For(reduction.Shape, "r"), columns);
        }
        var anchor = group.Kind == GroupKind.Map ? null : group.Members.First(m =>
            plan.Structures[m] is NodeStructure.Contraction or NodeStructure.Reduction or NodeStructure.Scatter or NodeStructure.Sort);
        var widest = anchor ?? group.Members.Where(m => !group.Assembled.Contains(m)).MaxBy(m => m.Shape.Rank)!;
        return (LoopIndices.For(widest.Shape, "i"), []);
    }
}
