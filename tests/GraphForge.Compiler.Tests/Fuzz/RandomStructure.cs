using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Compiler.Ops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Fuzz;

/// <summary>Steps that move, combine or multiply elements across a tensor. Null where a step does not fit the operand.</summary>
internal sealed class RandomStructure(Random random, RandomLeaves leaves, Func<Node, Node> partner)
{
    public Node? Step(Node x) => random.Next(22) switch
    {
        < 7 => Move(x),
        < 11 => Reduce(x),
        < 14 => Contract(x),
        14 => Convolve(x),
        15 => Pool(x),
        16 => Gather(x),
        17 => Scatter(x),
        18 => Normalise(x),
        19 => Loop(x),
        20 => Index(x),
        _ => Generate(x),
    };

    private int Axis(Node x) => random.Next(x.Shape.Rank);

    private long Extent(Node x, int axis) => x.Shape[axis].Value;

    private Node? Move(Node x) => random.Next(11) switch
    {
        0 => x.Reshape([x.Shape.Size]),
        1 when x.Shape.Rank > 1 => x.Reshape([x.Shape[0] * x.Shape[1], .. x.Shape.Skip(2)]),
        2 when x.Shape.Rank > 0 && Extent(x, 0) % 2 == 0 => x.Reshape([2, x.Shape[0].Value / 2, .. x.Shape.Skip(1)]),
        3 when x.Shape.Rank > 1 => x.Permute(Shuffled(x.Shape.Rank)),
        4 => x.Unsqueeze(random.Next(x.Shape.Rank + 1)),
        5 => x.Unsqueeze(0).ExpandTo([random.Next(1, 4), .. x.Shape]),
        6 when x.Shape.Rank > 0 => Cut(x, Axis(x)),
        7 when x.Shape.Rank > 0 => Widen(x, Axis(x)),
        8 when x.Shape.Rank > 0 => x.Flip(Axis(x)),
        10 when x.Shape.Rank > 0 && Extent(x, x.Shape.Rank - 1) >= 3 =>
            x.SlidingWindows(-1, random.Next(1, 3), random.Next(1, 4), random.Next(1, 3)),
        9 when x.Shape.Rank > 0 => Nodes.Concat([x, partner(x).ExpandTo(x.Shape), .. random.Next(2) == 0 ? [x] : Array.Empty<Node>()], Axis(x)),
        _ => null,
    };

    private int[] Shuffled(int rank)
    {
        var axes = Enumerable.Range(0, rank).ToArray();
        random.Shuffle(axes);
        return axes;
    }

    private Node Cut(Node x, int axis)
    {
        var start = random.NextInt64(Extent(x, axis) + 1);
        var step = random.Next(1, 4);
        var most = (Extent(x, axis) - start + step - 1) / step;
        return x.Slice(axis, start, random.Next(20) == 0 ? 0 : Math.Max(Math.Min(1, most), most - random.Next(2)), step);
    }

    private Node Widen(Node x, int axis)
    {
        if (random.Next(3) > 0) return x.Pad(axis, random.Next(4), random.Next(4), x.Type.DType == DType.Bool ? 1 : random.Next(3));
        var zeros = x.Shape.Select(_ => (Dim)0).ToArray();
        var interior = x.Shape.Select((_, a) => a == axis ? random.Next(1, 3) : 0L).ToArray();
        return Node.Of(new Pad(zeros, zeros, interior, Scalar.Of(x.Type.DType, 0L)), x);
    }

    private Node? Reduce(Node x)
    {
        if (x.Shape.Rank == 0) return null;
        var axes = Enumerable.Range(0, x.Shape.Rank).Where(_ => random.Next(2) == 0).DefaultIfEmpty(x.Shape.Rank - 1).ToArray();
        var keep = random.Next(2) == 0;
        if (x.Type.DType == DType.Bool) return x.Cast(DType.Int32).Sum(axes, keep);
        var isEmpty = axes.Any(a => Extent(x, a) == 0);
        return random.Next(8) switch
        {
            0 or 1 => x.Sum(axes, keep),
            2 when x.Type.DType.IsFloat() => x.Mean(axes, keep),
            3 when !isEmpty => x.Max(axes, keep),
            4 when !isEmpty => x.Min(axes, keep),
            5 when !isEmpty => x.ArgMax(axes[0], keep),
            6 when !isEmpty => x.ArgMin(axes[0], keep),
            7 when Extent(x, axes[0]) <= 4 => x.Prod(axes[0], keep),
            _ => x.Sum(axes, keep),
        };
    }

