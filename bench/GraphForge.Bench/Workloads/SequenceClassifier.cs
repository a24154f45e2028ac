using GraphForge.Layers;

namespace GraphForge.Bench.Workloads;

/// <summary>An LSTM whose last output is classified: [N, steps, features] → [N, classes].</summary>
public sealed class SequenceClassifier(int features, int hidden, int classes) : Module
{
    private readonly LSTM _lstm = new(features, hidden, batchFirst: true);
    private readonly Linear _head = new(hidden, classes);

    public override Tensor Forward(Tensor input) => _head.Forward(_lstm.Forward(input).Output.Select(1, -1));
}
