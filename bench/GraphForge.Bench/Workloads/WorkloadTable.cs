using GraphForge.Layers;
using GraphForge.Optimizers;

namespace GraphForge.Bench.Workloads;

/// <summary>The models that are measured.</summary>
public static class WorkloadTable
{
    public static IReadOnlyList<Workload> All { get; } =
    [
        new("tiny", () => new Sequential(new Linear(4, 16), new Tanh(), new Linear(16, 3)), Adam, 32, [4], 3)
        {
            MultiplyAdds = 4 * 16 + 16 * 3,
            InputMultiplyAdds = 4 * 16,
        },
        new("mlp", () => new Sequential(
            new Linear(784, 512), new ReLU(), new Linear(512, 512), new ReLU(), new Linear(512, 10)), Adam, 128, [784], 10)
        {
            MultiplyAdds = 784 * 512 + 512 * 512 + 512 * 10,
            InputMultiplyAdds = 784 * 512,
        },
        new("cnn", () => new Sequential(
            new Conv2d(1, 32, 3), new ReLU(), new Conv2d(32, 64, 3), new ReLU(), new MaxPool2d(2), new Flatten(),
            new Linear(64 * 12 * 12, 128), new ReLU(), new Linear(128, 10)), Adam, 64, [1, 28, 28], 10)
        {
            MultiplyAdds = 26 * 26 * 32 * 9 + 24 * 24 * 64 * 32 * 9 + 64 * 12 * 12 * 128 + 128 * 10,
            InputMultiplyAdds = 26 * 26 * 32 * 9,
        },
        new("resnet", () => new ResNet20(), () => new SGD(learningRate: 0.01, momentum: 0.9), 32, [3, 32, 32], 10)
        {
            MultiplyAdds = ResNet20.MultiplyAdds,
            InputMultiplyAdds = ResNet20.InputMultiplyAdds,
        },
        new("lstm", () => new SequenceClassifier(64, 256, 10), Adam, 32, [64, 64], 10)
        {
            MultiplyAdds = 64 * 4 * 256 * (64 + 256) + 256 * 10,
            InputMultiplyAdds = 64 * 4 * 256 * 64,
        },
        new("gpt", () => new GptMini(GptSettings.Mini), () => new AdamW(learningRate: 1e-3), 8, [GptSettings.Mini.Length], GptSettings.Mini.Tokens)
        {
            ReadsTokens = true,
            MultiplyAdds = GptSettings.Mini.MultiplyAdds,
            InputMultiplyAdds = 0,
        },
    ];

    /// <exception cref="BenchmarkException">There is no such workload.</exception>
    public static Workload Named(string name) => All.FirstOrDefault(w => w.Name == name) ??
        throw new BenchmarkException($"unknown workload {name}: use {string.Join(", ", All.Select(w => w.Name))}");

    private static Adam Adam() => new(learningRate: 1e-3);
}
