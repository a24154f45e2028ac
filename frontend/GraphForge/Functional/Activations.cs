using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;

namespace GraphForge;

/// <content>Activations. Where one has a kink, its derivative there is PyTorch's.</content>
public static partial class Functional
{
    /// <summary>Fixed point of mean 0 and variance 1 (Klambauer et al. 2017, "Self-Normalizing Neural Networks").</summary>
    private const double SeluAlpha = 1.6732632423543772, SeluScale = 1.0507009873554805;

    /// <inheritdoc cref="Tensor.Relu"/>
    public static Tensor Relu(Tensor input) => input.Relu();

    /// <summary>min(max(x, 0), 6); the derivative at 0 and 6 is 0.</summary>
    public static Tensor Relu6(Tensor input) => Hardtanh(input, 0, 6);

    /// <summary>x, or <paramref name="negativeSlope"/>·x where x is not above 0.</summary>
    public static Tensor LeakyRelu(Tensor input, double negativeSlope = 0.01) =>
        Tensor.Where(input > 0, input, input * negativeSlope);

    /// <summary>
    /// x, or weight·x where x is not above 0. A weight of one element is for all, one of C elements for the channels of an
    /// input [N, C, …].
    /// </summary>
    /// <exception cref="GraphException">The input has not as many channels as the weight has elements.</exception>
    public static Tensor Prelu(Tensor input, Tensor weight)
    {
        if (weight.Rank != 1 || !weight.Shape[0].Is(1) && (input.Rank < 2 || input.Shape[1] != weight.Shape[0]))
            throw new GraphException(ErrorCode.ShapeMismatch,
                $"prelu takes an input [N, C, …] with a weight [C] or [1], got {input.Node.Type} and {weight.Node.Type}.");
        var channels = Shape.Of(input.Shape.Select((_, axis) => axis == 1 ? weight.Shape[0] : 1));
        return Tensor.Where(input > 0, input, weight.Reshape([.. channels]) * input);
    }

    /// <summary>x, or <paramref name="alpha"/>·(e^x - 1) where x is not above 0.</summary>
    public static Tensor Elu(Tensor input, double alpha = 1) => Elu(input, alpha, 1);

    /// <summary>1.0507·x, or 1.0507·1.6733·(e^x - 1) where x is not above 0.</summary>
    public static Tensor Selu(Tensor input) => input.RoundedOnce(x => SeluScale * Elu(x, SeluAlpha, 1));

    /// <summary>x, or <paramref name="alpha"/>·(e^(x/alpha) - 1) where x is not above 0.</summary>
    /// <exception cref="GraphException"><paramref name="alpha"/> is 0.</exception>
    public static Tensor Celu(Tensor input, double alpha = 1) => alpha != 0
        ? Elu(input, alpha, 1 / alpha)
        : throw new GraphException(ErrorCode.BadAttribute, "celu takes an alpha other than 0.");

    /// <inheritdoc cref="Tensor.Gelu"/>
    public static Tensor Gelu(Tensor input, GeluApproximation approximate = GeluApproximation.None) => input.Gelu(approximate);

    /// <summary>x·sigmoid(x), also known as swish.</summary>
    public static Tensor Silu(Tensor input) => input.RoundedOnce(x => x * x.Sigmoid());

    /// <summary>x·tanh(log(1 + e^x)).</summary>
    public static Tensor Mish(Tensor input) => input.RoundedOnce(x => x * Softplus(x).Tanh());

    /// <summary>log(1 + e^(beta·x)) / beta, or x where beta·x is above <paramref name="threshold"/>.</summary>
    public static Tensor Softplus(Tensor input, double beta = 1, double threshold = 20) => input.Floating().RoundedOnce(x =>
    {
        var scaled = beta == 1 ? x : x * beta;
        var smooth = new Tensor(scaled.Node.Softplus());
        return Tensor.Where(scaled > threshold, x, beta == 1 ? smooth : smooth / beta);
    });

    /// <summary>x / (1 + |x|).</summary>
    public static Tensor Softsign(Tensor input) => input.RoundedOnce(x => x / (1 + x.Abs()));

    /// <inheritdoc cref="Tensor.Sigmoid"/>
    public static Tensor Sigmoid(Tensor input) => input.Sigmoid();

    /// <summary>log(1 / (1 + e^-x)), precise for every x.</summary>
    public static Tensor LogSigmoid(Tensor input) => new(-(-input.Floating().Node).Softplus());

