using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Fuzz;

/// <summary>Steps that compute one element from one element, with arguments kept inside each function's domain.</summary>
/// <param name="random">Where choices come from.</param>
/// <param name="partner">Finds a second operand.</param>
internal sealed class RandomElementwise(Random random, Func<Node, Node> partner)
{
    public Node? Step(Node x) => x.Type.DType switch
    {
        _ when random.Next(7) == 0 => Convert(x),
        _ when random.Next(8) == 0 => Choose(x),
        DType.Float32 or DType.Float64 => random.Next(2) == 0 ? Function(x) : Binary(x, partner(x)),
        DType.Bool => Logic(x),
        _ => Whole(x, partner(x)),
    };

    private Node Convert(Node x) => random.Next(6) switch
    {
        0 => x.Cast(DType.Int32),
        1 => x.Cast(DType.Int64),
        2 => (x.Type.DType == DType.Bool ? x : x.Maximum(0)).Cast(DType.UInt8),
        3 => x.Cast(DType.Bool),
        4 => x.Cast(DType.Float64),
        _ => x.Cast(DType.Float32),
    };

    private Node Choose(Node x)
    {
        var other = partner(x);
        return x.Type.DType == DType.Bool ? Nodes.Select(x, other, !other) : Nodes.Select(Compare(x, partner(x)), x, other);
    }

    private Node Compare(Node x, Node y) => random.Next(6) switch
    {
        0 => x.Less(y),
        1 => x.LessOrEqual(y),
        2 => x.EqualTo(y),
        3 => x.NotEqualTo(y),
        4 => x.Greater(1),
        _ => x.GreaterOrEqual(y),
    };

    private Node Function(Node x) => random.Next(3) == 0 ? Transcendental(x) : Common(x);

    private Node Transcendental(Node x) => random.Next(13) switch
    {
        0 => x.Erfc(),
        1 => x.Minimum(2).Expm1(),
        2 => x.Absolute().Log1p(),
        3 => x.Sigmoid(),
        4 => x.Softplus(),
        5 => x.Sigmoid().Tan(),
        6 => (x.Tanh() * 0.875).Asin(),
        7 => (x.Tanh() * 0.875).Acos(),
        8 => x.Atan(),
        9 => x.Tanh().Sinh(),
        10 => x.Tanh().Cosh(),
        11 => x.Asinh(),
        _ => (x.Absolute() + 1.5).Acosh(),
    };

    private Node Common(Node x) => random.Next(22) switch
    {
        0 => -x,
        1 => x.Absolute(),
        2 => x.Sign(),
        3 => x.Minimum(2).Exp(),
        4 => (x.Absolute() + 0.5).Log(),
        5 => (x.Absolute() + 0.25).Sqrt(),
        6 => x.Sin(),
        7 => x.Cos(),
        8 => x.Tanh(),
        9 => x.Erf(),
        10 => x.Floor(),
        11 => x.Ceiling(),
        12 => x.Round(),
        13 => x.Relu(),
        14 => x.Sigmoid(),
        15 => x.Gelu(),
        16 => x.Square() * 0.25,
        17 => (x.Absolute() + 1).Rsqrt(),
        18 => x.StopGradient() + x,
        19 => (x.Absolute() + 0.5).Log2(),
        20 => (x.Absolute() + 0.5).Power(random.Next(3) - 0.5),
        _ => x - 0.25,
    };

    private Node Binary(Node x, Node y) => random.Next(13) switch
    {
        0 or 1 => x + y,
        2 => x - y,
        3 => y - x,
        4 or 5 => x * y,
        6 => x / (y.Absolute() + 0.5),
        7 => x % (y.Absolute() + 0.5),
        8 => x.Minimum(y),
        9 => x.Maximum(y),
        10 => (x.Absolute() + 0.5).Power(y.Tanh()),
        11 => x.Atan2(y.Absolute() + 0.5),
        _ => Compare(x, y),
    };

    private Node Logic(Node x) => random.Next(4) switch
    {
        0 => !x,
        1 => x & partner(x),
        2 => x | partner(x),
        _ => x ^ partner(x),
    };

    private Node? Whole(Node x, Node y) => random.Next(14) switch
    {
        11 => x << (y.Maximum(0) % 6),
        12 => x >> (y.Maximum(0) % 6),
        13 => random.Next(2) == 0 ? x & y : x ^ y,
        0 => x + y,
        1 => x - y,
        2 => x * y,
        3 => x / (y.Maximum(0) + 1),
        4 => x % (y.Maximum(0) + 1),
        5 => x.Minimum(y),
        6 => x.Maximum(y),
        7 when x.Type.DType != DType.UInt8 => -x,
        8 when x.Type.DType != DType.UInt8 => x.Absolute(),
        9 when x.Type.DType != DType.UInt8 => x.Sign(),
        _ => Compare(x, y),
    };
}
