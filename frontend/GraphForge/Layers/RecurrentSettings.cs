using GraphForge.Runtime;

namespace GraphForge.Layers;

/// <summary>What the layers of one recurrent module share.</summary>
internal sealed record RecurrentSettings(int InputSize, int HiddenSize, int NumLayers)
{
    public bool Bias { get; init; } = true;

    /// <summary>Whether inputs and outputs are [batch, steps, …] and not [steps, batch, …].</summary>
    public bool BatchFirst { get; init; }

    /// <summary>Share of the outputs of every layer but the last that is dropped while training.</summary>
    public double Dropout { get; init; }

    public bool Bidirectional { get; init; }

    /// <summary>Features of a projected output; 0 for none.</summary>
    public int ProjSize { get; init; }

    public DType DType { get; init; } = DType.Float32;

    public int Directions => Bidirectional ? 2 : 1;

    /// <summary>Features that one direction gives.</summary>
    public int OutputSize => ProjSize > 0 ? ProjSize : HiddenSize;

    /// <summary>What is wrong with the settings, to continue the module's name; null when nothing is.</summary>
    public string? Problem =>
        InputSize < 1 || HiddenSize < 1 ? $"needs at least one feature on both sides but was given {InputSize} → {HiddenSize}."
        : NumLayers < 1 ? $"needs at least one layer but was given numLayers {NumLayers}."
        : Dropout is not (>= 0 and <= 1) ? $"takes a dropout probability in 0..1 but was given {Dropout}."
        : ProjSize < 0 || ProjSize >= HiddenSize ? $"takes a projSize of 0, or below its hiddenSize {HiddenSize}, but was given {ProjSize}."
        : null;
}
