internal static partial class DeviceMath
{
    // 1 / (1 + e^-x), for x < 0 as e^x / (1 + e^x), which is precise down to where the result vanishes.

    public static float Sigmoid(float x)
    {
        var e = Exp(-Math.Abs(x));
        return (x < 0f ? e : 1f) / (1f + e);
    }

    public static double Sigmoid(double x)
    {
        var e = Exp(-Math.Abs(x));
        return (x < 0.0 ? e : 1.0) / (1.0 + e);
    }

    // log(1 + e^x) as max(x, 0) + log(1 + e^-|x|), which neither overflows nor cancels.

    public static float Softplus(float x) => (x > 0f ? x : 0f) + Log1p(Exp(-Math.Abs(x)));

    public static double Softplus(double x) => (x > 0.0 ? x : 0.0) + Log1p(Exp(-Math.Abs(x)));
}