    private Node? Contract(Node x)
    {
        if (x.Shape.Rank == 0 || x.Type.DType is DType.Bool or DType.UInt8) return null;
        var type = x.Type.DType;
        var k = x.Shape[^1];
        Dim n = new long[] { 1, 2, 3, 8, 9, 16, 17, 33 }[random.Next(8)];
        var product = random.Next(7) switch
        {
            0 => Nodes.MatMul(x, leaves.Make(type, [k])),
            1 when x.Shape.Rank > 1 => Nodes.MatMul(x, leaves.Make(type, [.. x.Shape.SkipLast(2), k, n])),
            2 => Nodes.MatMul(x, leaves.Make(type, [n, k]).Transpose()),
            3 when x.Shape.Rank == 2 => Nodes.Einsum("ij,ik->jk", x, partner(x).ExpandTo(x.Shape)),
            4 when x.Shape.Rank == 2 => Nodes.Einsum("ij,kj->ik", x, partner(x).ExpandTo(x.Shape)),
            5 when x.Shape.Rank == 3 => Nodes.Einsum("bij,bkj->bik", x, partner(x).ExpandTo(x.Shape)),
            _ => Nodes.MatMul(x, leaves.Make(type, [k, n])),
        };
        return random.Next(3) switch
        {
            0 => (product + partner(product)).Maximum(0),
            1 when type.IsFloat() => product * 0.25,
            _ => product,
        };
    }

    private Node Image(DType type) =>
        leaves.Make(type, [random.Next(1, 3), random.Next(1, 3) * 2, .. Enumerable.Range(0, random.Next(1, 3)).Select(_ => (Dim)random.Next(3, 10))]);

    private Node? Convolve(Node x)
    {
        if (!x.Type.DType.IsFloat()) return null;
        if (x.Shape.Rank is not (3 or 4) || x.Shape.Any(d => d.Is(0))) x = Image(x.Type.DType);
        var spatial = x.Shape.Rank - 2;
        var groups = Extent(x, 1) % 2 == 0 && random.Next(3) == 0 ? 2 : 1;
        var kernel = x.Shape.Skip(2).Select(d => (Dim)random.NextInt64(1, Math.Min(3, d.Value) + 1)).ToArray();
        var geometry = ConvolutionGeometry.Of(spatial, random.Next(1, 3), random.Next(2), 1, groups);
        var weight = leaves.Make(x.Type.DType, [groups * random.Next(1, 5), Extent(x, 1) / groups, .. kernel]);
        var result = Convolutions.Convolve(x, weight, geometry);
        return random.Next(4) == 0 ? Convolutions.ConvolveTransposed(result * 0.25, weight, geometry, x.Shape) : result;
    }

    private Node? Pool(Node x)
    {
        if (x.Type.DType is DType.Bool) return null;
        if (x.Shape.Rank == 0 || Extent(x, x.Shape.Rank - 1) < 3) x = Image(x.Type.DType);
        var wide = x.Shape.Reverse().TakeWhile(d => d.Value >= 3).Count();
        var kernel = Enumerable.Range(0, random.Next(1, Math.Min(2, wide) + 1)).Select(_ => random.NextInt64(1, 4)).ToArray();
        var padding = kernel.Min() > 1 ? random.Next(2) : 0;
        var geometry = WindowGeometry.Of(kernel, random.Next(1, 4), padding);
        return random.Next(5) switch
        {
            0 when x.Type.DType.IsFloat() => Convolutions.AveragePool(x, geometry, random.Next(2) == 0),
            1 => Node.Of(new WindowSum(geometry), x),
            2 => Node.Of(new WindowMinimum(geometry), x),
            3 => Positions(x, geometry),
            _ => Convolutions.MaxPool(x, geometry),
        };
    }

