using GraphForge.Initialization;

namespace GraphForge.Layers;

/// <summary>The parameters of one recurrent layer in one direction, named and laid out as torch.nn names them.</summary>
internal sealed class RecurrentWeights
{
    private readonly string _suffix;

    /// <param name="settings">What all layers of the module share.</param>
    /// <param name="gates">Gates of the cell; their rows stand one after another.</param>
    /// <param name="layer">Number of the layer, from 0.</param>
    /// <param name="isReverse">Whether it runs from the last step to the first.</param>
    public RecurrentWeights(RecurrentSettings settings, int gates, int layer, bool isReverse)
    {
        _suffix = $"_l{layer}{(isReverse ? "_reverse" : "")}";
        IsReverse = isReverse;
        var rows = gates * settings.HiddenSize;
        var inputs = layer == 0 ? settings.InputSize : settings.OutputSize * settings.Directions;
        var bound = 1 / Math.Sqrt(settings.HiddenSize);
        Input = Uniform(rows, inputs);
        Hidden = Uniform(rows, settings.OutputSize);
        InputBias = settings.Bias ? Uniform(rows) : null;
        HiddenBias = settings.Bias ? Uniform(rows) : null;
        Projection = settings.ProjSize > 0 ? Uniform(settings.ProjSize, settings.HiddenSize) : null;

        Parameter Uniform(params ReadOnlySpan<long> dims) => new(Init.Uniform(-bound, bound), settings.DType, dims);
    }

    public bool IsReverse { get; }

    /// <summary>[gates · hidden, inputs].</summary>
    public Parameter Input { get; }

    /// <summary>[gates · hidden, outputs].</summary>
    public Parameter Hidden { get; }

    /// <summary>[gates · hidden], or null.</summary>
    public Parameter? InputBias { get; }

    /// <inheritdoc cref="InputBias"/>
    public Parameter? HiddenBias { get; }

    /// <summary>[projection, hidden], or null where outputs are not projected.</summary>
    public Parameter? Projection { get; }

    public IEnumerable<KeyValuePair<string, StoredTensor>> Named
    {
        get
        {
            yield return new("weight_ih" + _suffix, Input);
            yield return new("weight_hh" + _suffix, Hidden);
            if (InputBias is not null) yield return new("bias_ih" + _suffix, InputBias);
            if (HiddenBias is not null) yield return new("bias_hh" + _suffix, HiddenBias);
            if (Projection is not null) yield return new("weight_hr" + _suffix, Projection);
        }
    }
}
