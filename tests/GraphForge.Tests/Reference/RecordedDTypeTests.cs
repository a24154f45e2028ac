using GraphForge.Compiler.Tests.Reference;

namespace GraphForge.Tests.Reference;

/// <summary>Floats of 16 bits, the bits of integers, and division and remainder in every element type, against PyTorch.</summary>
[Parallelizable(ParallelScope.Children)]
public sealed class RecordedDTypeTests : RecordedFamilyTests<RecordedDTypeTests>, IRecordedFamily
{
    public static RecordedFamily Family { get; } = new("dtypes", new Dictionary<string, FamilyFunction>
    {
        ["exp"] = (x, _) => x[0].Exp(),
        ["log"] = (x, _) => x[0].Log(),
        ["sqrt"] = (x, _) => x[0].Sqrt(),
        ["sin"] = (x, _) => x[0].Sin(),
        ["tanh"] = (x, _) => x[0].Tanh(),
        ["erf"] = (x, _) => x[0].Erf(),
        ["sigmoid"] = (x, _) => x[0].Sigmoid(),
        ["gelu"] = (x, _) => x[0].Gelu(),
        ["gelu by tanh"] = (x, _) => x[0].Gelu(GeluApproximation.Tanh),
        ["silu"] = (x, _) => Functional.Silu(x[0]),
        ["mish"] = (x, _) => Functional.Mish(x[0]),
        ["selu"] = (x, _) => Functional.Selu(x[0]),
        ["softplus"] = (x, _) => Functional.Softplus(x[0]),
        ["hardswish"] = (x, _) => Functional.Hardswish(x[0]),
        ["relu"] = (x, _) => x[0].Relu(),
        ["square"] = (x, _) => x[0].Square(),
        ["round"] = (x, _) => x[0].Round(),
        ["times 0.3"] = (x, _) => x[0] * 0.3,
        ["minus 0.1"] = (x, _) => x[0] - 0.1,
        ["softmax"] = (x, _) => x[0].Softmax(-1),
        ["log softmax"] = (x, _) => x[0].LogSoftmax(-1),
        ["sum"] = (x, _) => x[0].Sum(-1),
        ["sum of all"] = (x, _) => x[0].Sum(),
        ["mean"] = (x, _) => x[0].Mean(0),
        ["max"] = (x, _) => x[0].Max(-1),
        ["plus"] = (x, _) => x[0] + x[1],
        ["minus"] = (x, _) => x[0] - x[1],
        ["times"] = (x, _) => x[0] * x[1],
        ["divide"] = (x, _) => x[0] / x[1],
        ["power"] = (x, _) => x[0].Pow(x[1]),
        ["maximum"] = (x, _) => x[0].Maximum(x[1]),
        ["matmul"] = (x, _) => x[0].MatMul(x[1]),
        ["where"] = (x, _) => Tensor.Where(x[0] > x[1], x[0], x[1]),
        ["linear"] = (x, _) => Functional.Linear(x[0], x[1]),
        ["conv2d"] = (x, _) => Functional.Conv2d(x[0], x[1], padding: 1),
        ["layer norm"] = (x, _) => Functional.LayerNorm(x[0], [x[1].Shape[0]], x[1]),
        ["group norm"] = (x, _) => Functional.GroupNorm(x[0], 2, x[1]),
        ["batch norm"] = (x, _) => Functional.BatchNorm(x[0], null, null, x[1], training: true),
        ["avg pool"] = (x, _) => Functional.AvgPool2d(x[0], 2),
        ["cast"] = (x, a) => x[0].To(a.Type),
        ["bitwise and"] = (x, _) => x[0] & x[1],
        ["bitwise or"] = (x, _) => x[0] | x[1],
        ["bitwise xor"] = (x, _) => x[0] ^ x[1],
        ["bitwise not"] = (x, _) => ~x[0],
        ["left shift"] = (x, _) => x[0] << x[1],
        ["right shift"] = (x, _) => x[0] >> x[1],
        ["logical and"] = (x, _) => x[0].LogicalAnd(x[1]),
        ["logical or"] = (x, _) => x[0].LogicalOr(x[1]),
        ["logical xor"] = (x, _) => x[0].LogicalXor(x[1]),
        ["logical not"] = (x, _) => x[0].LogicalNot(),
        ["remainder"] = (x, _) => x[0].Remainder(x[1]),
        ["fmod"] = (x, _) => x[0].Fmod(x[1]),
        ["div"] = (x, a) => x[0].Div(x[1], a.Text("mode") switch
        {
            "trunc" => RoundingMode.Trunc,
            "floor" => RoundingMode.Floor,
            _ => RoundingMode.None,
        }),
    });
}
