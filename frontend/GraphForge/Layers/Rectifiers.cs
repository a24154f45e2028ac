namespace GraphForge.Layers;

/// <summary>max(x, 0).</summary>
public sealed class ReLU : Activation
{
    protected override Tensor Apply(Tensor input) => input.Relu();
}

/// <summary>min(max(x, 0), 6).</summary>
public sealed class ReLU6 : Activation
{
    protected override Tensor Apply(Tensor input) => Functional.Relu6(input);
}

/// <summary>x, or negativeSlope·x where x is not above 0.</summary>
/// <param name="negativeSlope">Slope below 0.</param>
public sealed class LeakyReLU(double negativeSlope = 0.01) : Activation
{
    protected override Tensor Apply(Tensor input) => Functional.LeakyRelu(input, negativeSlope);
}

/// <summary>x, or value where x is not above threshold.</summary>
/// <param name="threshold">What x must exceed to stay.</param>
/// <param name="value">What takes the place of the others.</param>
public sealed class Threshold(double threshold, double value) : Activation
{
    protected override Tensor Apply(Tensor input) => Functional.Threshold(input, threshold, value);
}
