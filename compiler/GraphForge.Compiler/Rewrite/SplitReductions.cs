using GraphForge.Compiler.Emit.Targets;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Compiler.Loops.Schedules;
using GraphForge.Compiler.Ops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Rewrite;

/// <summary>
/// Cuts long reductions with few results in two: over a number of stretches of an axis, then over the stretches. The first half
/// is work for many workers, and can be done by the kernel that computes what is reduced. How many stretches there are depends
/// on shapes alone, and on the figures of a device where one is compiled for, so that the order of additions does not depend on the
/// number of workers.
/// </summary>
public static class SplitReductions
{
    /// <summary>Rows of neighbours from which a reduction has enough tasks of its own.</summary>
    private const long EnoughRows = 8;

    private const long Stretches = 16;

    /// <summary>Stretches beyond those that are enough, where these do not divide an axis.</summary>
    private const long MostTimesStretches = 4;

    /// <summary>Stretches from which padding pays: what is computed for a padded sum is stored before.</summary>
    private const long LeastPadded = 8;

    /// <summary>Elements that a result combines for less than which a second kernel does not pay.</summary>
    private const long LeastReduced = 256;

    private const long LeastElements = 32768;

    /// <param name="graph">A bound graph.</param>
    /// <param name="device">The GPU that is compiled for; null for the processor.</param>
    public static ComputationGraph Run(ComputationGraph graph, GpuTarget? device = null) => Topology.Rebuild(graph, (node, inputs) =>
    {
        var rebuilt = node.WithInputs(inputs);
        return rebuilt.Op is ReductionOp op ? Split(op, rebuilt, device) ?? rebuilt : rebuilt;
    });

    private static Node? Split(ReductionOp op, Node node, GpuTarget? device)
    {
        var operand = node.Inputs[0].Shape;
        var (elements, results) = (operand.Size.Value, node.Shape.Size.Value);
        if (node.Type.DType.IsHalf() || elements < LeastElements || elements / Math.Max(1, results) < LeastReduced) return null;
        var leavesColumns = op.Axes.Count > 0 && !Enumerable.Range(op.Axes[^1] + 1, operand.Rank - 1 - op.Axes[^1]).All(a => operand[a].Is(1));
        var enough = device is null ? leavesColumns || results < EnoughRows ? Stretches : 1 : Groups(device, leavesColumns ? results / device.WarpThreads : results);
        if (enough <= 1) return null;
        foreach (var axis in op.Axes)
            if (Divisor(operand[axis].Value, enough) is { } parts) return InTwo(op, node.Inputs[0], axis, parts);
        // A worker does well alone; most of a device would stand idle.
        return device is null ? null : Padded(op, node.Inputs[0], op.Axes.MaxBy(axis => operand[axis].Value), enough);
    }

    /// <summary>Cut where no number of stretches divides an axis: the last one is filled up with what changes no result.</summary>
    private static Node? Padded(ReductionOp op, Node operand, int axis, long enough)
    {
        var extent = operand.Shape[axis].Value;
        if (enough < LeastPadded || extent <= enough) return null;
        var stretch = IntegerArithmetic.CeilingDivide(extent, enough);
        var parts = IntegerArithmetic.CeilingDivide(extent, stretch);
        var neutral = Reduction.Neutral(op.Function, operand.Type.DType).AsDouble;
        return InTwo(op, operand.Pad(axis, 0, parts * stretch - extent, neutral), axis, parts);
    }

    /// <summary>Stretches that give every multiprocessor two groups to work on, of reductions that have so many groups each.</summary>
    private static long Groups(GpuTarget device, long each) => IntegerArithmetic.CeilingDivide(2L * device.Multiprocessors, Math.Max(1, each));

    /// <summary>A number of equal stretches that is enough, as few as there are.</summary>
    private static long? Divisor(long extent, long enough)
    {
        for (var parts = enough; parts <= MostTimesStretches * enough; parts++)
            if (extent % parts == 0 && extent > parts) return parts;
        return null;
    }

    private static Node InTwo(ReductionOp op, Node operand, int axis, long parts)
    {
        var shape = operand.Shape;
        var cut = operand.Reshape(Shape.Of([.. shape.Take(axis), parts, shape[axis].Value / parts, .. shape.Skip(axis + 1)]));
        var partial = Node.Of(op with { Axes = op.Axes.Select(a => a >= axis ? a + 1 : a).ToEquatable() }, cut);
        // Of the axes before the cut one those that stay come before the stretches.
        var position = Enumerable.Range(0, axis).Count(a => !op.Axes.Contains(a));
        return Node.Of(op with { Axes = new([position]) }, partial);
    }
}
