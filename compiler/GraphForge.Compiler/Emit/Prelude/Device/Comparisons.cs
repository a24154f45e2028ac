internal static partial class DeviceMath
{
    // False where either is NaN, also when the comparison decides a branch or is negated. ILGPU then turns it around, a < b to a >= b
    // "or unordered", and likewise moves a constant from the left to the right; its OpenCL text drops the "or unordered", and its PTX has
    // it wrong for constants. Negated with the other two conditions, the whole is true for NaN whatever became of the first. Functions of this
    // prelude compare as they are: their results for NaN are tested on OpenCL too.

    public static bool Less(float a, float b) => (a < b) & (a == a) & (b == b);

    public static bool Less(double a, double b) => (a < b) & (a == a) & (b == b);

    public static bool LessOrEqual(float a, float b) => (a <= b) & (a == a) & (b == b);

    public static bool LessOrEqual(double a, double b) => (a <= b) & (a == a) & (b == b);
}
