namespace GraphForge.Layers;

/// <summary>What a plain recurrent cell applies to its sum.</summary>
public enum RecurrentNonlinearity
{
    Tanh,
    Relu,
}
