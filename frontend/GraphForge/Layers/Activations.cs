namespace GraphForge.Layers;

/// <summary>max(x, 0).</summary>
public sealed class ReLU : Module
{
    public override Tensor Forward(Tensor input)
    {
        using var scope = Enter();
        return input.Relu();
    }
}

/// <summary>x · Φ(x), with the normal distribution function Φ.</summary>
/// <param name="approximate">How Φ is computed.</param>
public sealed class GELU(GeluApproximation approximate = GeluApproximation.None) : Module
{
    public override Tensor Forward(Tensor input)
    {
        using var scope = Enter();
        return input.Gelu(approximate);
    }
}

/// <summary>1 / (1 + e^-x).</summary>
public sealed class Sigmoid : Module
{
    public override Tensor Forward(Tensor input)
    {
        using var scope = Enter();
        return input.Sigmoid();
    }
}

/// <summary>Hyperbolic tangent.</summary>
public sealed class Tanh : Module
{
    public override Tensor Forward(Tensor input)
    {
        using var scope = Enter();
        return input.Tanh();
    }
}

/// <summary>e^x divided by its sum along <paramref name="dim"/>.</summary>
/// <param name="dim">The axis whose elements sum to 1.</param>
public sealed class Softmax(int dim = -1) : Module
{
    public override Tensor Forward(Tensor input)
    {
        using var scope = Enter();
        return input.Softmax(dim);
    }
}
