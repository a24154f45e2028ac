namespace GraphForge.Layers;

/// <summary>x - tanh(x).</summary>
public sealed class Tanhshrink : Activation
{
    protected override Tensor Apply(Tensor input) => Functional.Tanhshrink(input);
}

/// <summary>x moved towards 0 by lambd, and 0 where it is no further away.</summary>
/// <param name="lambd">At least 0.</param>
public sealed class Softshrink(double lambd = 0.5) : Activation
{
    protected override Tensor Apply(Tensor input) => Functional.Softshrink(input, lambd);
}

/// <summary>x, or 0 where |x| is at most lambd.</summary>
/// <param name="lambd">Largest distance from 0 that counts as 0.</param>
public sealed class Hardshrink(double lambd = 0.5) : Activation
{
    protected override Tensor Apply(Tensor input) => Functional.Hardshrink(input, lambd);
}
