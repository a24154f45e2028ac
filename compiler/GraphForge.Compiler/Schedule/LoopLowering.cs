using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Compiler.Ops;

namespace GraphForge.Compiler.Schedule;

/// <summary>Lowers all results of one loop or branch together: its bodies become kernels of their own.</summary>
internal abstract class LoopLowering
{
    private readonly FusionPlan _plan;
    private readonly NodeStorage _outside;
    private readonly GroupLowering _reader;

    /// <param name="kernels">Takes the kernels.</param>
    /// <param name="group">All results.</param>
    /// <param name="plan">The groups around the loop.</param>
    /// <param name="outside">Where their nodes stand.</param>
    protected LoopLowering(KernelDefinitions kernels, FusionGroup group, FusionPlan plan, NodeStorage outside)
    {
        (Kernels, Group, _plan, _outside) = (kernels, group, plan, outside);
        _reader = new GroupLowering(plan, outside);
        Operands = group.Members[0].Inputs.ToArray();
    }

    public static LoopLowering Of(KernelDefinitions kernels, FusionGroup group, FusionPlan plan, NodeStorage outside) =>
        group.Members[0].Op switch
        {
            Scan => new ScanLowering(kernels, group, plan, outside),
            While => new WhileLowering(kernels, group, plan, outside),
            _ => new CondLowering(kernels, group, plan, outside),
        };

    public abstract PlannedWork Lower();

    protected KernelDefinitions Kernels { get; }

    protected FusionGroup Group { get; }

    protected Node[] Operands { get; }

    /// <summary>How deep the loop lies in others.</summary>
    protected int Depth => _outside.Counters.Count;

    protected LoopStorage StorageOf(LoopVar counter, Func<int, IndexExpr[], Expr> parameter) =>
        new([.. _outside.Counters, counter], parameter, Kernels.Program);

    /// <summary>An element of an operand.</summary>
    protected Expr Read(int operand, params IndexExpr[] index) => _reader.Read(Operands[operand], index);

    /// <summary>An element of an operand by its position in row-major order.</summary>
    protected Expr ReadLinear(int operand, IndexExpr linear) => Read(operand, IndexExpr.Unravel(linear, Operands[operand].Shape.Values));

    /// <summary>The buffer of a result somebody reads, else null.</summary>
    protected LoopBuffer? ResultBuffer(Predicate<Op> isResult) =>
        Group.Members.Find(m => isResult(m.Op)) is { } node ? _outside.PlaceOf(node).Buffer : null;

    protected LoopBuffer Reserve(string name, TensorType type, long copies = 1) => _outside.Reserve(name, type.DType, copies * type.Shape.Size.Value);

    /// <summary>The kernels of a body whose roots have their places.</summary>
    protected IReadOnlyList<PlannedWork> LowerBody(Subgraph body, LoopStorage storage, Action<int, Node> placeRoot)
    {
        var graph = RootCopies.Run(body.ToGraph(Group.ToString()));
        foreach (var (i, output) in graph.Outputs.Index()) placeRoot(i, output.Value);
        return Kernels.Lower(Fusion.Run(graph, _plan.SplitsScores), storage);
    }

    /// <summary>Kernels that copy elements before the loop starts, one for all tensors of a shape.</summary>
    protected PlannedKernel[] Prepare(IEnumerable<(Shape Shape, LoopBuffer Buffer, IndexExpr Start, Func<IndexExpr, Expr> Value)> copies) =>
        Copy("init", "Initial values of", _outside.Counters, copies);

    protected PlannedKernel[] Copy(string name, string title, IReadOnlyList<LoopVar> counters,
        IEnumerable<(Shape Shape, LoopBuffer Buffer, IndexExpr Start, Func<IndexExpr, Expr> Value)> copies) => copies.GroupBy(c => c.Shape).Select(same =>
    {
        var index = LoopIndices.For(same.Key, "i");
        var linear = LoopIndices.Linear(index);
        var stores = same.Select(c => new StoreDefinition(index, c.Buffer, c.Start + linear, c.Value(linear))).ToArray();
        var (op, source) = (Group.Members[0].Op.Name, Group.Members[0].Source);
        return Kernels.Kernel($"{name}_{op}", $"{title} {op}{(source.IsKnown ? $", {source}" : "")}.", index, stores, counters);
    }).ToArray();

    /// <summary>The loop as the work around it sees it.</summary>
    /// <param name="before">Kernels that run first.</param>
    /// <param name="parts">Bodies.</param>
    /// <param name="own">Buffers outside that the loop fills.</param>
    /// <param name="wholeOf">The buffer behind a view of this loop.</param>
    protected PlannedLoop Loop(
        IReadOnlyList<PlannedKernel> before, IReadOnlyList<LoopPart> parts, IEnumerable<LoopBuffer> own, Func<LoopBuffer, LoopBuffer> wholeOf)
    {
        var work = parts.SelectMany(p => p.Body).Concat(before).ToArray();
        var writes = Outside(work.SelectMany(w => w.Writes)).Concat(own).Distinct().ToArray();
        return new PlannedLoop(
            KernelSummary.Name(Kernels.Count, Group), before, parts, writes, Outside(work.SelectMany(w => w.Reads)).Except(writes).ToArray());

        IEnumerable<LoopBuffer> Outside(IEnumerable<LoopBuffer> buffers) =>
            buffers.Select(wholeOf).Where(b => !parts.Any(p => p.Storage.Owns(b))).Distinct();
    }
}
