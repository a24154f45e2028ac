using GraphForge.Compiler.Autodiff;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Device;

/// <summary>A whole training step as a graph: a convolution, a layer norm and a linear layer, softmax cross-entropy, backward, and SGD with momentum.</summary>
internal sealed class TrainingStep
{
    private readonly List<(StateSlot Slot, StateSlot Momentum)> _parameters = [];

    public TrainingStep()
    {
        var image = Nodes.Input("image", DType.Float32, Shape.Of(6, 1, 9, 9));
        var labels = Nodes.Input("labels", DType.Int32, Shape.Of(6, 1));
        var (kernel, gain, weight, bias) = (Parameter("kernel", 4, 1, 3, 3), Parameter("gain", 36), Parameter("weight", 36, 5), Parameter("bias", 5));
        var features = Convolutions.MaxPool(Convolutions.Convolve(image, kernel, ConvolutionGeometry.Of(2)).Relu(), WindowGeometry.Of([2, 2])).Reshape([6, 36]);
        var centred = features - features.Mean(-1, true);
        var normed = centred * (centred.Square().Mean(-1, true) + 1e-3).Rsqrt() * gain;
        var logits = Nodes.MatMul(normed, weight) + bias;
        var hot = labels.ExpandTo(Shape.Of(6, 5)).EqualTo(Nodes.Iota(5, DType.Int32));
        var loss = Nodes.Select(hot, -logits.LogSoftmax(1), Nodes.Full(Shape.Of(6, 5), DType.Float32, 0)).Sum() * (1.0 / 6);
        var gradients = Gradients.Of(loss, [kernel, gain, weight, bias]);
        var updates = _parameters.Zip(gradients).SelectMany(p =>
        {
            var momentum = Nodes.State(p.First.Momentum) * 0.9 + p.Second;
            return new[] { new StateUpdate(p.First.Momentum, momentum), new StateUpdate(p.First.Slot, Nodes.State(p.First.Slot) - momentum * 0.05) };
        });
        Graph = new ComputationGraph("training_step", [new NamedOutput("loss", loss)], updates.ToEquatable());
    }

    public ComputationGraph Graph { get; }

    /// <summary>A batch; the same at each call.</summary>
    public static Dictionary<string, Literal> Batch() => new()
    {
        ["image"] = Drawn(new TensorType(DType.Float32, Shape.Of(6, 1, 9, 9)), 1, u => 2 * u - 1),
        ["labels"] = Drawn(new TensorType(DType.Int32, Shape.Of(6, 1)), 2, u => Math.Floor(5 * u)),
    };

    /// <summary>States before the first step.</summary>
    public Dictionary<StateSlot, Literal> Start() => _parameters.Index().SelectMany(p => new[]
    {
        (p.Item.Slot, Drawn(p.Item.Slot.Type, 10 + p.Index, u => u - 0.4)),
        (Slot: p.Item.Momentum, new Literal(p.Item.Momentum.Type)),
    }).ToDictionary(p => p.Slot, p => p.Item2);

    private Node Parameter(string name, params long[] dims)
    {
        var type = new TensorType(DType.Float32, Shape.Of(dims));
        _parameters.Add((new StateSlot(name, type), new StateSlot($"{name}.momentum", type)));
        return Nodes.State(_parameters[^1].Slot);
    }

    private static Literal Drawn(TensorType type, int stream, Func<double, double> value)
    {
        var literal = new Literal(type);
        for (var i = 0; i < literal.Count; i++) literal[i] = Scalar.Of(type.DType, value(Threefry.Uniform(5, stream, i)));
        return literal;
    }
}
