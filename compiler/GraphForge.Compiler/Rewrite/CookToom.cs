using GraphForge.Compiler.Graph;

namespace GraphForge.Compiler.Rewrite;

/// <summary>
/// The algorithm of Cook and Toom for <paramref name="outputs"/> neighbouring sums y_i = Σ_k d_{i+k}·g_k over
/// <paramref name="taps"/> terms, as y = Aᵀ[(G·g) ⊙ (Bᵀ·d)]: with t = outputs + taps − 1 products in place of outputs · taps
/// (Winograd, Arithmetic Complexity of Computations, 1980; for convolutions Lavin and Gray 2016). Products of polynomials are
/// found by their values at t − 1 points and at infinity.
/// </summary>
/// <param name="outputs">Sums computed together.</param>
/// <param name="taps">Terms of a sum.</param>
internal sealed class CookToom(int outputs, int taps)
{
    private readonly double[] _points = Points(outputs + taps - 1);

    /// <summary>Number of products, t.</summary>
    public int Products => outputs + taps - 1;

    /// <summary>Aᵀ, [outputs, t]: powers of the points.</summary>
    public double[,] Output => Matrix(outputs, (i, j) => j < _points.Length ? Math.Pow(_points[j], i) : i == outputs - 1 ? 1 : 0);

    /// <summary>G, [t, taps]: values of the taps' polynomial, divided by Π over the other points of their distance.</summary>
    public double[,] Filter => Matrix(taps, (j, k) => j < _points.Length ? Math.Pow(_points[j], k) / Distances(j) : k == taps - 1 ? 1 : 0, transposed: true);

    /// <summary>Bᵀ, [t, t]: coefficients of the polynomials that vanish at all points but one, or at all.</summary>
    public double[,] Data
    {
        get
        {
            var rows = Enumerable.Range(0, Products).Select(j => Polynomial(_points.Where((_, other) => other != j))).ToArray();
            return Matrix(Products, (j, k) => k < rows[j].Length ? rows[j][k] : 0, transposed: true);
        }
    }

    /// <summary>
    /// 0 and pairs ±a, all of few binary digits. With ±3/4 and ±3/2 results of 4 × 4 err about as much as plain sums do; the
    /// usual ±1 and ±2 err several times as much.
    /// </summary>
    private static double[] Points(int products) => products switch
    {
        3 => [0, 1],
        4 => [0, 1, -1],
        6 => [0, 0.75, -0.75, 1.5, -1.5],
        _ => throw new InternalCompilerException("winograd", $"no points for {products} products"),
    };

    private double Distances(int point) => _points.Where((_, other) => other != point).Aggregate(1.0, (product, p) => product * (_points[point] - p));

    /// <summary>Coefficients of Π (x − root), the lowest first.</summary>
    private static double[] Polynomial(IEnumerable<double> roots)
    {
        double[] product = [1];
        foreach (var root in roots)
            product = Enumerable.Range(0, product.Length + 1)
                .Select(i => (i > 0 ? product[i - 1] : 0) - (i < product.Length ? root * product[i] : 0)).ToArray();
        return product;
    }

    /// <param name="count">The extent that is not t.</param>
    /// <param name="value">Element by row and column.</param>
    /// <param name="transposed">Whether t counts the rows.</param>
    private double[,] Matrix(int count, Func<int, int, double> value, bool transposed = false)
    {
        var matrix = transposed ? new double[Products, count] : new double[count, Products];
        for (var i = 0; i < matrix.GetLength(0); i++)
            for (var j = 0; j < matrix.GetLength(1); j++) matrix[i, j] = value(i, j);
        return matrix;
    }
}
