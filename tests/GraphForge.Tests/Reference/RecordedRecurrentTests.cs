using GraphForge.Compiler.Tests.Reference;
using GraphForge.Layers;

namespace GraphForge.Tests.Reference;

/// <summary>Recurrent layers and cells with the recorded weights against PyTorch's outputs, last states and gradients.</summary>
[Parallelizable(ParallelScope.Children)]
public sealed class RecordedRecurrentTests : RecordedFamilyTests<RecordedRecurrentTests>, IRecordedFamily
{
    public static RecordedFamily Family { get; } = new("recurrent", new Dictionary<string, FamilyFunction>
    {
        ["rnn"] = (x, a) => Rnn(x, a),
        ["rnn from a state"] = (x, a) => Rnn(x, a, hidden: x[1]),
        ["rnn of unequal lengths"] = (x, a) => Rnn(x, a, lengths: x[1]),
        ["gru"] = (x, a) => Gru(x, a),
        ["gru from a state"] = (x, a) => Gru(x, a, hidden: x[1]),
        ["gru of unequal lengths"] = (x, a) => Gru(x, a, lengths: x[1]),
        ["lstm"] = (x, a) => Lstm(x, a),
        ["lstm from a state"] = (x, a) => Lstm(x, a, (x[1], x[2])),
        ["lstm of unequal lengths"] = (x, a) => Lstm(x, a, lengths: x[1]),
        ["rnn cell"] = (x, a) => RnnCell(x, a),
        ["rnn cell from a state"] = (x, a) => RnnCell(x, a, x[1]),
        ["gru cell"] = (x, a) => GruCell(x, a),
        ["gru cell from a state"] = (x, a) => GruCell(x, a, x[1]),
        ["lstm cell"] = (x, a) => LstmCell(x, a),
        ["lstm cell from a state"] = (x, a) => LstmCell(x, a, (x[1], x[2])),
    });

    private static Tensor Rnn(Tensor[] x, CaseAttributes a, Tensor? hidden = null, Tensor? lengths = null)
    {
        var nonlinearity = Enum.Parse<RecurrentNonlinearity>(a.Text("nonlinearity", "tanh"), ignoreCase: true);
        var layer = new RNN(Inputs(a), Hidden(a), Layers(a), nonlinearity, Bias(a), BatchFirst(a), 0, Bidirectional(a));
        return RecordedFamily.Apply(layer, () => Joined(layer.Forward(x[0], hidden, lengths)), x, a);
    }

    private static Tensor Gru(Tensor[] x, CaseAttributes a, Tensor? hidden = null, Tensor? lengths = null)
    {
        var layer = new GRU(Inputs(a), Hidden(a), Layers(a), Bias(a), BatchFirst(a), 0, Bidirectional(a));
        return RecordedFamily.Apply(layer, () => Joined(layer.Forward(x[0], hidden, lengths)), x, a);
    }

    private static Tensor Lstm(Tensor[] x, CaseAttributes a, (Tensor, Tensor)? initial = null, Tensor? lengths = null)
    {
        var layer = new LSTM(Inputs(a), Hidden(a), Layers(a), Bias(a), BatchFirst(a), 0, Bidirectional(a), a.Integer("proj_size", 0));
        return RecordedFamily.Apply(layer, () =>
        {
            var (output, (hidden, cell)) = layer.Forward(x[0], initial, lengths);
            return RecordedFamily.Flat(output, hidden, cell);
        }, x, a);
    }

    private static Tensor RnnCell(Tensor[] x, CaseAttributes a, Tensor? hidden = null)
    {
        var cell = new RNNCell(Inputs(a), Hidden(a), Bias(a));
        return RecordedFamily.Apply(cell, () => cell.Forward(x[0], hidden), x, a);
    }

    private static Tensor GruCell(Tensor[] x, CaseAttributes a, Tensor? hidden = null)
    {
        var cell = new GRUCell(Inputs(a), Hidden(a), Bias(a));
        return RecordedFamily.Apply(cell, () => cell.Forward(x[0], hidden), x, a);
    }

    private static Tensor LstmCell(Tensor[] x, CaseAttributes a, (Tensor, Tensor)? state = null)
    {
        var cell = new LSTMCell(Inputs(a), Hidden(a), Bias(a));
        return RecordedFamily.Apply(cell, () => Joined(cell.Forward(x[0], state)), x, a);
    }

    private static Tensor Joined((Tensor First, Tensor Second) results) => RecordedFamily.Flat(results.First, results.Second);

    private static int Inputs(CaseAttributes a) => a.Integer("input_size");

    private static int Hidden(CaseAttributes a) => a.Integer("hidden_size");

    private static int Layers(CaseAttributes a) => a.Integer("num_layers", 1);

    private static bool Bias(CaseAttributes a) => a.Flag("bias", true);

    private static bool BatchFirst(CaseAttributes a) => a.Flag("batch_first", false);

    private static bool Bidirectional(CaseAttributes a) => a.Flag("bidirectional", false);
}
