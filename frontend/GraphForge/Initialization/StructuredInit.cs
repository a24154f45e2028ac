using GraphForge.Compiler.Graph;

namespace GraphForge.Initialization;

/// <content>Initial values with a structure: identities, orthogonal and sparse matrices.</content>
public static partial class Init
{
    /// <summary>The identity matrix: [n, m] with ones at [i, i].</summary>
    public static Initializer Eye { get; } = (values, dims, _) =>
    {
        CheckMatrix("eye", dims);
        values.Clear();
        for (long i = 0; i < Math.Min(dims[0], dims[1]); i++) values[(int)(i * dims[1] + i)] = 1;
    };

    /// <summary>
    /// A convolution's weight [outputs, inputs, kernel…] that passes channel i of each of <paramref name="groups"/> groups on as
    /// output i of that group.
    /// </summary>
    public static Initializer Dirac(int groups = 1) => (values, dims, _) =>
    {
        if (dims.Length is < 3 or > 5 || groups < 1 || dims[0] % groups != 0)
            throw new GraphException(ErrorCode.BadAttribute, "dirac needs a convolution's weight of 3 to 5 axes whose outputs the " +
                $"groups divide, got {Shape.Of(dims)} with groups {groups}.");
        values.Clear();
        long kernel = 1, centre = 0;
        foreach (var extent in dims[2..]) (kernel, centre) = (kernel * extent, centre * extent + extent / 2);
        var perGroup = dims[0] / groups;
        for (long output = 0; output < dims[0]; output++)
            if (output % perGroup < dims[1]) values[(int)((output * dims[1] + output % perGroup) * kernel + centre)] = 1;
    };

    /// <summary>
    /// A random matrix with orthonormal rows, or columns where these are fewer, times <paramref name="gain"/> (Saxe, McClelland,
    /// Ganguli 2014); axes after the first count as one.
    /// </summary>
    public static Initializer Orthogonal(double gain = 1) => (values, dims, random) =>
    {
        if (dims.Length < 2)
            throw new GraphException(ErrorCode.BadAttribute, $"orthogonal needs a weight of at least 2 axes, got {Shape.Of(dims)}.");
        if (values.Length == 0) return;
        var (rows, columns) = ((int)dims[0], values.Length / (int)dims[0]);
        var vectors = OrthonormalVectors.Draw(Math.Min(rows, columns), Math.Max(rows, columns), random);
        for (var i = 0; i < values.Length; i++)
        {
            var (row, column) = (i / columns, i % columns);
            values[i] = (float)(gain * (rows <= columns ? vectors[row][column] : vectors[column][row]));
        }
    };

    /// <summary>
    /// Normal, with ⌈sparsity · rows⌉ zeros in each column of a matrix, at random rows (Martens 2010).
    /// </summary>
    public static Initializer Sparse(double sparsity, double std = 0.01) => (values, dims, random) =>
    {
        CheckMatrix("sparse", dims);
        if (sparsity is not (>= 0 and <= 1))
            throw new GraphException(ErrorCode.BadAttribute, $"sparse takes a share of zeros in 0..1, got {sparsity}.");
        Normal(0, std)(values, dims, random);
        var (rows, columns) = ((int)dims[0], (int)dims[1]);
        var order = new int[rows];
        for (var column = 0; column < columns; column++)
        {
            for (var row = 0; row < rows; row++) order[row] = row;
            for (var taken = 0; taken < (int)Math.Ceiling(sparsity * rows); taken++)
            {
                // A shuffle, one step a zero; its draws lie beyond those of the normal values, two an element.
                var other = taken + (int)(random.Uniform(2L * values.Length + (long)column * rows + taken) * (rows - taken));
                (order[taken], order[other]) = (order[other], order[taken]);
                values[order[taken] * columns + column] = 0;
            }
        }
    };

    private static void CheckMatrix(string name, ReadOnlySpan<long> dims)
    {
        if (dims.Length != 2) throw new GraphException(ErrorCode.BadAttribute, $"{name} needs a matrix, got {Shape.Of(dims)}.");
    }
}
