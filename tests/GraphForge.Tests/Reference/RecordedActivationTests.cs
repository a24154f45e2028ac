using GraphForge.Compiler.Tests.Reference;
using GraphForge.Layers;
using static GraphForge.Tests.Reference.RecordedFamily;

namespace GraphForge.Tests.Reference;

/// <summary>Activation layers against PyTorch's outputs and gradients, kinks and far ends included.</summary>
[Parallelizable(ParallelScope.Children)]
public sealed class RecordedActivationTests : RecordedFamilyTests<RecordedActivationTests>, IRecordedFamily
{
    public static RecordedFamily Family { get; } = new("activations", new Dictionary<string, FamilyFunction>
    {
        ["relu"] = Layer(_ => new ReLU()),
        ["relu6"] = Layer(_ => new ReLU6()),
        ["leaky relu"] = Layer(a => new LeakyReLU(a.Number("negative_slope", 0.01))),
        ["elu"] = Layer(a => new ELU(a.Number("alpha", 1))),
        ["selu"] = Layer(_ => new SELU()),
        ["celu"] = Layer(a => new CELU(a.Number("alpha", 1))),
        ["gelu"] = Layer(a => new GELU(a.Has("approximate") ? GeluApproximation.Tanh : GeluApproximation.None)),
        ["silu"] = Layer(_ => new SiLU()),
        ["mish"] = Layer(_ => new Mish()),
        ["softplus"] = Layer(a => new Softplus(a.Number("beta", 1), a.Number("threshold", 20))),
        ["softsign"] = Layer(_ => new Softsign()),
        ["hardsigmoid"] = Layer(_ => new Hardsigmoid()),
        ["hardswish"] = Layer(_ => new Hardswish()),
        ["hardtanh"] = Layer(a => new Hardtanh(a.Number("min_val", -1), a.Number("max_val", 1))),
        ["threshold"] = Layer(a => new Threshold(a.Number("threshold", 0), a.Number("value", 0))),
        ["log sigmoid"] = Layer(_ => new LogSigmoid()),
        ["tanhshrink"] = Layer(_ => new Tanhshrink()),
        ["softshrink"] = Layer(a => new Softshrink(a.Number("lambd", 0.5))),
        ["hardshrink"] = Layer(a => new Hardshrink(a.Number("lambd", 0.5))),
        ["sigmoid"] = Layer(_ => new Sigmoid()),
        ["tanh"] = Layer(_ => new Tanh()),
        ["softmax"] = Layer(a => new Softmax(a.Integer("dim"))),
        ["log softmax"] = Layer(a => new LogSoftmax(a.Integer("dim"))),
        ["softmin"] = Layer(a => new Softmin(a.Integer("dim"))),
        ["glu"] = Layer(a => new GLU(a.Integer("dim"))),
        ["prelu"] = Layer(a => new PReLU(a.Integer("num_parameters", 1))),
    });
}
