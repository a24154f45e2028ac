using GraphForge;
using GraphForge.Layers;

namespace Digits;

/// <summary>The two networks; both take [batch, 1, 28, 28] and give a score for each of ten digits.</summary>
internal static class Networks
{
    public static Module Of(string name) => name == "mlp" ? Mlp() : Cnn();

    private static Sequential Mlp() => new(
        new Flatten(), new Dropout(0.2),
        new Linear(784, 512), new ReLU(), new Dropout(0.4),
        new Linear(512, 256), new ReLU(), new Dropout(0.4),
        new Linear(256, 10));

    private static Sequential Cnn() => new(
        new Conv2d(1, 16, kernelSize: 5), new ReLU(), new MaxPool2d(2),
        new Conv2d(16, 32, kernelSize: 5), new ReLU(), new MaxPool2d(2),
        new Flatten(), new Dropout(0.3),
        new Linear(512, 128), new ReLU(), new Dropout(0.3),
        new Linear(128, 10));
}
