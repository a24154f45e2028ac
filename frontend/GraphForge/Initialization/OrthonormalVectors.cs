namespace GraphForge.Initialization;

/// <summary>Random vectors of length 1 at right angles.</summary>
internal static class OrthonormalVectors
{
    /// <summary><paramref name="count"/> vectors, at most as many as they have elements, uniform over all such sets.</summary>
    public static double[][] Draw(int count, int length, RandomStream random)
    {
        var vectors = new double[count][];
        for (var i = 0; i < count; i++)
        {
            var vector = vectors[i] = new double[length];
            for (var j = 0; j < length; j++) vector[j] = random.Normal((long)i * length + j);
            // Gram–Schmidt, twice: once leaves errors of rounding that grow with the number of vectors.
            for (var pass = 0; pass < 2; pass++)
            {
                for (var earlier = 0; earlier < i; earlier++) Remove(vectors[earlier], vector);
                Scale(vector, 1 / Math.Sqrt(Dot(vector, vector)));
            }
        }
        return vectors;
    }

    private static void Remove(double[] direction, double[] vector)
    {
        var share = Dot(direction, vector);
        for (var i = 0; i < vector.Length; i++) vector[i] -= share * direction[i];
    }

    private static void Scale(double[] vector, double factor)
    {
        for (var i = 0; i < vector.Length; i++) vector[i] *= factor;
    }

    private static double Dot(double[] a, double[] b)
    {
        double sum = 0;
        for (var i = 0; i < a.Length; i++) sum += a[i] * b[i];
        return sum;
    }
}
