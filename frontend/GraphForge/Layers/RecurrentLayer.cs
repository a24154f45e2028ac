using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge.Layers;

/// <summary>
/// What <see cref="RNN"/>, <see cref="LSTM"/> and <see cref="GRU"/> share: layers stacked on one another, each a scan over the
/// steps, in one direction or in both. The inputs of all steps meet their weights in one product before the scan.
/// </summary>
public abstract class RecurrentLayer : Module
{
    private readonly RecurrentSettings _settings;
    private readonly RecurrentWeights[] _weights;
    private readonly int[] _stateSizes;

    /// <param name="settings">Sizes and options.</param>
    /// <param name="gates">Gates of the cell.</param>
    /// <param name="carriesCell">Whether a cell state goes from step to step besides the output.</param>
    /// <exception cref="GraphException">A setting is out of range.</exception>
    private protected RecurrentLayer(RecurrentSettings settings, int gates, bool carriesCell = false)
    {
        if (settings.Problem is { } problem) throw Error(ErrorCode.BadAttribute, problem);
        _settings = settings;
        _stateSizes = carriesCell ? [settings.OutputSize, settings.HiddenSize] : [settings.OutputSize];
        _weights = [.. from layer in Enumerable.Range(0, settings.NumLayers)
            from direction in Enumerable.Range(0, settings.Directions)
            select new RecurrentWeights(settings, gates, layer, isReverse: direction == 1)];
    }

    public int InputSize => _settings.InputSize;

    public int HiddenSize => _settings.HiddenSize;

    /// <summary>The states after a step; the first is what the step puts out.</summary>
    /// <param name="projected">The step's input times the input weights, input bias added: [batch, gates · hidden].</param>
    /// <param name="states">The states before it, [batch, size] each.</param>
    /// <param name="weights">The layer's parameters.</param>
    private protected abstract Tensor[] Step(Tensor projected, Tensor[] states, RecurrentWeights weights);

    protected internal override IEnumerable<KeyValuePair<string, StoredTensor>> NamedTensors() => _weights.SelectMany(w => w.Named);

    /// <summary>Outputs of the last layer for every step, and the states of all layers after the last step.</summary>
    /// <param name="input">[steps, batch, inputs], [batch, steps, inputs] where batches come first, or [steps, inputs].</param>
    /// <param name="initial">[layers · directions, batch, size] for each state; null for zeros.</param>
    /// <param name="lengths">Steps of each sequence, [batch] integers; null where all are full.</param>
    private protected (Tensor Output, Tensor[] States) Run(Tensor input, Tensor[]? initial, Tensor? lengths)
    {
        CheckInput(input, lengths);
        using var scope = Enter();
        var isBatched = input.Rank == 3;
        var steps = !isBatched ? input.Unsqueeze(1) : _settings.BatchFirst ? input.Transpose(0, 1) : input;
        var states = InitialStates(steps, initial, isBatched);
        var valid = lengths is null ? null : Tensor.Arange(steps.Shape[0]).Unsqueeze(-1).Unsqueeze(-1) < lengths.Unsqueeze(-1);
        var finals = new List<Tensor[]>();
        for (var layer = 0; layer < _settings.NumLayers; layer++)
        {
            if (layer > 0) steps = steps.Dropout(_settings.Dropout);
            var outputs = new List<Tensor>();
            foreach (var weights in _weights.Skip(layer * _settings.Directions).Take(_settings.Directions))
            {
                var (output, final) = RunDirection(steps, [.. states.Select(s => s[finals.Count])], weights, valid);
                outputs.Add(output);
                finals.Add(final);
            }
            steps = Tensor.Cat(outputs, -1);
        }
        return Shaped(steps, finals, isBatched);
    }

    private (Tensor Output, Tensor[] Final) RunDirection(Tensor steps, Tensor[] initial, RecurrentWeights weights, Tensor? valid)
    {
        var projected = Functional.Linear(steps, weights.Input, weights.InputBias);
        Tensor[] inputs = valid is null ? [projected] : [projected, valid];
        var (final, outputs) = Functional.Scan(initial, inputs, (states, step) =>
        {
            var next = Step(step[0], states, weights);
            if (valid is null) return (next, [next[0]]);
            // Past its end a sequence keeps its state, so that the last one, or in reverse the first one, is its own.
            Tensor[] kept = [.. next.Zip(states, (after, before) => Tensor.Where(step[1], after, before))];
            return (kept, [Tensor.Where(step[1], next[0], 0)]);
        }, weights.IsReverse);
        return (outputs[0], final);
    }

    private (Tensor Output, Tensor[] States) Shaped(Tensor steps, List<Tensor[]> finals, bool isBatched)
    {
        var states = _stateSizes.Select((_, i) => Tensor.Stack([.. finals.Select(f => f[i])])).ToArray();
        if (!isBatched) return (steps.Squeeze(1), [.. states.Select(s => s.Squeeze(1))]);
        return (_settings.BatchFirst ? steps.Transpose(0, 1) : steps, states);
    }

    private Tensor[] InitialStates(Tensor steps, Tensor[]? initial, bool isBatched)
    {
        var states = new Tensor[_stateSizes.Length];
        for (var i = 0; i < states.Length; i++)
        {
            Dim[] full = [_weights.Length, steps.Shape[1], _stateSizes[i]];
            var expected = Shape.Of(isBatched ? full : [full[0], full[2]]);
            var given = initial?[i] ?? Tensor.Zeros(expected, steps.DType);
            if (given.Shape != expected)
                throw Error(ErrorCode.ShapeMismatch,
                    $"takes an initial state {expected}, one entry for each layer and direction, but was given {given.Shape}.");
            states[i] = isBatched ? given : given.Unsqueeze(1);
        }
        return states;
    }

    private void CheckInput(Tensor input, Tensor? lengths)
    {
        var axes = _settings.BatchFirst ? "[batch, steps" : "[steps, batch";
        if (input.Rank is not (2 or 3) || !input.Shape[^1].Is(InputSize))
            throw Error(ErrorCode.ShapeMismatch, $"takes {axes}, {InputSize}] or [steps, {InputSize}] but was given {input.Shape}.");
        if (lengths is null) return;
        if (input.Rank != 3 || !lengths.DType.IsInteger() || lengths.Rank != 1 || lengths.Shape[0] != input.Shape[_settings.BatchFirst ? 0 : 1])
            throw Error(ErrorCode.ShapeMismatch,
                $"takes lengths as integers [batch], one a sequence of {axes}, {InputSize}], but was given {lengths.Node.Type} for {input.Shape}.");
    }
}
