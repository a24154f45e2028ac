namespace GraphForge.Initialization;

/// <summary>Fills the initial values of a tensor. Compiling a model does so on a thread of its own, one tensor after the other.</summary>
/// <param name="values">The elements, row-major; all are written.</param>
/// <param name="dims">Extents of the tensor; for weights, outputs first, as PyTorch lays them out.</param>
/// <param name="random">The tensor's own source of random numbers.</param>
public delegate void Initializer(Span<float> values, ReadOnlySpan<long> dims, RandomStream random);

/// <summary>Initial values, as torch.nn.init defines them.</summary>
public static partial class Init
{
    public static Initializer Zeros { get; } = Constant(0);

    public static Initializer Ones { get; } = Constant(1);

    public static Initializer Constant(float value) => (values, _, _) => values.Fill(value);

    /// <summary>Uniform in [<paramref name="low"/>, <paramref name="high"/>).</summary>
    public static Initializer Uniform(double low = 0, double high = 1) => (values, _, random) =>
    {
        for (var i = 0; i < values.Length; i++) values[i] = (float)(low + (high - low) * random.Uniform(i));
    };

    /// <summary>Normal with a mean and a standard deviation.</summary>
    public static Initializer Normal(double mean = 0, double std = 1) => (values, _, random) =>
    {
        for (var i = 0; i < values.Length; i++) values[i] = (float)(mean + std * random.Normal(i));
    };

    /// <summary>Normal with a mean and a standard deviation, given that it lies in <paramref name="low"/>..<paramref name="high"/>.</summary>
    public static Initializer TruncatedNormal(double mean = 0, double std = 1, double low = -2, double high = 2) => (values, _, random) =>
    {
        var (from, to) = (NormalDistribution.Cumulative((low - mean) / std), NormalDistribution.Cumulative((high - mean) / std));
        for (var i = 0; i < values.Length; i++)
            values[i] = (float)Math.Clamp(
                mean + std * NormalDistribution.Quantile(from + (to - from) * random.UniformInside(i)), low, high);
    };

    /// <summary>Uniform with the variance gain² · 2 / (fan_in + fan_out) (Glorot, Bengio 2010).</summary>
    public static Initializer XavierUniform(double gain = 1) => (values, dims, random) =>
        UniformOf(XavierDeviation(gain, dims))(values, dims, random);

    /// <summary>Normal with the variance gain² · 2 / (fan_in + fan_out) (Glorot, Bengio 2010).</summary>
    public static Initializer XavierNormal(double gain = 1) => (values, dims, random) =>
        Normal(0, XavierDeviation(gain, dims))(values, dims, random);

    /// <summary>
    /// Uniform with the variance gain² / fan: keeps it through the nonlinearity that follows (He et al. 2015). Layers default to
    /// a = √5, which is ±1 / √fan_in.
    /// </summary>
    /// <param name="a">Negative slope of a leaky ReLU.</param>
    /// <param name="mode">Which fan counts.</param>
    /// <param name="nonlinearity">What follows the layer.</param>
    public static Initializer KaimingUniform(
        double a = 0, FanMode mode = FanMode.FanIn, Nonlinearity nonlinearity = Nonlinearity.LeakyReLU) => (values, dims, random) =>
        UniformOf(KaimingDeviation(a, mode, nonlinearity, dims))(values, dims, random);

    /// <summary>Normal with the variance gain² / fan (He et al. 2015).</summary>
    /// <inheritdoc cref="KaimingUniform"/>
    public static Initializer KaimingNormal(
        double a = 0, FanMode mode = FanMode.FanIn, Nonlinearity nonlinearity = Nonlinearity.LeakyReLU) => (values, dims, random) =>
        Normal(0, KaimingDeviation(a, mode, nonlinearity, dims))(values, dims, random);

    /// <summary>The factor by which PyTorch makes up for what a nonlinearity does to the standard deviation.</summary>
    /// <param name="nonlinearity">What follows the layer.</param>
    /// <param name="slope">Negative slope of a leaky ReLU.</param>
    public static double Gain(Nonlinearity nonlinearity, double slope = 0.01) => nonlinearity switch
    {
        Nonlinearity.Tanh => 5.0 / 3,
        Nonlinearity.ReLU => Math.Sqrt(2),
        Nonlinearity.LeakyReLU => Math.Sqrt(2 / (1 + slope * slope)),
        Nonlinearity.SELU => 3.0 / 4,
        _ => 1,
    };

    private static double XavierDeviation(double gain, ReadOnlySpan<long> dims)
    {
        var fans = Fans.Of(dims);
        return gain * Math.Sqrt(2.0 / (fans.In + fans.Out));
    }

    private static double KaimingDeviation(double a, FanMode mode, Nonlinearity nonlinearity, ReadOnlySpan<long> dims)
    {
        var fans = Fans.Of(dims);
        return Gain(nonlinearity, a) / Math.Sqrt(mode == FanMode.FanIn ? fans.In : fans.Out);
    }

    /// <summary>Uniform around 0 with a standard deviation.</summary>
    private static Initializer UniformOf(double deviation) => Uniform(-Math.Sqrt(3) * deviation, Math.Sqrt(3) * deviation);
}
