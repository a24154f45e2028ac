namespace GraphForge.Initialization;

/// <summary>Fills the initial values of a tensor.</summary>
/// <param name="values">The elements, row-major; all are written.</param>
/// <param name="dims">Extents of the tensor; for weights, outputs first, as PyTorch lays them out.</param>
/// <param name="random">The tensor's own source of random numbers.</param>
public delegate void Initializer(Span<float> values, ReadOnlySpan<long> dims, RandomStream random);

/// <summary>Initial distributions, as torch.nn.init defines them.</summary>
public static class Init
{
    public static Initializer Zeros { get; } = Constant(0);

    public static Initializer Ones { get; } = Constant(1);

    public static Initializer Constant(float value) => (values, _, _) => values.Fill(value);

    /// <summary>Uniform in [<paramref name="low"/>, <paramref name="high"/>).</summary>
    public static Initializer Uniform(double low, double high) => (values, _, random) =>
    {
        for (var i = 0; i < values.Length; i++) values[i] = (float)(low + (high - low) * random.Uniform(i));
    };

    /// <summary>
    /// Uniform within ±√(6 / ((1 + a²) · fan_in)): keeps the variance through a leaky ReLU of negative slope
    /// <paramref name="a"/> (He et al. 2015). Layers default to a = √5, which is ±1 / √fan_in.
    /// </summary>
    public static Initializer KaimingUniform(double a = 0) => (values, dims, random) =>
    {
        var bound = Math.Sqrt(6 / ((1 + a * a) * FanIn(dims)));
        Uniform(-bound, bound)(values, dims, random);
    };

    /// <summary>Uniform within ±√(6 / (fan_in + fan_out)): keeps the variance both ways (Glorot &amp; Bengio 2010).</summary>
    public static Initializer XavierUniform() => (values, dims, random) =>
    {
        var bound = Math.Sqrt(6.0 / (FanIn(dims) + FanOut(dims)));
        Uniform(-bound, bound)(values, dims, random);
    };

    /// <summary>Outputs that each input of a weight [outputs, inputs, kernel…] takes part in.</summary>
    private static long FanOut(ReadOnlySpan<long> dims)
    {
        long fan = 1;
        for (var axis = 0; axis < dims.Length; axis++) fan *= axis == 1 ? 1 : dims[axis];
        return Math.Max(1, fan);
    }

    /// <summary>Inputs that each output of a weight [outputs, inputs, kernel…] sums over.</summary>
    private static long FanIn(ReadOnlySpan<long> dims)
    {
        long fan = 1;
        foreach (var dim in dims[1..]) fan *= dim;
        return Math.Max(1, fan);
    }
}
