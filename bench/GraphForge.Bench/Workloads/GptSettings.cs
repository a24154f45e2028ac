namespace GraphForge.Bench.Workloads;

/// <summary>Sizes of a decoder-only Transformer.</summary>
/// <param name="Layers">Blocks.</param>
/// <param name="Features">Features of a token.</param>
/// <param name="Heads">Heads of attention that share them.</param>
/// <param name="Length">Tokens of a sequence.</param>
/// <param name="Tokens">Different tokens.</param>
public sealed record GptSettings(int Layers, int Features, int Heads, int Length, int Tokens)
{
    /// <summary>Reads bytes.</summary>
    public static GptSettings Mini { get; } = new(4, 256, 8, 128, 256);

    /// <summary>Of one sequence. A block has twelve matrices of features × features; a query meets the keys up to its own.</summary>
    public double MultiplyAdds => (double)Length * Features * (Layers * (12.0 * Features + (Length + 1)) + Tokens);
}
