using GraphForge.Compiler.Emit.Targets;

namespace GraphForge.Compiler.Loops.Schedules.Device;

/// <summary>The loops over groups and threads around a kernel of a device.</summary>
internal sealed class GroupLoop(long groups, long threads)
{
    /// <summary>Number of the group.</summary>
    public LoopVar Group { get; } = new("group", groups);

    /// <summary>Number of the thread within its group.</summary>
    public LoopVar Thread { get; } = new("thread", threads);

    /// <summary>Groups for so many independent elements, one a thread.</summary>
    public static GroupLoop OverElements(long elements, GpuTarget target)
    {
        var threads = target.GroupThreads(elements);
        return new GroupLoop(IntegerArithmetic.CeilingDivide(elements, threads), threads);
    }

    /// <summary>Number of the thread in the grid.</summary>
    public IndexExpr Element => (IndexExpr)Group * Thread.Extent + Thread;

    /// <param name="definition">The kernel.</param>
    /// <param name="shared">Memory of a group.</param>
    /// <param name="body">What a thread does.</param>
    /// <param name="lanes">Elements of the vectors in it.</param>
    public LoopKernel Wrap(KernelDefinition definition, IEnumerable<LoopBuffer> shared, Statement body, int lanes = 1) => new(
        definition.Name, definition.Summary, definition.Arguments,
        new For(Group, LoopKind.Grid, Block.Of([.. shared.Select(b => new Allocate(b, BufferPlace.Shared)), new For(Thread, LoopKind.Group, body)])), lanes)
    {
        Counters = definition.Counters,
    };

    /// <summary>The statement where an index is below its extent; itself where that is always so, nothing where it never is.</summary>
    public static Statement Below(IndexExpr index, long extent, Statement body) => InBoundsExpr.Of(index, 0, extent) switch
    {
        ConstantExpr { Value.AsBool: false } => Block.Of(),
        var condition => RowBlock.If(condition, body),
    };
}
