using GraphForge.Layers;
using GraphForge.Runtime;

namespace GraphForge.Tests.Layers;

/// <summary>Activations, on values that lie at no kink.</summary>
internal static class ActivationSamples
{
    private static IEnumerable<Module> Layers =>
    [
        new ReLU(), new ReLU6(), new LeakyReLU(), new Threshold(0.3, -2), new ELU(0.7), new SELU(), new CELU(1.3), new GELU(),
        new GELU(GeluApproximation.Tanh), new SiLU(), new Mish(), new Softplus(beta: 2), new Sigmoid(), new LogSigmoid(), new Tanh(),
        new Softsign(), new Hardsigmoid(), new Hardswish(), new Hardtanh(), new Tanhshrink(), new Softshrink(), new Hardshrink(),
        new Softmax(), new LogSoftmax(), new Softmin(), new GLU(), new PReLU(4, dtype: DType.Float64), new PReLU(dtype: DType.Float64),
    ];

    public static IEnumerable<LayerSample> All => Layers.Select(layer => new LayerSample(layer, 2, 4));
}
