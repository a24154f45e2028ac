using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Runtime;

namespace GraphForge;

/// <content>Functions of one tensor, element by element. Integers are computed as float32 where the result is a fraction.</content>
public sealed partial class Tensor
{
    public Tensor Abs() => new(Node.Absolute());

    public Tensor Sign() => new(Node.Sign());

    public Tensor Exp() => new(Float().Exp());

    public Tensor Log() => new(Float().Log());

    public Tensor Sqrt() => new(Float().Sqrt());

    public Tensor Square() => this * this;

    public Tensor Reciprocal() => 1.0 / this;

    public Tensor Sin() => new(Float().Sin());

    public Tensor Cos() => new(Float().Cos());

    public Tensor Erf() => new(Float().Erf());

    public Tensor Tanh() => new(Float().Tanh());

    public Tensor Floor() => DType.IsFloat() ? new(Node.Floor()) : this;

    public Tensor Ceil() => DType.IsFloat() ? new(Node.Ceiling()) : this;

    /// <summary>Nearest integer; halves go to the even one.</summary>
    public Tensor Round() => DType.IsFloat() ? new(Node.Round()) : this;

    /// <summary>max(x, 0); the derivative at 0 is 0, and NaN stays NaN.</summary>
    public Tensor Relu() => new(Node.Relu());

    /// <summary>1 / (1 + e^-x).</summary>
    public Tensor Sigmoid() => new(Float().Sigmoid());

    /// <summary>x · Φ(x), with the normal distribution function Φ by erf, or by tanh as in the original paper.</summary>
    public Tensor Gelu(GeluApproximation approximate = GeluApproximation.None)
    {
        if (approximate == GeluApproximation.None) return new(Float().Gelu());
        return Floating().RoundedOnce(x => 0.5 * x * (1 + (Math.Sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)).Tanh()));
    }

    /// <summary>The elements limited to <paramref name="min"/>..<paramref name="max"/>; a null bound does not limit.</summary>
    public Tensor Clamp(Tensor? min = null, Tensor? max = null)
    {
        // By comparison and not by maximum and minimum: an element equal to a bound keeps its whole gradient.
        var clamped = min is null ? this : Where(this < min, min, this);
        return max is null ? clamped : Where(clamped > max, max, clamped);
    }

    /// <summary>Each element with probability <paramref name="p"/> zero, the others divided by 1 - p; only while training.</summary>
    public Tensor Dropout(double p = 0.5)
    {
        if (p is not (>= 0 and <= 1))
            throw new GraphException(ErrorCode.BadAttribute, $"dropout takes a probability in 0..1, got {p}.");
        if (p == 0 || Tracing.Trace.Current is not { IsTraining: true } trace) return this;
        return p == 1 ? this * 0 : Where(trace.NextUniform(Shape) < p, 0, this * (1 / (1 - p)));
    }

    /// <summary>The same elements, through which no gradient flows back.</summary>
    public Tensor Detach() => new(Node.StopGradient());

    private Node Float() => Floating().Node;
}

/// <summary>How <see cref="Tensor.Gelu"/> computes the normal distribution function.</summary>
public enum GeluApproximation
{
    /// <summary>Exactly, by the error function.</summary>
    None,

    /// <summary>By tanh(√(2/π)·(x + 0.044715·x³)).</summary>
    Tanh,
}
