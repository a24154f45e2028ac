using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Fuzz;

/// <summary>
/// Random programs of loops and branches in one another. Values stay within (−2, 2) and no step enlarges an error, so that
/// rounding never changes which way a condition goes: conditions come from integers.
/// </summary>
internal sealed class RandomLoops
{
    private readonly Random _random;
    private readonly long _rows;
    private readonly long _columns;

    private RandomLoops(int seed)
    {
        _random = new Random(seed);
        // Few elements are one worker's, many are shared, and bodies hold both.
        (_rows, _columns) = (_random.Next(1, 6), _random.Next(3) == 0 ? _random.Next(4000, 20000) : _random.Next(1, 40));
    }

    public static ComputationGraph Generate(int seed) => new RandomLoops(seed).Graph(seed);

    private ComputationGraph Graph(int seed)
    {
        Node[] given =
        [
            Nodes.Input("x", DType.Float32, [_rows, _columns]), Nodes.Input("y", DType.Float32, [_rows, _columns]),
            Nodes.Input("row", DType.Float32, [_columns]), Nodes.Input("n", DType.Int64, []),
            Nodes.Input("steps", DType.Float32, [4, _rows, _columns]),
        ];
        var made = Grow([.. given], 3, _random.Next(3, 7));
        var outputs = made.Skip(given.Length).Where(n => n.Type.DType != DType.Bool).TakeLast(3).Append(made[^1]).Distinct();
        return new ComputationGraph($"loops{seed}", outputs.Select((n, i) => new NamedOutput($"out{i}", n)).ToEquatable(), []);
    }

    /// <summary>Adds so many values made from those there are.</summary>
    private List<Node> Grow(List<Node> values, int depth, int count)
    {
        for (var i = 0; i < count; i++) values.AddRange(_random.Next(depth > 0 ? 10 : 6) switch
        {
            0 => [Whole(values) * 0.5 + Whole(values) * 0.25],
            1 => [Whole(values).Tanh() * Row(values)],
            2 => [Whole(values).Sum(0) / _rows],
            3 => [(Whole(values) - Whole(values).Mean(-1, keepDims: true)) * 0.5],
            4 => [Number(values) % 5 + 1],
            5 => [Whole(values).Flip(_random.Next(2)) * 0.5],
            6 or 7 => Scan(values, depth - 1),
            8 => Branch(values, depth - 1),
            _ => While(values, depth - 1),
        });
        return values;
    }

    private IReadOnlyList<Node> Scan(List<Node> values, int depth)
    {
        Node[] init = [.. Enumerable.Range(0, _random.Next(4)).Select(_ => Pick(values, n => n.Shape.Rank < 3))];
        var steps = Pick(values, n => n.Shape.Rank == 3);
        Node[] stacked = init.Length == 0 || _random.Next(2) == 0 ? [steps] : [];
        var scan = Nodes.Scan(init, stacked, (carries, elements) =>
        {
            var inside = Grow([.. values, .. carries, .. elements], depth, _random.Next(1, 4));
            Node[] outputs = init.Length == 0 || _random.Next(2) == 0 ? [Whole(inside) * 0.5] : [];
            return ([.. carries.Select(c => Next(inside, c))], outputs);
        }, stacked.Length > 0 ? null : _random.Next(1, 5), _random.Next(2) == 0);
        return [.. scan.Carries, .. scan.Outputs];
    }

    private IReadOnlyList<Node> Branch(List<Node> values, int depth)
    {
        Node[] operands = [.. Enumerable.Range(0, _random.Next(1, 4)).Select(_ => Pick(values, n => n.Shape.Rank < 3))];
        return Nodes.Cond((Number(values) % 2).EqualTo(_random.Next(2)), operands, Body, Body);

        IReadOnlyList<Node> Body(IReadOnlyList<Node> given)
        {
            var inside = Grow([.. values, .. given], depth, _random.Next(0, 4));
            return [.. given.Select(c => Next(inside, c))];
        }
    }

    private IReadOnlyList<Node> While(List<Node> values, int depth)
    {
        Node[] init = [Nodes.Scalar(0, DType.Int64), .. Enumerable.Range(0, _random.Next(1, 4)).Select(_ => Pick(values, n => n.Shape.Rank < 3))];
        var end = Number(values) % 4;
        return Nodes.While(init, c => c[0].Less(end), carries =>
        {
            var inside = Grow([.. values, .. carries], depth, _random.Next(1, 4));
            return [carries[0] + 1, .. carries.Skip(1).Select(c => Next(inside, c))];
        }, _random.Next(3) == 0 ? _random.Next(0, 3) : long.MaxValue);
    }

    /// <summary>Some value of a carry's type: a new one, the carry itself, another carry, or one from outside.</summary>
    private Node Next(List<Node> values, Node carry)
    {
        if (_random.Next(3) == 0) return Pick(values, n => n.Type == carry.Type);
        return values.FindLast(n => n.Type == carry.Type)!;
    }

    private Node Whole(List<Node> values) => Pick(values, n => n.Shape.Rank == 2);

    private Node Row(List<Node> values) => Pick(values, n => n.Type.DType == DType.Float32 && n.Shape.Rank == 1);

    private Node Number(List<Node> values) => Pick(values, n => n.Type.DType == DType.Int64);

    private Node Pick(List<Node> values, Func<Node, bool> fits)
    {
        var fitting = values.Where(fits).ToArray();
        // Late values make deep programs.
        return fitting[Math.Max(_random.Next(fitting.Length), _random.Next(fitting.Length))];
    }
}
