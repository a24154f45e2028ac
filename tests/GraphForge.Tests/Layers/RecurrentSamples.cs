using GraphForge.Layers;
using GraphForge.Runtime;

namespace GraphForge.Tests.Layers;

/// <summary>Recurrent layers and cells, and Mamba.</summary>
internal static class RecurrentSamples
{
    private const DType Double = DType.Float64;

    public static IEnumerable<LayerSample> All
    {
        get
        {
            var rnn = new RNN(2, 3, nonlinearity: RecurrentNonlinearity.Tanh, dtype: Double);
            yield return new("RNN", rnn, x => rnn.Forward(x[0], x[1]).Output, [3, 2, 2], [1, 2, 3]);
            var gru = new GRU(2, 3, numLayers: 2, bidirectional: true, dtype: Double);
            yield return new("GRU", gru, x => gru.Forward(x[0]).Output, [3, 2, 2]);
            var lstm = new LSTM(2, 3, batchFirst: true, projSize: 2, dtype: Double);
            yield return new("LSTM", lstm, x => lstm.Forward(x[0], (x[1], x[2])).State.Cell, [2, 3, 2], [1, 2, 2], [1, 2, 3]);
            var unequal = new LSTM(2, 3, bidirectional: true, dtype: Double);
            yield return new("LSTM of unequal lengths", unequal,
                x => unequal.Forward(x[0], lengths: Tensor.Constant<long>([1, 3, 0], 3)).Output, [3, 3, 2]);
            var simple = new RNNCell(2, 3, dtype: Double);
            yield return new("RNNCell", simple, x => simple.Forward(x[0], x[1]), [2, 2], [2, 3]);
            var gated = new GRUCell(2, 3, dtype: Double);
            yield return new("GRUCell", gated, x => gated.Forward(x[0], x[1]), [2, 2], [2, 3]);
            var cell = new LSTMCell(2, 3, dtype: Double);
            yield return new("LSTMCell", cell, x => cell.Forward(x[0], (x[1], x[2])).Hidden, [2, 2], [2, 3], [2, 3]);
            var mamba = new Mamba(4, dState: 2, dConv: 3, dtype: Double);
            yield return new("Mamba", mamba, x => mamba.Forward(x[0]), [2, 4, 4]);
        }
    }
}
