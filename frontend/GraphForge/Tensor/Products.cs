using GraphForge.Compiler.Graph;

namespace GraphForge;

/// <content>Products of vectors and matrices.</content>
public sealed partial class Tensor
{
    /// <summary>Σ aᵢ·bᵢ of two vectors.</summary>
    public Tensor Dot(Tensor other) => Product("dot", "i,i->", this, other);

    /// <summary>aᵢ·bⱼ of two vectors.</summary>
    public Tensor Outer(Tensor vec2) => Product("outer", "i,j->ij", this, vec2);

    /// <summary>[m, k] · [k, n] → [m, n].</summary>
    public Tensor Mm(Tensor mat2) => Product("mm", "mk,kn->mn", this, mat2);

    /// <summary>[m, k] · [k] → [m].</summary>
    public Tensor Mv(Tensor vec) => Product("mv", "mk,k->m", this, vec);

    /// <summary>[b, m, k] · [b, k, n] → [b, m, n].</summary>
    public Tensor Bmm(Tensor mat2) => Product("bmm", "bmk,bkn->bmn", this, mat2);

    /// <summary>beta · this + alpha · mat1·mat2, this broadcasting.</summary>
    public Tensor Addmm(Tensor mat1, Tensor mat2, double beta = 1, double alpha = 1) => Blend(mat1.Mm(mat2), beta, alpha);

    /// <summary>beta · this + alpha · mat·vec, this broadcasting.</summary>
    public Tensor Addmv(Tensor mat, Tensor vec, double beta = 1, double alpha = 1) => Blend(mat.Mv(vec), beta, alpha);

    /// <summary>beta · this + alpha · batch1·batch2 for each pair of matrices, this broadcasting.</summary>
    public Tensor Baddbmm(Tensor batch1, Tensor batch2, double beta = 1, double alpha = 1) => Blend(batch1.Bmm(batch2), beta, alpha);

    /// <summary>beta · this + alpha · Σ batch1·batch2 over the pairs of matrices, this broadcasting.</summary>
    public Tensor Addbmm(Tensor batch1, Tensor batch2, double beta = 1, double alpha = 1) =>
        Blend(Product("addbmm", "bmk,bkn->mn", batch1, batch2), beta, alpha);

    /// <summary>Vector product of the three elements along <paramref name="dim"/>; other axes broadcast.</summary>
    public Tensor Cross(Tensor other, int dim = -1)
    {
        if (Rank != other.Rank || !Shape[Axis("cross", dim)].Is(3) || !other.Shape[other.Axis("cross", dim)].Is(3))
            throw new GraphException(ErrorCode.ShapeMismatch,
                $"cross takes two tensors of as many axes and 3 elements along axis {dim}, got {Node.Type} and {other.Node.Type}.");
        return Roll(-1, dim) * other.Roll(1, dim) - Roll(1, dim) * other.Roll(-1, dim);
    }

    private static Tensor Product(string function, string equation, Tensor left, Tensor right)
    {
        var labels = equation.Split("->")[0].Split(',');
        var shared = labels[0].Where(labels[1].Contains).ToArray();
        if (left.Rank != labels[0].Length || right.Rank != labels[1].Length ||
            shared.Any(l => left.Shape[labels[0].IndexOf(l)] != right.Shape[labels[1].IndexOf(l)]))
            throw new GraphException(ErrorCode.ShapeMismatch,
                $"{function} takes {Axes(labels[0])} and {Axes(labels[1])}, got {left.Node.Type} and {right.Node.Type}.");
        return Functional.Einsum(equation, left, right);

        static string Axes(string letters) => $"[{string.Join(", ", letters.ToCharArray())}]";
    }

    /// <summary>Where beta is 0, this tensor is not read: its NaN stay out.</summary>
    private Tensor Blend(Tensor product, double beta, double alpha)
    {
        var scaled = alpha == 1 ? product : product * alpha;
        if (beta == 0) return scaled;
        return (beta == 1 ? this : this * beta) + scaled;
    }
}
