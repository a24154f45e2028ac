using GraphForge.Compiler.Graph;

namespace GraphForge.Initialization;

/// <summary>How many inputs each output of a weight sums over, and how many outputs each input reaches.</summary>
internal static class Fans
{
    /// <summary>Of a weight [outputs, inputs, kernel…], each times the positions of the kernel.</summary>
    /// <exception cref="GraphException">The weight has fewer than two axes.</exception>
    public static (long In, long Out) Of(ReadOnlySpan<long> dims)
    {
        if (dims.Length < 2)
            throw new GraphException(ErrorCode.BadAttribute,
                $"an initialiser that counts inputs and outputs needs a weight of at least 2 axes, got {Shape.Of(dims)}.");
        long kernel = 1;
        foreach (var extent in dims[2..]) kernel *= extent;
        return (Math.Max(1, dims[1] * kernel), Math.Max(1, dims[0] * kernel));
    }
}

/// <summary>Which number of connections keeps its variance under Kaiming initialisation.</summary>
public enum FanMode
{
    /// <summary>Inputs of an output: variances stay in the forward pass.</summary>
    FanIn,

    /// <summary>Outputs of an input: variances stay in the backward pass.</summary>
    FanOut,
}

/// <summary>What follows a layer, for <see cref="Init.Gain"/>.</summary>
public enum Nonlinearity
{
    Linear,
    Sigmoid,
    Tanh,
    ReLU,
    LeakyReLU,
    SELU,
}
