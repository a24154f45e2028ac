using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Rewrite;

/// <summary>Seeded expressions over small tensors of one element type, rich in what rules look for.</summary>
internal sealed class RandomExpressions(int seed, DType type)
{
    private readonly Random _random = new(seed);
    private readonly RandomElementwise _elementwise = new(new Random(seed));
    private readonly List<Node> _nodes =
    [
        Leaf("x", 3, 4, type), Leaf("y", 3, 4, type), Leaf("row", 1, 4, type), Leaf("column", 3, 1, type),
        Leaf("cube", 2, 12, type).Reshape([2, 3, 4]), Leaf("one", 1, 1, type).Reshape([]),
    ];

    public static Node Leaf(string name, long rows, long columns, DType type) => Nodes.Input(name, type, Shape.Of(rows, columns));

    /// <summary>The last few of <paramref name="size"/> nodes made from one another.</summary>
    public ComputationGraph Next(int size)
    {
        for (var i = 0; i < size; i++) _nodes.Add(Step(Pick()));
        return new ComputationGraph("random", _nodes.TakeLast(3).Select((n, i) => new NamedOutput($"y{i}", n)).ToEquatable(), []);
    }

    private Node Pick() => _nodes[_random.Next(3) > 0 ? _nodes.Count - 1 - _random.Next(3) : _random.Next(_nodes.Count)];

    private Node Step(Node x) => _random.Next(15) switch
    {
        0 or 1 => _elementwise.Step(x, Partner(x)),
        2 => Regroup(x),
        3 => x.Permute(Shuffled(x.Shape.Rank)),
        4 => WithUnitAxis(x),
        5 => Repeat(x),
        6 => Reduce(x),
        7 => Idle(x),
        8 when x.Shape.Rank > 0 => Cut(x),
        9 when x.Shape.Rank > 0 => x.Pad(_random.Next(x.Shape.Rank), _random.Next(2), _random.Next(2)),
        10 when x.Shape.Rank > 0 => x.Flip(_random.Next(x.Shape.Rank)),
        11 when x.Shape.Rank > 0 => Join(x),
        12 => ConstantPart(x),
        13 when x.Shape.Rank > 0 && x.Type.DType.IsFloat() => Rowwise(x),
        _ => Contract(x),
    };

    private Node Partner(Node x)
    {
        var same = _nodes.Where(n => n.Shape == x.Shape && n.Type == x.Type).ToArray();
        return _random.Next(4) == 0 ? Nodes.Full(x.Shape, type, _random.Next(3)) : same[_random.Next(same.Length)];
    }

    private Node Regroup(Node x) => x.Shape.Rank < 2 || _random.Next(2) == 0
        ? x.Reshape([x.Shape.Size])
        : x.Reshape([x.Shape[0] * x.Shape[1], .. x.Shape.Skip(2)]);

    private int[] Shuffled(int rank)
    {
        var axes = Enumerable.Range(0, rank).ToArray();
        _random.Shuffle(axes);
        return axes;
    }

    private Node WithUnitAxis(Node x)
    {
        var unit = x.Shape.ToList().FindIndex(d => d.Is(1));
        if (unit >= 0 && _random.Next(2) == 0) return x.Squeeze(unit);
        return x.Shape.Rank < 4 ? x.Unsqueeze(_random.Next(x.Shape.Rank + 1)) : x;
    }

    private Node Repeat(Node x)
    {
        if (x.Shape.Size.Value > 100 || x.Shape.Rank > 3) return Scaled(x).Sum();
        var unit = x.Unsqueeze(_random.Next(x.Shape.Rank + 1));
        return unit.ExpandTo(Shape.Of(unit.Shape.Select(d => d.Is(1) ? _random.Next(1, 4) : d)));
    }

    /// <summary>Keeps values from growing through sums; integers wrap and need no care.</summary>
    private Node Scaled(Node x) => x.Type.DType.IsFloat() ? x * 0.125 : x;

    private Node Reduce(Node x)
    {
        var axes = Enumerable.Range(0, x.Shape.Rank).Where(_ => _random.Next(2) == 0).ToArray();
        return _random.Next(6) switch
        {
            4 when x.Shape.Rank > 1 => _random.Next(2) == 0 ? x.Min(1).Min(0) : Scaled(x).Sum(0).Sum(0),
            0 => x.Max(axes, _random.Next(2) == 0),
            1 => x.Min(axes, _random.Next(2) == 0),
            2 => (-Scaled(x)).Sum(axes),
            3 when x.Shape.Rank > 0 => x.ArgMax(_random.Next(x.Shape.Rank)).Cast(type),
            _ => Scaled(x).Sum(axes, _random.Next(2) == 0),
        };
    }

