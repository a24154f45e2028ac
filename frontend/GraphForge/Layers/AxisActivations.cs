namespace GraphForge.Layers;

/// <summary>e^x divided by its sum along <paramref name="dim"/>.</summary>
/// <param name="dim">The axis whose elements sum to 1.</param>
public sealed class Softmax(int dim = -1) : Activation
{
    protected override Tensor Apply(Tensor input) => input.Softmax(dim);
}

/// <summary>Logarithm of <see cref="Softmax"/>.</summary>
/// <param name="dim">The axis whose elements sum to 1 once exponentiated.</param>
public sealed class LogSoftmax(int dim = -1) : Activation
{
    protected override Tensor Apply(Tensor input) => input.LogSoftmax(dim);
}

/// <summary><see cref="Softmax"/> of -x.</summary>
/// <param name="dim">The axis whose elements sum to 1.</param>
public sealed class Softmin(int dim = -1) : Activation
{
    protected override Tensor Apply(Tensor input) => Functional.Softmin(input, dim);
}

/// <summary>a·sigmoid(b) for the halves a and b of the input along <paramref name="dim"/>.</summary>
/// <param name="dim">The axis that is halved; its extent is even.</param>
public sealed class GLU(int dim = -1) : Activation
{
    protected override Tensor Apply(Tensor input) => Functional.Glu(input, dim);
}
