using GraphForge;
using GraphForge.Layers;

namespace Digits;

/// <summary>A network that takes [batch, 1, 28, 28] and gives a score for each of ten digits, and how it is best trained.</summary>
/// <param name="Network">The network.</param>
/// <param name="Epochs">Passes over the training digits it needs.</param>
/// <param name="LearningRate">Where the learning rate starts.</param>
/// <param name="WeightDecay">How strongly weights are drawn to zero.</param>
internal sealed record Recipe(Module Network, int Epochs, double LearningRate, double WeightDecay)
{
    public static Recipe Of(string name) => name == "mlp"
        ? new(Mlp(), Epochs: 15, LearningRate: 2e-3, WeightDecay: 0.01)
        : new(Cnn(), Epochs: 10, LearningRate: 3e-3, WeightDecay: 0.05);

    private static Sequential Mlp() => new(
        new Flatten(), new Dropout(0.2),
        new Linear(784, 512), new ReLU(), new Dropout(0.4),
        new Linear(512, 256), new ReLU(), new Dropout(0.4),
        new Linear(256, 10));

    private static Sequential Cnn() => new(
        new Conv2d(1, 16, kernelSize: 5, padding: 2), new ReLU(), new MaxPool2d(2),
        new Conv2d(16, 32, kernelSize: 3, padding: 1), new ReLU(), new MaxPool2d(2),
        new Conv2d(32, 64, kernelSize: 3), new ReLU(),
        new Flatten(), new Dropout(0.5),
        new Linear(1600, 10));
}
