using GraphForge.Runtime;

namespace GraphForge;

/// <summary>The element type two operands meet in.</summary>
internal static class Promotion
{
    /// <summary>
    /// The wider type; a plain number counts only when its kind (bool, integer, float) is higher than its partner's, and then
    /// as int64 or float32.
    /// </summary>
    public static DType Of(Tensor left, Tensor right)
    {
        if (left.IsNumber == right.IsNumber) return Wider(left.DType, right.DType);
        var (tensor, number) = left.IsNumber ? (right, left) : (left, right);
        return Kind(number.DType) > Kind(tensor.DType) ? number.DType : tensor.DType;
    }

    /// <summary>The enumeration is declared from narrow to wide; but of the two floats of 16 bits neither holds the other's values.</summary>
    public static DType Wider(DType a, DType b) => a != b && a.IsHalf() && b.IsHalf() ? DType.Float32 : a > b ? a : b;

    private static int Kind(DType type) => type.IsFloat() ? 2 : type.IsInteger() ? 1 : 0;
}
