using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge;

/// <content>Integers as vectors.</content>
public static partial class Functional
{
    /// <summary>
    /// Vectors (int64) of length <paramref name="numClasses"/> that are 1 at the class the element names and 0 elsewhere; all 0 where
    /// that is no class.
    /// </summary>
    /// <param name="input">Classes 0..numClasses-1, of any shape.</param>
    /// <param name="numClasses">Number of classes; data cannot tell it, as extents are fixed before a run.</param>
    public static Tensor OneHot(Tensor input, int numClasses)
    {
        if (!input.DType.IsInteger())
            throw new GraphException(ErrorCode.WrongDType, $"oneHot takes integers, got {input.Node.Type}; cast the operand.");
        if (numClasses < 1)
            throw new GraphException(ErrorCode.BadAttribute, $"oneHot needs numClasses of at least 1, got {numClasses}.");
        return input.Unsqueeze(-1).Eq(Tensor.Arange(numClasses)).To(DType.Int64);
    }
}
