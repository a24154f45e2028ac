using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Tests.Reference;

namespace GraphForge.Tests.Reference;

/// <summary>Functions of tensors, with their gradients, against the cases recorded from PyTorch.</summary>
[Parallelizable(ParallelScope.Children)]
public sealed class RecordedFunctionTests
{
    private static readonly Dictionary<StateSlot, Literal> NoStates = [];

    private static readonly Dictionary<string, Func<Tensor[], CaseAttributes, Tensor>> Functions = new()
    {
        ["add"] = (x, _) => x[0] + x[1],
        ["subtract"] = (x, _) => x[0] - x[1],
        ["multiply"] = (x, _) => x[0] * x[1],
        ["remainder"] = (x, _) => x[0] % x[1],
        ["power"] = (x, _) => x[0].Pow(x[1]),
        ["minimum"] = (x, _) => x[0].Minimum(x[1]),
        ["maximum"] = (x, _) => x[0].Maximum(x[1]),
        ["select"] = (x, _) => Tensor.Where(x[0], x[1], x[2]),
        ["relu"] = (x, _) => x[0].Relu(),
        ["gelu"] = (x, _) => x[0].Gelu(),
        ["sigmoid"] = (x, _) => x[0].Sigmoid(),
        ["tanh"] = (x, _) => x[0].Tanh(),
        ["erfc"] = (x, _) => x[0].Erfc(),
        ["expm1"] = (x, _) => x[0].Expm1(),
        ["log1p"] = (x, _) => x[0].Log1p(),
        ["softplus"] = (x, _) => Functional.Softplus(x[0]),
        ["tan"] = (x, _) => x[0].Tan(),
        ["asin"] = (x, _) => x[0].Asin(),
        ["acos"] = (x, _) => x[0].Acos(),
        ["atan"] = (x, _) => x[0].Atan(),
        ["atan2"] = (x, _) => x[0].Atan2(x[1]),
        ["sinh"] = (x, _) => x[0].Sinh(),
        ["cosh"] = (x, _) => x[0].Cosh(),
        ["asinh"] = (x, _) => x[0].Asinh(),
        ["acosh"] = (x, _) => x[0].Acosh(),
        ["permute"] = (x, a) => x[0].Permute(a.Axes!),
        ["transpose"] = (x, a) => x[0].Transpose(a.Integer("first"), a.Integer("second")),
        ["concat"] = (x, a) => Tensor.Cat(x, a.Axis),
        ["stack"] = (x, a) => Tensor.Stack(x, a.Axis),
        ["sum"] = (x, a) => a.Axes is { } axes ? x[0].Sum(axes, a.Keep) : x[0].Sum(),
        ["mean"] = (x, a) => a.Axes is { } axes ? x[0].Mean(axes, a.Keep) : x[0].Mean(),
        ["argmaximum"] = (x, a) => x[0].ArgMax(a.Axis, a.Keep),
        ["softmax"] = (x, a) => x[0].Softmax(a.Axis),
        ["log softmax"] = (x, a) => x[0].LogSoftmax(a.Axis),
        ["cross entropy"] = (x, _) => Losses.CrossEntropy(x[0], x[1]),
        ["mean squared error"] = (x, _) => Losses.Mse(x[0], x[1]),
        ["linear"] = (x, _) => Functional.Linear(x[0], x[1], x[2]),
        ["convolution"] = (x, a) => Functional.Conv2d(
            x[0], x[1], null, a.Size("stride"), a.Size("low"), a.Size("dilation"), a.Integer("groups")),
        ["max pool"] = (x, a) => Functional.MaxPool2d(
            x[0], a.Size("kernel"), a.Size("stride"), a.Size("low"), a.Size("dilation")),
        ["average pool"] = (x, a) => Functional.AvgPool2d(x[0], a.Size("kernel"), a.Size("stride"), a.Size("low")),
    };

    private static IEnumerable<RecordedCase> Cases => RecordedCase.All
        .Where(c => Functions.ContainsKey(c.Operation) && ImageAttributes.AreOffered(c));

    [TestCaseSource(nameof(Cases))]
    public void Function_is_as_good_as_that_of_PyTorch(RecordedCase recorded)
    {
        var graph = new CaseGraph(recorded, 0, (operands, attributes) =>
            Functions[recorded.Operation](operands.Select(o => new Tensor(o)).ToArray(), attributes).Node);
        var outputs = ReferenceEvaluator.Evaluate(
            new ComputationGraph("recorded", graph.Outputs.ToEquatable(), []), graph.Values, NoStates).Outputs;
        foreach (var (output, expected) in graph.Outputs.Zip(graph.Expected))
            Accuracy.AssertWithin(outputs[output.Name], expected, output.Name);
    }
}
