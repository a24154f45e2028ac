namespace GraphForge;

/// <summary>What <see cref="Tensor.Div"/> does with a quotient.</summary>
public enum RoundingMode
{
    /// <summary>Leaves it a fraction.</summary>
    None,

    /// <summary>Cuts the fraction off, towards 0, as C does.</summary>
    Trunc,

    /// <summary>Rounds down, as Python's <c>//</c> does.</summary>
    Floor,
}
