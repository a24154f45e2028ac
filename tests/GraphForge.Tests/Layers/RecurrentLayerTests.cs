using GraphForge.Compiler.Graph;
using GraphForge.Layers;
using GraphForge.Runtime;

namespace GraphForge.Tests.Layers;

public sealed class RecurrentLayerTests
{
    [Test]
    public void Parameters_have_the_names_and_shapes_of_torch()
    {
        Assert.That(Named(new LSTM(5, 4, numLayers: 2, bidirectional: true, projSize: 3)).Take(6), Is.EqualTo(new[]
        {
            "weight_ih_l0 [16, 5]", "weight_hh_l0 [16, 3]", "bias_ih_l0 [16]", "bias_hh_l0 [16]", "weight_hr_l0 [3, 4]",
            "weight_ih_l0_reverse [16, 5]",
        }));
        Assert.That(Named(new GRU(5, 4, numLayers: 2, bias: false)), Is.EqualTo(new[]
        {
            "weight_ih_l0 [12, 5]", "weight_hh_l0 [12, 4]", "weight_ih_l1 [12, 4]", "weight_hh_l1 [12, 4]",
        }));
        Assert.That(Named(new RNNCell(5, 4)), Is.EqualTo(new[]
        {
            "weight_ih [4, 5]", "weight_hh [4, 4]", "bias_ih [4]", "bias_hh [4]",
        }));
        Assert.That(Named(new Mamba(4, dState: 2)), Is.EqualTo(new[]
        {
            "A_log [8, 2]", "D [8]", "in_proj.weight [16, 4]", "conv1d.weight [8, 1, 4]", "conv1d.bias [8]", "x_proj.weight [5, 8]",
            "dt_proj.weight [8, 1]", "dt_proj.bias [8]", "out_proj.weight [4, 8]",
        }));
    }

    [Test]
    public void Mamba_decodes_step_by_step_what_it_gives_for_the_whole_sequence()
    {
        var mamba = new Mamba(4, dState: 3);
        mamba.Initialize(seed: 4);
        var states = mamba.NamedParameters().ToDictionary(p => Values.Slot(p.Value), p => Literal.Of<float>(p.Value.AsSpan<float>(), p.Value.Shape.Values));
        var input = Values.Of([.. Values.Sequence(2 * 5 * 4).Select(v => MathF.Sin(v))], 2, 5, 4);
        var steps = new List<Tensor>();
        var state = mamba.InitialState(2);
        for (var t = 0; t < 5; t++)
        {
            (var output, state) = mamba.Step(input[.., t], state);
            steps.Add(output);
        }
        var graph = new ComputationGraph("decode",
            [new NamedOutput("whole", mamba.Forward(input).Node), new NamedOutput("steps", Tensor.Stack(steps, 1).Node)], []);
        var outputs = ReferenceEvaluator.Evaluate(graph, new Dictionary<string, Literal>(), states).Outputs;
        Assert.That(outputs["steps"].AsSpan<float>().ToArray(), Is.EqualTo(outputs["whole"].AsSpan<float>().ToArray()).Within(1e-6));
    }

    [TestCaseSource(nameof(Mistakes))]
    public void A_mistake_is_named(Action mistake, string message) =>
        Assert.That(() => mistake(), Throws.TypeOf<GraphException>().With.Property(nameof(GraphException.Problem)).EqualTo(message));

    private static IEnumerable<TestCaseData> Mistakes()
    {
        var x = Tensor.Input("x", DType.Float32, 5, 2, 3);
        var lengths = Tensor.Input("lengths", DType.Int64, 3);
        yield return Row(() => new GRU(0, 4), "GRU needs at least one feature on both sides but was given 0 → 4.");
        yield return Row(() => new RNN(3, 4, numLayers: 0), "RNN needs at least one layer but was given numLayers 0.");
        yield return Row(() => new LSTM(3, 4, projSize: 4), "LSTM takes a projSize of 0, or below its hiddenSize 4, but was given 4.");
        yield return Row(() => new LSTM(3, 4, dropout: 1.5), "LSTM takes a dropout probability in 0..1 but was given 1.5.");
        yield return Row(() => new GRU(4, 4).Forward(x), "GRU takes [steps, batch, 4] or [steps, 4] but was given [5, 2, 3].");
        yield return Row(() => new GRU(3, 4).Forward(x, Tensor.Zeros([1, 3, 4])),
            "GRU takes an initial state [1, 2, 4], one entry for each layer and direction, but was given [1, 3, 4].");
        yield return Row(() => new GRU(3, 4).Forward(x, lengths: lengths),
            "GRU takes lengths as integers [batch], one a sequence of [steps, batch, 3], but was given int64[3] for [5, 2, 3].");
        yield return Row(() => new GRUCell(4, 4).Forward(x[0]), "GRUCell takes [batch, 4] or [4] but was given [2, 3].");
        yield return Row(() => new RNNCell(3, 4).Forward(x[0], Tensor.Zeros([3, 4])),
            "RNNCell takes a state [2, 4] for an input [2, 3] but was given [3, 4].");
        yield return Row(() => new Mamba(0, dtRank: 1),
            "Mamba needs sizes of at least 1 but was given dModel 0, dState 16, dConv 4, expand 2, dtRank 1.");
        yield return Row(() => new Mamba(4).Forward(x), "Mamba takes [batch, steps, 4] but was given [5, 2, 3].");
        yield return Row(() => Functional.CtcLoss(x, lengths, lengths, lengths),
            "ctc loss takes log-probabilities [frames, batch, classes], targets [batch, longest] and lengths [batch], got [5, 2, 3], [3], [3] and [3].");
        yield return Row(() => Functional.SelectiveScan(x, x, x[0], x, x),
            "selective scan takes input and delta [batch, channels, steps], a [channels, states], b and c [batch, states, steps], " +
            "got [5, 2, 3], [5, 2, 3], [2, 3], [5, 2, 3] and [5, 2, 3].");

        static TestCaseData Row(Action mistake, string message) => new(mistake, message);
    }

    private static string[] Named(Module layer) => [.. layer.NamedParameters().Select(p => $"{p.Key} {p.Value.Shape}")];
}
