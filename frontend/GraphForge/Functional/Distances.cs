namespace GraphForge;

/// <content>Norms and distances along an axis.</content>
public static partial class Functional
{
    /// <summary>x1·x2 / (max(‖x1‖, eps)·max(‖x2‖, eps)) along an axis; the inputs broadcast.</summary>
    public static Tensor CosineSimilarity(Tensor x1, Tensor x2, int dim = 1, double eps = 1e-8) =>
        (Normalize(x1, dim: dim, eps: eps) * Normalize(x2, dim: dim, eps: eps)).Sum(dim);

    /// <summary>x / max(‖x‖, eps) with the norm of order <paramref name="p"/> along an axis.</summary>
    public static Tensor Normalize(Tensor input, double p = 2, int dim = 1, double eps = 1e-12) =>
        input / input.Norm(p, dim, keepDim: true).Clamp(min: eps);

    /// <summary>Norm of order <paramref name="p"/> of x1 - x2 + eps along the last axis; the inputs broadcast.</summary>
    public static Tensor PairwiseDistance(Tensor x1, Tensor x2, double p = 2, double eps = 1e-6, bool keepDim = false) =>
        (x1 - x2 + eps).Norm(p, -1, keepDim);
}