    /// <summary>Steps that do nothing and that the node functions would not even build.</summary>
    private Node Idle(Node x)
    {
        var rank = x.Shape.Rank;
        var zeros = Enumerable.Repeat((Dim)0, rank).ToEquatable();
        return _random.Next(8) switch
        {
            0 => Node.Of(new Reshape(x.Shape), x),
            1 => Node.Of(new Permute(Enumerable.Range(0, rank).ToEquatable()), x),
            2 => Node.Of(new Expand(x.Shape), x),
            3 => Node.Of(new Slice(zeros, x.Shape.Dims, Enumerable.Repeat(1L, rank).ToEquatable()), x),
            4 => Node.Of(new Pad(zeros, zeros, new long[rank], Scalar.Of(type, 1L)), x),
            5 when rank > 0 => Node.Of(new Concat(0), x),
            6 when rank > 0 => Nodes.Concat([x, x.Slice(0, 0, 0)], 0),
            _ => Node.Of(new Sum([]), x),
        };
    }

    private Node Cut(Node x)
    {
        var axis = _random.Next(x.Shape.Rank);
        var length = _random.NextInt64(1, x.Shape[axis].Value + 1);
        return x.Slice(axis, _random.NextInt64(0, x.Shape[axis].Value - length + 1), length);
    }

    /// <summary>What norms, softmaxes and their gradients are made of: factors that are the same all along a row.</summary>
    private Node Rowwise(Node x)
    {
        var axis = _random.Next(x.Shape.Rank);
        var scale = Scaled(x).Sum(axis, keepDims: true).Tanh();
        var (factor, product) = (scale.ExpandTo(x.Shape), (scale * scale.Cos()).ExpandTo(x.Shape));
        return _random.Next(5) switch
        {
            0 => x / (Scaled(x).Sum(keepDims: true).Tanh().Absolute() + 0.5).Sqrt().ExpandTo(x.Shape),
            1 => (Scaled(x) * factor + Partner(x)).Sum(axis),
            2 => x * factor + product,
            3 => x * factor - product,
            _ => x.Tanh().Exp() * (Partner(x) * factor),
        };
    }

    private Node Join(Node x) => x.Shape.Size.Value > 100
        ? x
        : _random.Next(3) == 0 ? x.Pad(0, 0, x.Shape[0]) + Partner(x).Pad(0, x.Shape[0], 0)
        : Nodes.Concat([x, _random.Next(2) == 0 ? x : Partner(x)], _random.Next(x.Shape.Rank));

    private Node ConstantPart(Node x)
    {
        if (x.Shape.Rank == 0) return x + Nodes.DimSize(3).Cast(type);
        var count = (int)x.Shape[x.Shape.Rank - 1].Value;
        var literal = new Literal(new TensorType(type, Shape.Of(count)));
        var uniform = _random.Next(2) == 0;
        for (var i = 0; i < count; i++) literal[i] = Scalar.Of(type, uniform ? 2 : (long)(i % 3));
        return x + Nodes.Constant(literal).Flip(0);
    }

    private Node Contract(Node x)
    {
        if (x.Shape.Rank == 3) return Nodes.Einsum("bij,bkj->bik", x, Scaled(x)).Sum(0);
        if (x.Shape.Rank != 2) return x.Shape.Size.Value < 30 ? Contract(x.Reshape([x.Shape.Size, 1])) : Scaled(x).Sum();
        var y = Scaled(x);
        return _random.Next(6) switch
        {
            0 => Nodes.MatMul(x, y.Permute(1, 0)),
            1 => (x.Unsqueeze(2) * y.Permute(1, 0).Unsqueeze(0)).Sum(1),
            2 => Nodes.Einsum("ij,kj->ki", x, y),
            3 => Nodes.Einsum("ij,kj->ik", x, y).Sum(_random.Next(2)),
            4 => Nodes.Einsum("ij,kj->ik", x, y.Sum(0, keepDims: true).ExpandTo(y.Shape)).Permute(1, 0),
            _ => Nodes.Einsum("ij,kj->ijk", x, y).Sum(1),
        };
    }
}
