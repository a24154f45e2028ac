using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge.Layers;

/// <summary>Plain recurrence (Elman 1990), h' = f(Wx + Uh + b), as torch.nn.RNN computes it.</summary>
public sealed class RNN : RecurrentLayer
{
    private readonly RecurrentNonlinearity _nonlinearity;

    /// <param name="inputSize">Features of an input.</param>
    /// <param name="hiddenSize">Features of the state.</param>
    /// <param name="numLayers">Layers stacked on one another.</param>
    /// <param name="nonlinearity">The function f.</param>
    /// <param name="bias">Whether both products have a bias.</param>
    /// <param name="batchFirst">Whether inputs and outputs are [batch, steps, …] and not [steps, batch, …].</param>
    /// <param name="dropout">Share of the outputs of every layer but the last that is dropped while training.</param>
    /// <param name="bidirectional">Whether a second scan runs from the last step to the first; outputs are concatenated.</param>
    /// <param name="dtype">Type of the parameters.</param>
    /// <exception cref="GraphException">A setting is out of range.</exception>
    public RNN(int inputSize, int hiddenSize, int numLayers = 1, RecurrentNonlinearity nonlinearity = RecurrentNonlinearity.Tanh,
        bool bias = true, bool batchFirst = false, double dropout = 0, bool bidirectional = false, DType dtype = DType.Float32)
        : base(new RecurrentSettings(inputSize, hiddenSize, numLayers)
        {
            Bias = bias,
            BatchFirst = batchFirst,
            Dropout = dropout,
            Bidirectional = bidirectional,
            DType = dtype,
        }, gates: 1)
    {
        _nonlinearity = nonlinearity;
    }

    /// <summary>Runs the layers over whole sequences.</summary>
    /// <param name="input">[steps, batch, inputSize], [batch, steps, inputSize] where batches come first, or [steps, inputSize].</param>
    /// <param name="hidden">[numLayers · directions, batch, hiddenSize] before the first step; null for zeros.</param>
    /// <param name="lengths">
    /// Steps of each sequence, integers [batch]; null where all are full. Past its end a sequence puts out zeros and keeps its
    /// state; backwards it starts at its end.
    /// </param>
    /// <returns>Outputs of the last layer, [steps, batch, directions · hiddenSize] or as the input has it, and the state after the last step.</returns>
    /// <exception cref="GraphException">Shapes do not fit.</exception>
    public (Tensor Output, Tensor Hidden) Forward(Tensor input, Tensor? hidden = null, Tensor? lengths = null)
    {
        var (output, states) = Run(input, hidden is null ? null : [hidden], lengths);
        return (output, states[0]);
    }

    private protected override Tensor[] Step(Tensor projected, Tensor[] states, RecurrentWeights weights) =>
        [RecurrentCells.Simple(projected, states[0], weights.Hidden, weights.HiddenBias, _nonlinearity)];
}
