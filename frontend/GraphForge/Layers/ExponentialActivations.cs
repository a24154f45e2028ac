namespace GraphForge.Layers;

/// <summary>x, or alpha·(e^x - 1) where x is not above 0.</summary>
/// <param name="alpha">What the function tends to for small x, with the sign turned.</param>
public sealed class ELU(double alpha = 1) : Activation
{
    protected override Tensor Apply(Tensor input) => Functional.Elu(input, alpha);
}

/// <summary>ELU scaled so that activations keep mean 0 and variance 1.</summary>
public sealed class SELU : Activation
{
    protected override Tensor Apply(Tensor input) => Functional.Selu(input);
}

/// <summary>x, or alpha·(e^(x/alpha) - 1) where x is not above 0.</summary>
/// <param name="alpha">What the function tends to for small x, with the sign turned; not 0.</param>
public sealed class CELU(double alpha = 1) : Activation
{
    protected override Tensor Apply(Tensor input) => Functional.Celu(input, alpha);
}

/// <summary>x · Φ(x), with the normal distribution function Φ.</summary>
/// <param name="approximate">How Φ is computed.</param>
public sealed class GELU(GeluApproximation approximate = GeluApproximation.None) : Activation
{
    protected override Tensor Apply(Tensor input) => input.Gelu(approximate);
}

/// <summary>x·sigmoid(x), also known as swish.</summary>
public sealed class SiLU : Activation
{
    protected override Tensor Apply(Tensor input) => Functional.Silu(input);
}

/// <summary>x·tanh(log(1 + e^x)).</summary>
public sealed class Mish : Activation
{
    protected override Tensor Apply(Tensor input) => Functional.Mish(input);
}

/// <summary>log(1 + e^(beta·x)) / beta, a smooth ReLU.</summary>
/// <param name="beta">How sharp the bend is.</param>
/// <param name="threshold">Above this, beta·x counts as large and x itself is the result.</param>
public sealed class Softplus(double beta = 1, double threshold = 20) : Activation
{
    protected override Tensor Apply(Tensor input) => Functional.Softplus(input, beta, threshold);
}
