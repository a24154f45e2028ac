using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Rewrite;

/// <summary>Seeded elementwise steps, the ones rules look for among them. Values stay moderate.</summary>
internal sealed class RandomElementwise(Random random)
{
    public Node Step(Node x, Node y) => random.Next(6) switch
    {
        0 => Binary(x, y),
        1 => Idle(x),
        2 => Signs(x, y),
        3 => Nodes.Select(Condition(x, y), x, random.Next(3) == 0 ? x : y),
        4 => Nodes.Select(Nested(x, y), x, y),
        _ => x.Type.DType.IsFloat() ? Function(x) : Whole(x, y),
    };

    private double Constant() => Of(0, 1, -1, 2, 3, 4);

    private T Of<T>(params T[] choices) => choices[random.Next(choices.Length)];

    private static Node Full(Node like, double value) => Nodes.Full(like.Shape, like.Type.DType, value);

    private Node Binary(Node x, Node y) => random.Next(4) switch
    {
        0 => x + y,
        1 => x - y,
        2 => x.Minimum(y),
        _ => x.Maximum(y),
    };

    private Node Idle(Node x) => random.Next(11) switch
    {
        0 => x + 0,
        1 => x * 1,
        2 => x / 1,
        3 => x / -1,
        4 => x * -1,
        5 => 0 - x,
        6 => x.Minimum(x),
        7 => x.Maximum(x),
        8 => x.StopGradient(),
        9 => Node.Of(new Cast(x.Type.DType), x),
        _ => - -x,
    };

    private Node Signs(Node x, Node y) => random.Next(9) switch
    {
        0 => x + -y,
        1 => x - -y,
        2 => -x - y,
        3 => -(x - y),
        4 => Small(-x) * Small(-y),
        5 => -x * Constant(),
        6 => -(x * Constant()),
        7 => (-x).Absolute(),
        _ => x.Sign().Sign(),
    };

    private Node Small(Node x) => x.Op is Negate ? -Small(x.Inputs[0]) : x.Type.DType.IsFloat() ? x.Tanh() : x % 3;

    private Node Function(Node x) => random.Next(18) switch
    {
        0 or 13 or 14 or 15 => x.Tanh().Power(Of(0.0, 1, 2, 3)),
        1 => (x.Absolute() + 1).Power(Of(-1.0, 0.5, -0.5)),
        2 => x.Minimum(double.PositiveInfinity).Maximum(double.NegativeInfinity),
        3 => x.Cast(DType.Float64).Cast(DType.Float32),
        4 => (-x).Cos(),
        5 => x.Floor().Ceiling(),
        6 => (x.Tanh() * x.Tanh()).Absolute(),
        7 => x / Of(2.0, 4, 3),
        8 => x - Constant(),
        9 => x.Sin(),
        10 => x.Exp().Minimum(1),
        11 => Full(x, 2) * Full(x, Constant()),
        16 => x.Sigmoid(),
        17 => x.Tanh().Softplus(),
        _ => x.Tanh(),
    };

    private Node Whole(Node x, Node y) => random.Next(6) switch
    {
        0 => x + 2 + 3,
        1 => x * 2 * 3 % 7,
        2 => x - x,
        3 => x * 0 + y,
        4 => x / 2,
        _ => x.Cast(DType.Int64).Cast(DType.Int32),
    };

    private Node Condition(Node x, Node y) => random.Next(22) switch
    {
        0 => !x.EqualTo(y),
        1 => !x.NotEqualTo(y),
        2 => !x.Less(y),
        3 => !x.LessOrEqual(y),
        4 => x.EqualTo(x),
        5 => x.NotEqualTo(x),
        6 => x.Less(x),
        7 => x.LessOrEqual(x),
        8 => x.Less(y).EqualTo(Known(x)),
        9 => x.Less(y).NotEqualTo(Known(x)),
        10 => x.Less(y) & Known(x),
        11 => x.Less(y) | Known(x),
        12 => x.Less(y) ^ Known(x),
        13 => x.Less(y) & x.Less(y),
        14 => x.Less(y) | x.Less(y),
        15 => x.Less(y) ^ x.Less(y),
        16 => !!x.Less(y),
        17 => Nodes.Select(x.Less(y), RuleRow.Bool(x, true), RuleRow.Bool(x, false)),
        18 => Nodes.Select(x.Less(y), RuleRow.Bool(x, false), RuleRow.Bool(x, true)),
        19 => Known(x),
        20 => Nodes.Select(x.Less(y), x.Less(1), Nodes.Select(x.Less(y), x.Less(0), y.Less(0))),
        _ => Nodes.Select(x.Less(y), Nodes.Select(x.Less(y), x.Less(0), y.Less(0)), y.Less(2)),
    };

    private Node Nested(Node x, Node y) => Condition(x, y) & !Condition(y, x);

    private Node Known(Node like) => RuleRow.Bool(like, random.Next(2) == 0);
}
