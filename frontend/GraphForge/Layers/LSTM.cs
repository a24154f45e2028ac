using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge.Layers;

/// <summary>
/// Long short-term memory (Hochreiter and Schmidhuber 1997), as torch.nn.LSTM computes it; gates stand as input, forget, cell,
/// output.
/// </summary>
public sealed class LSTM : RecurrentLayer
{
    /// <param name="inputSize">Features of an input.</param>
    /// <param name="hiddenSize">Features of the state.</param>
    /// <param name="numLayers">Layers stacked on one another.</param>
    /// <param name="bias">Whether both products have a bias.</param>
    /// <param name="batchFirst">Whether inputs and outputs are [batch, steps, …] and not [steps, batch, …].</param>
    /// <param name="dropout">Share of the outputs of every layer but the last that is dropped while training.</param>
    /// <param name="bidirectional">Whether a second scan runs from the last step to the first; outputs are concatenated.</param>
    /// <param name="projSize">Features to which each output is projected (Sak et al. 2014); 0 for no projection.</param>
    /// <param name="dtype">Type of the parameters.</param>
    /// <exception cref="GraphException">A setting is out of range.</exception>
    public LSTM(int inputSize, int hiddenSize, int numLayers = 1, bool bias = true, bool batchFirst = false, double dropout = 0,
        bool bidirectional = false, int projSize = 0, DType dtype = DType.Float32)
        : base(new RecurrentSettings(inputSize, hiddenSize, numLayers)
        {
            Bias = bias,
            BatchFirst = batchFirst,
            Dropout = dropout,
            Bidirectional = bidirectional,
            ProjSize = projSize,
            DType = dtype,
        }, gates: 4, carriesCell: true)
    {
    }

    /// <summary>Runs the layers over whole sequences.</summary>
    /// <param name="input">[steps, batch, inputSize], [batch, steps, inputSize] where batches come first, or [steps, inputSize].</param>
    /// <param name="initial">Hidden state [numLayers · directions, batch, hiddenSize or projSize] and cell state [..., hiddenSize]; null for zeros.</param>
    /// <param name="lengths">
    /// Steps of each sequence, integers [batch]; null where all are full. Past its end a sequence puts out zeros and keeps its
    /// state; backwards it starts at its end.
    /// </param>
    /// <returns>Outputs of the last layer, [steps, batch, directions · features] or as the input has it, and both states after the last step.</returns>
    /// <exception cref="GraphException">Shapes do not fit.</exception>
    public (Tensor Output, (Tensor Hidden, Tensor Cell) State) Forward(
        Tensor input, (Tensor Hidden, Tensor Cell)? initial = null, Tensor? lengths = null)
    {
        var (output, states) = Run(input, initial is { } given ? [given.Hidden, given.Cell] : null, lengths);
        return (output, (states[0], states[1]));
    }

    private protected override Tensor[] Step(Tensor projected, Tensor[] states, RecurrentWeights weights)
    {
        var (hidden, cell) = RecurrentCells.Lstm(projected, states[0], states[1], weights.Hidden, weights.HiddenBias);
        return [weights.Projection is null ? hidden : Functional.Linear(hidden, weights.Projection), cell];
    }
}