    /// <summary>What the gradient of a maximum over windows does: picks by position, and puts back where it was picked.</summary>
    private Node Positions(Node x, WindowGeometry geometry)
    {
        var position = Node.Of(random.Next(2) == 0 ? new WindowArgMaximum(geometry) : new WindowArgMinimum(geometry), x);
        var picked = Node.Of(new WindowGather(geometry), x, position);
        return random.Next(2) == 0 ? picked : Node.Of(new WindowScatter(geometry, x.Shape), picked, position);
    }

    private Node? Gather(Node x)
    {
        if (x.Shape.Rank == 0) return null;
        var axis = Axis(x);
        return Extent(x, axis) == 0 ? null : x.Gather(axis, leaves.Make(random.Next(2) == 0 ? DType.Int64 : DType.Int32, leaves.SmallShape(0, 2)));
    }

    private Node? Scatter(Node x)
    {
        if (x.Shape.Rank == 0 || x.Type.DType is DType.Bool) return null;
        var axis = Axis(x);
        return x.ScatterAdd(axis, leaves.Make(DType.Int64, [x.Shape[axis]]), random.Next(1, 12));
    }

    /// <summary>Picks along an axis with an index for each element, or sends each element somewhere along it.</summary>
    private Node? Index(Node x)
    {
        if (x.Shape.Rank == 0 || x.Shape.Any(d => d.Is(0)) || x.Type.DType is DType.Bool) return null;
        var axis = Axis(x);
        var indices = leaves.Make(DType.Int64, x.Shape);
        return random.Next(4) switch
        {
            3 => x.GatherElements(axis, x.ArgSort(axis, random.Next(2) == 0)),
            0 => x.GatherElements(axis, indices),
            1 => x.ScatterElements(axis, indices, random.Next(1, 9)),
            // Where nothing arrives stands an infinity or the least integer, which must not spread.
            _ => x.ScatterElements(axis, indices, random.Next(1, 9), ReduceFunction.Maximum).Maximum(x.Type.DType == DType.UInt8 ? 1 : -9),
        };
    }

    /// <summary>A scan whose carry is a running mean, so that errors do not grow with the number of steps.</summary>
    private Node? Loop(Node x)
    {
        if (!x.Type.DType.IsFloat() || x.Shape.Rank == 0 || Extent(x, 0) > 20) return null;
        var init = leaves.Make(x.Type.DType, Shape.Of(x.Shape.Skip(1)));
        var factor = leaves.Make(x.Type.DType, Shape.Scalar).Tanh();
        var kind = random.Next(3);
        var loop = Nodes.Scan([init], [x], (before, element) =>
        {
            var next = before[0] * 0.5 + element[0] * (kind == 0 ? factor : factor.OnesLike() * 0.5);
            return ([next], [kind == 1 ? next.Absolute() : next]);
        }, reverse: random.Next(2) == 0);
        return random.Next(3) == 0 ? loop.Carries[0] : loop.Outputs[0];
    }

    private Node? Normalise(Node x)
    {
        if (!x.Type.DType.IsFloat() || x.Shape.Rank == 0 || x.Shape.Any(d => d.Is(0))) return null;
        var axis = random.Next(2) == 0 ? x.Shape.Rank - 1 : Axis(x);
        var centred = x - x.Mean(axis, keepDims: true);
        return random.Next(3) switch
        {
            0 => x.Softmax(axis),
            1 => x.LogSoftmax(axis),
            _ => centred / (centred.Square().Mean(axis, keepDims: true) + 0.5).Sqrt() * partner(x),
        };
    }

    private Node? Generate(Node x) => random.Next(3) switch
    {
        0 when x.Shape.Rank > 0 && x.Type.DType != DType.Bool => x + Nodes.Iota(x.Shape[^1], x.Type.DType),
        1 when x.Type.DType == DType.Float32 =>
            x * Nodes.RandomUniform(x.Shape, random.Next(3), leaves.Input(DType.Int64, Shape.Scalar)).Less(0.75).Cast(DType.Float32),
        _ when x.Shape.Rank > 0 && x.Type.DType != DType.Bool => x * Nodes.DimSize(x.Shape[^1]).Cast(x.Type.DType),
        _ => null,
    };
}
