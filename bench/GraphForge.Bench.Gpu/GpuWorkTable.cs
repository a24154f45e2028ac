using GraphForge.Bench.Peers;
using GraphForge.Bench.Workloads;
using GraphForge.Layers;
using GraphForge.Optimizers;
using GraphForge.Runtime;

namespace GraphForge.Bench.Gpu;

/// <summary>What is compared; <c>bench/peers/gpu_works.py</c> has the same.</summary>
public static class GpuWorkTable
{
    /// <summary>Training steps, then contractions, then what is bound by memory.</summary>
    public static IReadOnlyList<Work> Of(GpuScale scale) => scale == GpuScale.Full
        ? [.. Steps(4096, 512, 64, [3, 4, 6, 3], 224, 64, new GptSettings(12, 768, 12, 1024, 50257), 8, 1024, 64, 64), .. Kernels(4096, 16384)]
        : [.. Steps(32, 8, 4, [1, 1, 1, 1], 64, 4, new GptSettings(2, 16, 2, 8, 31), 2, 8, 4, 4), .. Kernels(32, 16)];

    private static IEnumerable<Work> Steps(
        int wide, int wideBatch, int width, int[] blocks, int extent, int imageBatch, GptSettings gpt, int gptBatch, int hidden, int sequences, int steps)
    {
        var classes = width * 16 - 24;
        Workload[] workloads =
        [
            new("mlp", () => new Sequential(new Linear(wide, wide), new ReLU(), new Linear(wide, wide), new ReLU(), new Linear(wide, 10)), Adam, wideBatch, [wide], 10)
            {
                MultiplyAdds = 2.0 * wide * wide + 10 * wide,
                InputMultiplyAdds = (double)wide * wide,
            },
            new("resnet50", () => new ResNet50(width, blocks, classes), () => new SGD(learningRate: 0.01, momentum: 0.9), imageBatch, [3, extent, extent], classes)
            {
                MultiplyAdds = ResNet50.MultiplyAdds(width, blocks, classes, extent),
                InputMultiplyAdds = ResNet50.Input(width, extent),
            },
            new("lstm", () => new SequenceClassifier(hidden / 4, hidden, 10), Adam, sequences, [steps, hidden / 4], 10)
            {
                MultiplyAdds = (double)steps * 4 * hidden * (hidden / 4 + hidden) + hidden * 10,
                InputMultiplyAdds = (double)steps * hidden * hidden,
            },
            new("gpt2", () => new GptMini(gpt), () => new AdamW(learningRate: 1e-3), gptBatch, [gpt.Length], gpt.Tokens)
            {
                ReadsTokens = true,
                MultiplyAdds = gpt.MultiplyAdds,
                InputMultiplyAdds = 0,
            },
        ];
        return workloads.Select(w => new StepWork(w));
    }

    private static IEnumerable<Work> Kernels(long size, long rows)
    {
        (string, long[])[] factors = [("a", [size, size]), ("b", [size, size])];
        (string, long[]) matrix = ("x", [rows, size]);
        var operations = 2.0 * size * size * size;
        yield return new GpuKernelWork("contraction-float32", factors, x => x[0].MatMul(x[1]), operations);
        yield return new GpuKernelWork("contraction-bfloat16", factors, x => x[0].MatMul(x[1]), operations) { DType = DType.BFloat16 };
        yield return new GpuKernelWork("kernel-scale", [matrix], x => x[0] * 1.5 + 0.5, 0);
        yield return new GpuKernelWork("kernel-gelu", [matrix], x => (x[0] * 1.1 + 0.3).Gelu() * x[0], 0);
        yield return new GpuKernelWork("kernel-softmax", [matrix], x => x[0].Softmax(1), 0);
        yield return new GpuKernelWork("kernel-layernorm", [matrix, ("weight", [size]), ("bias", [size])], x => Functional.LayerNorm(x[0], [size], x[1], x[2]), 0);
    }

    private static Adam Adam() => new(learningRate: 1e-3);
}
