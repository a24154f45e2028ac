namespace GraphForge.Layers;

/// <summary>1 / (1 + e^-x).</summary>
public sealed class Sigmoid : Activation
{
    protected override Tensor Apply(Tensor input) => input.Sigmoid();
}

/// <summary>log(1 / (1 + e^-x)).</summary>
public sealed class LogSigmoid : Activation
{
    protected override Tensor Apply(Tensor input) => Functional.LogSigmoid(input);
}

/// <summary>Hyperbolic tangent.</summary>
public sealed class Tanh : Activation
{
    protected override Tensor Apply(Tensor input) => input.Tanh();
}

/// <summary>x / (1 + |x|).</summary>
public sealed class Softsign : Activation
{
    protected override Tensor Apply(Tensor input) => Functional.Softsign(input);
}

/// <summary>(x + 3) / 6 limited to 0..1.</summary>
public sealed class Hardsigmoid : Activation
{
    protected override Tensor Apply(Tensor input) => Functional.Hardsigmoid(input);
}

/// <summary>x·(x + 3) / 6 within -3..3, 0 below and x above.</summary>
public sealed class Hardswish : Activation
{
    protected override Tensor Apply(Tensor input) => Functional.Hardswish(input);
}

/// <summary>x limited to minVal..maxVal.</summary>
/// <param name="minVal">Smallest result.</param>
/// <param name="maxVal">Largest result.</param>
public sealed class Hardtanh(double minVal = -1, double maxVal = 1) : Activation
{
    protected override Tensor Apply(Tensor input) => Functional.Hardtanh(input, minVal, maxVal);
}
