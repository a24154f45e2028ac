using GraphForge;
using GraphForge.Layers;

namespace AotClassifier;

/// <summary>A small convolutional network for images of 28×28.</summary>
public static class DigitNetwork
{
    public static Sequential Create() => new(
        new Conv2d(1, 8, kernelSize: 5, padding: 2), new ReLU(), new MaxPool2d(2),
        new Conv2d(8, 16, kernelSize: 3, padding: 1), new ReLU(), new MaxPool2d(2),
        new Flatten(), new Linear(784, 10));
}
