using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge;

/// <content>What tells a model where in a sequence a value stands.</content>
public static partial class Functional
{
    private const double DefaultTheta = 10_000;

    /// <summary>
    /// Rotary position embedding (Su et al. 2021): pairs of features are rotated by position · theta^(-2i / E) for pair i, so
    /// that the product of a query and a key depends on their distance alone.
    /// </summary>
    /// <param name="input">[..., L, E] with E even: queries or keys, before their product.</param>
    /// <param name="offset">
    /// Position of the first row, an integer: 0 unless given. It may have axes, which broadcast with those of the input before L:
    /// [batch, 1] gives every sequence of [batch, heads, L, E] a start of its own.
    /// </param>
    /// <param name="theta">The base of the wavelengths.</param>
    /// <param name="layout">Which features make a pair.</param>
    /// <exception cref="GraphException">The input is no float [..., L, E] with E even, or the offset no integer.</exception>
    public static Tensor RotaryEmbedding(
        Tensor input, Tensor? offset = null, double theta = DefaultTheta, RotaryLayout layout = RotaryLayout.Halves)
    {
        if (!input.DType.IsFloat() || input.Rank < 2 || !input.Shape[^1].IsBound || input.Shape[^1].Value % 2 != 0)
            throw new GraphException(ErrorCode.ShapeMismatch,
                $"rotaryEmbedding takes a float input [..., L, E] with an even E, got {input.Node.Type}.");
        var angles = Angles(Positions("rotaryEmbedding", input.Shape[^2], offset, input.DType), input.Shape[^1].Value, theta);
        return layout == RotaryLayout.Halves
            ? RotateHalves(input, angles.Cos(), angles.Sin())
            : RotateNeighbours(input, angles.Cos(), angles.Sin());
    }

    /// <summary>
    /// Sinusoidal positions (Vaswani et al. 2017), to be added to embeddings: [length, dim] with sin(p / theta^(2i / dim)) in
    /// feature 2i and the cosine in feature 2i + 1. An offset with axes comes before these two.
    /// </summary>
    /// <param name="length">Number of positions.</param>
    /// <param name="dim">Number of features, even.</param>
    /// <param name="offset">Position of the first row, an integer: 0 unless given.</param>
    /// <param name="theta">The base of the wavelengths.</param>
    /// <param name="dtype">float32 or float64.</param>
    /// <exception cref="GraphException">The number of features is odd, or the offset no integer.</exception>
    public static Tensor SinusoidalPositions(
        Dim length, int dim, Tensor? offset = null, double theta = DefaultTheta, DType dtype = DType.Float32)
    {
        if (dim < 2 || dim % 2 != 0)
            throw new GraphException(ErrorCode.BadAttribute, $"sinusoidalPositions takes an even number of features, got {dim}.");
        var angles = Angles(Positions("sinusoidalPositions", length, offset, dtype), dim, theta);
        return Tensor.Stack([angles.Sin(), angles.Cos()], -1).Flatten(-2);
    }

    /// <summary>0, 1, … from the offset on: [..., length].</summary>
    private static Tensor Positions(string function, Dim length, Tensor? offset, DType dtype)
    {
        if (offset is null) return Tensor.Arange(length, dtype);
        if (!offset.DType.IsInteger())
            throw new GraphException(ErrorCode.WrongDType, $"{function} takes an integer offset, got {offset.Node.Type}.");
        return offset.Unsqueeze(-1).To(dtype) + Tensor.Arange(length, dtype);
    }

    /// <summary>positions [...] → [..., dim / 2], position · theta^(-2i / dim).</summary>
    private static Tensor Angles(Tensor positions, long dim, double theta)
    {
        double[] frequencies = [.. Enumerable.Range(0, (int)dim / 2).Select(i => Math.Pow(theta, -2.0 * i / dim))];
        return positions.Unsqueeze(-1) * Tensor.Constant<double>(frequencies, frequencies.Length).To(positions.DType);
    }

    private static Tensor RotateHalves(Tensor input, Tensor cos, Tensor sin)
    {
        var half = input.Shape[^1].Value / 2;
        var (x, y) = (input.Narrow(-1, 0, half), input.Narrow(-1, half, half));
        return Tensor.Cat([x * cos - y * sin, y * cos + x * sin], -1);
    }

    private static Tensor RotateNeighbours(Tensor input, Tensor cos, Tensor sin)
    {
        var pairs = input.Reshape([.. input.Shape.SkipLast(1), input.Shape[^1].Value / 2, 2]);
        var (x, y) = (pairs.Narrow(-1, 0, 1).Squeeze(-1), pairs.Narrow(-1, 1, 1).Squeeze(-1));
        return Tensor.Stack([x * cos - y * sin, y * cos + x * sin], -1).Flatten(-2);
    }
}

/// <summary>Which features <see cref="Functional.RotaryEmbedding"/> rotates together.</summary>
public enum RotaryLayout
{
    /// <summary>i and i + E / 2, as GPT-NeoX and the Llama of Hugging Face.</summary>
    Halves,

    /// <summary>2i and 2i + 1, as the original paper and GPT-J.</summary>
    Interleaved,
}
