using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;

namespace GraphForge;

/// <summary>What layers compute, as functions of tensors; the names are those of torch.nn.functional.</summary>
public static partial class Functional
{
    /// <summary>input·weightᵀ + bias: [..., in] and [out, in] → [..., out].</summary>
    public static Tensor Linear(Tensor input, Tensor weight, Tensor? bias = null)
    {
        if (input.Rank == 0 || weight.Rank != 2 || input.Shape[^1] != weight.Shape[1])
            throw new GraphException(ErrorCode.ShapeMismatch,
                $"linear takes an input [..., in] and weights [out, in], got {input.Node.Type} and {weight.Node.Type}.");
        if (input.DType != weight.DType)
            throw new GraphException(ErrorCode.WrongDType,
                $"linear takes an input and weights of one element type, got {input.Node.Type} and {weight.Node.Type}; convert one with To.");
        int[] rows = [.. Enumerable.Range(2, input.Rank - 1)];
        var product = new Tensor(Node.Of(new Contraction([.. rows, 0], [1, 0], [.. rows, 1]), input.Node, weight.Node));
        return bias is null ? product : product + bias;
    }
}