    /// <inheritdoc cref="Tensor.Tanh"/>
    public static Tensor Tanh(Tensor input) => input.Tanh();

    /// <summary>(x + 3) / 6 limited to 0..1; the derivative at -3 and 3 is 0.</summary>
    public static Tensor Hardsigmoid(Tensor input) => input.RoundedOnce(x => Relu6(x + 3) / 6);

    /// <summary>x·(x + 3) / 6 within -3..3, 0 below and x above; at -3 and 3 the derivative is that within.</summary>
    public static Tensor Hardswish(Tensor input) => input.RoundedOnce(x =>
    {
        var within = (x >= -3) & (x <= 3);
        var curved = Tensor.Where(within, x, 0);
        return Tensor.Where(x < -3, 0, Tensor.Where(within, curved * (curved + 3) / 6, x));
    });

    /// <summary>x limited to <paramref name="minVal"/>..<paramref name="maxVal"/>; the derivative at both ends is 0.</summary>
    /// <exception cref="GraphException"><paramref name="minVal"/> is not below <paramref name="maxVal"/>.</exception>
    public static Tensor Hardtanh(Tensor input, double minVal = -1, double maxVal = 1) => minVal < maxVal
        ? Tensor.Where(input <= minVal, minVal, Tensor.Where(input >= maxVal, maxVal, input))
        : throw new GraphException(ErrorCode.BadAttribute, $"hardtanh takes a minVal below its maxVal, got {minVal} and {maxVal}.");

    /// <summary>x, or <paramref name="value"/> where x is not above <paramref name="threshold"/>.</summary>
    public static Tensor Threshold(Tensor input, double threshold, double value) =>
        Tensor.Where(input <= threshold, value, input);

    /// <summary>x - tanh(x).</summary>
    public static Tensor Tanhshrink(Tensor input) => input.RoundedOnce(x => x - x.Tanh());

    /// <summary>x moved towards 0 by <paramref name="lambd"/>, and 0 where it is no further away.</summary>
    /// <exception cref="GraphException"><paramref name="lambd"/> is negative.</exception>
    public static Tensor Softshrink(Tensor input, double lambd = 0.5) => lambd >= 0
        // x·0 and not 0, so that NaN stays NaN.
        ? Tensor.Where(input > lambd, input - lambd, Tensor.Where(input < -lambd, input + lambd, input * 0))
        : throw new GraphException(ErrorCode.BadAttribute, $"softshrink takes a lambd of at least 0, got {lambd}.");

    /// <summary>x, or 0 where |x| is at most <paramref name="lambd"/>.</summary>
    public static Tensor Hardshrink(Tensor input, double lambd = 0.5) =>
        Tensor.Where((input >= -lambd) & (input <= lambd), 0, input);

    /// <summary>a·sigmoid(b) for the halves a and b of the input along <paramref name="dim"/>.</summary>
    /// <exception cref="GraphException">The extent along <paramref name="dim"/> is odd.</exception>
    public static Tensor Glu(Tensor input, int dim = -1)
    {
        var axis = input.Axis("glu", dim);
        if (!input.Shape[axis].TryDivide(2, out var half))
            throw new GraphException(ErrorCode.ShapeMismatch,
                $"glu halves axis {dim} of {input.Node.Type}, whose extent {input.Shape[axis]} is odd; give it an even one.");
        return input.RoundedOnce(x => x.Narrow(axis, 0, half) * x.Narrow(axis, half, half).Sigmoid());
    }

    /// <inheritdoc cref="Tensor.Softmax"/>
    public static Tensor Softmax(Tensor input, int dim) => input.Softmax(dim);

    /// <inheritdoc cref="Tensor.LogSoftmax"/>
    public static Tensor LogSoftmax(Tensor input, int dim) => input.LogSoftmax(dim);

    /// <summary>Softmax of -x.</summary>
    public static Tensor Softmin(Tensor input, int dim) => (-input).Softmax(dim);

    // Positive x are taken out of the exponential, whose overflow would come back as 0·∞ in the gradient.
    private static Tensor Elu(Tensor input, double alpha, double inputScale) => input.RoundedOnce(x =>
    {
        var negative = Tensor.Where(x > 0, 0, x);
        return Tensor.Where(x > 0, x, alpha * (negative * inputScale).Expm1());
    });
}
