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
        var elementIndex = group.Geometry?.Element(rowIndex, LoopIndices.Linear(columns)) ?? rowIndex;
        var stores = group.Stored.SelectMany(node => group.Assembled.Contains(node) ? Parts(node, lowerer, rows) : [Whole(node)]).ToArray();
        var ordered = StoreOrder.Of(stores);
        var arguments = stores.Select(s => s.Buffer).Concat(Loads.Of(stores.Select(s => s.Value)).Select(l => l.Buffer)).Distinct().ToArray();
        return new KernelDefinition(name, KernelSummary.Of(group, arguments), rows, ordered, arguments) { Counters = storage.Counters };

        StoreDefinition Whole(Node node)
        {
            if (group.StretchLevel.Contains(node)) return Combined(node, rows, columns, elementIndex, lowerer);
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
            var value = lowerer.Read(part, index);
            index[axis] += i * part.Shape[axis].Value;
            yield return new StoreDefinition(rows, buffer, start + IndexExpr.Linear(index, whole.Shape.Strides()), value);
        }
    }

    /// <summary>A reduction over stretches of rows, as what each element adds to it.</summary>
    private StoreDefinition Combined(
        Node node, IReadOnlyList<LoopVar> rows, IReadOnlyList<LoopVar> columns, IndexExpr elementIndex, Lowerer lowerer)
    {
        var operand = node.Inputs[0];
        var value = lowerer.Read(operand, IndexExpr.Unravel(elementIndex, operand.Shape.Values));
        var (buffer, start) = storage.PlaceOf(node);
        var extent = columns.Aggregate(1L, (product, v) => product * v.Extent);
        var index = start + (IndexExpr)rows[0] * extent + LoopIndices.Linear(columns);
        return new StoreDefinition([.. rows, .. columns], buffer, index, value) { Combine = ((ReductionOp)node.Op).Function };
    }

    private Lowerer LowererFor(FusionGroup? group) => new((node, index) =>
        plan.IsAbsorbed(node) || group is not null && (plan.GroupOf.GetValueOrDefault(node) == group || group.Recomputed.Contains(node))
            ? null
            : storage.Load(node, index));

    /// <summary>Loop variables for the rows and, in row groups, the columns of a group.</summary>
    private (IReadOnlyList<LoopVar> Rows, IReadOnlyList<LoopVar> Columns) Domain(FusionGroup group)
    {
        if (group.Geometry is { } geometry)
        {
            var reduction = group.Members.Where(m => plan.Structures[m] == NodeStructure.Reduction && group.RowLevel.Contains(m)).MaxBy(m => m.Shape.Rank);
            var extents = reduction is null ? [geometry.Columns] : plan.Accesses[reduction].Reduced.Select(v => v.Extent);
            var columns = extents.Select((extent, i) => new LoopVar($"j{i}", extent)).ToArray();
            if (group.Stretches is { } stretches) return ([new("stretch", stretches), new("r", geometry.Rows / stretches)], columns);
            return (reduction is null ? [new("r", geometry.Rows)] : LoopIndices.For(reduction.Shape, "r"), columns);
        }
        var anchor = group.Kind == GroupKind.Map ? null : group.Members.First(m =>
            plan.Structures[m] is NodeStructure.Contraction or NodeStructure.Reduction or NodeStructure.Scatter or NodeStructure.Sort);
        var widest = anchor ?? group.Members.Where(m => !group.Assembled.Contains(m)).MaxBy(m => m.Shape.Rank) ?? group.Members[0].Inputs[0];
        return (LoopIndices.For(widest.Shape, "i"), []);
    }
}
