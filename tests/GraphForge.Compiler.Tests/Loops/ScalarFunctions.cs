using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Loops;

/// <summary>Scalar functions on values: float64 arithmetic rounded to the operand's type, integers wrapping.</summary>
public static class ScalarFunctions
{
    public static Scalar Apply(UnaryFunction function, Scalar x) =>
        function == UnaryFunction.Not && x.DType == DType.Bool ? Scalar.Of(!x.AsBool)
        : x.DType.IsFloat() ? Scalar.Of(x.DType, Apply(function, x.AsDouble))
        : Scalar.Of(x.DType, Apply(function, x.AsInt64));

    public static Scalar Apply(BinaryFunction function, Scalar a, Scalar b)
    {
        if (a.DType != b.DType) throw new ArgumentException($"{function} of {a.DType} and {b.DType}");
        if (function >= BinaryFunction.Less) return Scalar.Of(Compare(function, a, b));
        if (function is BinaryFunction.ShiftLeft or BinaryFunction.ShiftRight) return Shift(function == BinaryFunction.ShiftLeft, a, b.AsInt64);
        return a.DType.IsFloat()
            ? Scalar.Of(a.DType, Apply(function, a.AsDouble, b.AsDouble))
            : Scalar.Of(a.DType, Apply(function, a.AsInt64, b.AsInt64));
    }

    private static double Apply(UnaryFunction function, double x) => function switch
    {
        UnaryFunction.Negate => -x,
        UnaryFunction.Absolute => Math.Abs(x),
        UnaryFunction.Sign => x > 0 ? 1 : x < 0 ? -1 : 0,
        UnaryFunction.Exp => Math.Exp(x),
        UnaryFunction.Log => Math.Log(x),
        UnaryFunction.Sqrt => Math.Sqrt(x),
        UnaryFunction.Sin => Math.Sin(x),
        UnaryFunction.Cos => Math.Cos(x),
        UnaryFunction.Tanh => Math.Tanh(x),
        UnaryFunction.Erf => Erf(x),
        UnaryFunction.Erfc => Erfc(x),
        UnaryFunction.Expm1 => Math.Abs(x) < 1e-5 ? x + x * x / 2 : Math.Exp(x) - 1,
        UnaryFunction.Log1p => Math.Abs(x) < 1e-5 ? x - x * x / 2 : Math.Log(1 + x),
        UnaryFunction.Log2 => Math.Log2(x),
        UnaryFunction.Sigmoid => 1 / (1 + Math.Exp(-x)),
        UnaryFunction.Softplus => x > 30 ? x : Math.Log(1 + Math.Exp(x)),
        UnaryFunction.Tan => Math.Sin(x) / Math.Cos(x),
        UnaryFunction.Asin => Math.Asin(x),
        UnaryFunction.Acos => Math.Acos(x),
        UnaryFunction.Atan => Math.Atan(x),
        UnaryFunction.Sinh => (Math.Exp(x) - Math.Exp(-x)) / 2,
        UnaryFunction.Cosh => (Math.Exp(x) + Math.Exp(-x)) / 2,
        UnaryFunction.Asinh => Math.Asinh(x),
        UnaryFunction.Acosh => Math.Log(x + Math.Sqrt(x * x - 1)),
        UnaryFunction.Floor => Math.Floor(x),
        UnaryFunction.Ceiling => Math.Ceiling(x),
        UnaryFunction.Round => Math.Round(x, MidpointRounding.ToEven),
        _ => throw new ArgumentException($"{function} is not defined on floats"),
    };

    private static long Apply(UnaryFunction function, long x) => function switch
    {
        UnaryFunction.Negate => -x,
        UnaryFunction.Absolute => x < 0 ? -x : x,
        UnaryFunction.Sign => Math.Sign(x),
        UnaryFunction.Not => ~x,
        _ => throw new ArgumentException($"{function} is not defined on integers"),
    };

    private static double Apply(BinaryFunction function, double a, double b) => function switch
    {
        BinaryFunction.Add => a + b,
        BinaryFunction.Subtract => a - b,
        BinaryFunction.Multiply => a * b,
        BinaryFunction.Divide => a / b,
        // The sign of the divisor, as in Python.
        BinaryFunction.Remainder => a % b is var r && r != 0 && r < 0 != b < 0 ? r + b : a % b,
        BinaryFunction.Power => Math.Pow(a, b),
        BinaryFunction.Atan2 => Math.Atan2(a, b),
        BinaryFunction.Minimum => Math.Min(a, b),
        BinaryFunction.Maximum => Math.Max(a, b),
        _ => throw new ArgumentException($"{function} is not defined on floats"),
    };

    private static long Apply(BinaryFunction function, long a, long b) => function switch
    {
        BinaryFunction.Add => a + b,
        BinaryFunction.Subtract => a - b,
        BinaryFunction.Multiply => a * b,
        BinaryFunction.Divide => b switch { 0 => 0, -1 => -a, _ => a / b },
        BinaryFunction.Remainder => b is 0 or -1 ? 0 : ((a % b) + b) % b,
        BinaryFunction.Minimum => Math.Min(a, b),
        BinaryFunction.Maximum => Math.Max(a, b),
        BinaryFunction.And => a & b,
        BinaryFunction.Or => a | b,
        BinaryFunction.Xor => a ^ b,
        _ => throw new ArgumentException($"{function} is not defined on integers"),
    };

    /// <summary>One place at a time, up to more places than any integer has.</summary>
    private static Scalar Shift(bool isLeft, Scalar bits, long places)
    {
        for (var place = 0; place < (places is < 0 or > 64 ? 64 : places); place++)
            bits = Scalar.Of(bits.DType, isLeft ? bits.AsInt64 << 1 : bits.AsInt64 >> 1);
        return bits;
    }

    private static bool Compare(BinaryFunction function, Scalar a, Scalar b)
    {
        if (!a.DType.IsFloat()) return Holds(function, a.AsInt64.CompareTo(b.AsInt64));
        var (x, y) = (a.AsDouble, b.AsDouble);
        return double.IsNaN(x) || double.IsNaN(y) ? function == BinaryFunction.NotEqual : Holds(function, x.CompareTo(y));
    }

    private static bool Holds(BinaryFunction function, int order) => function switch
    {
        BinaryFunction.Less => order < 0,
        BinaryFunction.LessOrEqual => order <= 0,
        BinaryFunction.Equal => order == 0,
        _ => order != 0,
    };

    /// <summary>1 − erf x where that is known well enough, beyond it the asymptotic series (Abramowitz and Stegun 7.1.23).</summary>
    private static double Erfc(double x)
    {
        if (x < 5) return 1 - Erf(x);
        var (term, sum) = (1.0, 1.0);
        for (var n = 1; n <= 12; n++) sum += term *= -(2 * n - 1) / (2 * x * x);
        return Math.Exp(-x * x) * sum / (x * Math.Sqrt(Math.PI));
    }

    /// <summary>2/√π ∫₀ˣ e^(−t²) dt by Simpson's rule; with steps below 0.01 the error is far below float32's.</summary>
    private static double Erf(double x)
    {
        if (double.IsNaN(x)) return x;
        if (Math.Abs(x) > 6) return Math.Sign(x);
        const int intervals = 1200;
        var (step, sum) = (x / intervals, 0.0);
        for (var i = 0; i <= intervals; i++)
            sum += Math.Exp(-step * i * (step * i)) * (i is 0 or intervals ? 1 : i % 2 == 0 ? 2 : 4);
        return 2 / Math.Sqrt(Math.PI) * sum * step / 3;
    }
}
