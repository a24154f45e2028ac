using GraphForge.Compiler.Graph;
using GraphForge.Initialization;
using GraphForge.Runtime;

namespace GraphForge.Layers;

/// <summary>What <see cref="RNNCell"/>, <see cref="LSTMCell"/> and <see cref="GRUCell"/> share: one step, with parameters as torch.nn names them.</summary>
public abstract class RecurrentCell : Module
{
    /// <exception cref="GraphException">A size is less than 1.</exception>
    private protected RecurrentCell(int inputSize, int hiddenSize, int gates, bool bias, DType dtype)
    {
        if (inputSize < 1 || hiddenSize < 1)
            throw Error(ErrorCode.BadAttribute, $"needs at least one feature on both sides but was given {inputSize} → {hiddenSize}.");
        (InputSize, HiddenSize) = (inputSize, hiddenSize);
        var bound = 1 / Math.Sqrt(hiddenSize);
        WeightIh = new Parameter(Init.Uniform(-bound, bound), dtype, gates * hiddenSize, inputSize);
        WeightHh = new Parameter(Init.Uniform(-bound, bound), dtype, gates * hiddenSize, hiddenSize);
        BiasIh = bias ? new Parameter(Init.Uniform(-bound, bound), dtype, gates * hiddenSize) : null;
        BiasHh = bias ? new Parameter(Init.Uniform(-bound, bound), dtype, gates * hiddenSize) : null;
    }

    public int InputSize { get; }

    public int HiddenSize { get; }

    /// <summary>[gates · hiddenSize, inputSize].</summary>
    public Parameter WeightIh { get; }

    /// <summary>[gates · hiddenSize, hiddenSize].</summary>
    public Parameter WeightHh { get; }

    /// <summary>[gates · hiddenSize], or null.</summary>
    public Parameter? BiasIh { get; }

    /// <inheritdoc cref="BiasIh"/>
    public Parameter? BiasHh { get; }

    private protected Tensor Project(Tensor input)
    {
        if (input.Rank is not (1 or 2) || !input.Shape[^1].Is(InputSize))
            throw Error(ErrorCode.ShapeMismatch, $"takes [batch, {InputSize}] or [{InputSize}] but was given {input.Shape}.");
        return Functional.Linear(input, WeightIh, BiasIh);
    }

    /// <summary>The state given, or zeros; [batch, hiddenSize], or [hiddenSize] for one input.</summary>
    private protected Tensor State(Tensor? given, Tensor input)
    {
        var expected = Shape.Of([.. input.Shape.Take(input.Rank - 1), HiddenSize]);
        if (given is not null && given.Shape != expected)
            throw Error(ErrorCode.ShapeMismatch, $"takes a state {expected} for an input {input.Shape} but was given {given.Shape}.");
        return given ?? Tensor.Zeros(expected, input.DType);
    }
}

/// <summary>One step of <see cref="RNN"/>, as torch.nn.RNNCell computes it.</summary>
/// <exception cref="GraphException">A size is less than 1.</exception>
public sealed class RNNCell(int inputSize, int hiddenSize, bool bias = true,
    RecurrentNonlinearity nonlinearity = RecurrentNonlinearity.Tanh, DType dtype = DType.Float32)
    : RecurrentCell(inputSize, hiddenSize, gates: 1, bias, dtype)
{
    /// <summary>[batch, inputSize] and the state [batch, hiddenSize], zeros unless given → the next state.</summary>
    public Tensor Forward(Tensor input, Tensor? hidden = null)
    {
        using var scope = Enter();
        return RecurrentCells.Simple(Project(input), State(hidden, input), WeightHh, BiasHh, nonlinearity);
    }
}

/// <summary>One step of <see cref="GRU"/>, as torch.nn.GRUCell computes it.</summary>
/// <exception cref="GraphException">A size is less than 1.</exception>
public sealed class GRUCell(int inputSize, int hiddenSize, bool bias = true, DType dtype = DType.Float32)
    : RecurrentCell(inputSize, hiddenSize, gates: 3, bias, dtype)
{
    /// <inheritdoc cref="RNNCell.Forward(Tensor, Tensor?)"/>
    public Tensor Forward(Tensor input, Tensor? hidden = null)
    {
        using var scope = Enter();
        return RecurrentCells.Gru(Project(input), State(hidden, input), WeightHh, BiasHh);
    }
}

/// <summary>One step of <see cref="LSTM"/>, as torch.nn.LSTMCell computes it.</summary>
/// <exception cref="GraphException">A size is less than 1.</exception>
public sealed class LSTMCell(int inputSize, int hiddenSize, bool bias = true, DType dtype = DType.Float32)
    : RecurrentCell(inputSize, hiddenSize, gates: 4, bias, dtype)
{
    /// <summary>[batch, inputSize] and the states [batch, hiddenSize], zeros unless given → the next states.</summary>
    public (Tensor Hidden, Tensor Cell) Forward(Tensor input, (Tensor Hidden, Tensor Cell)? state = null)
    {
        using var scope = Enter();
        return RecurrentCells.Lstm(Project(input), State(state?.Hidden, input), State(state?.Cell, input), WeightHh, BiasHh);
    }
}
