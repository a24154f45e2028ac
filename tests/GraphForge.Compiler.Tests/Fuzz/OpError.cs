using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Compiler.Ops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Fuzz;

/// <summary>The error of one op's result, from the errors of its operands.</summary>
/// <param name="node">The op applied.</param>
/// <param name="operands">Values of its operands.</param>
/// <param name="value">Its value.</param>
/// <param name="errors">Errors of its operands.</param>
internal sealed class OpError(Node node, Literal[] operands, Literal value, double[] errors)
{
    private readonly RoundingBound.Facts[] _facts = operands.Select(RoundingBound.Facts.Of).ToArray();
    private readonly RoundingBound.Facts _result = RoundingBound.Facts.Of(value);

    private bool IsFloat => value.Type.DType.IsFloat();

    /// <summary>Rounding of one operation, several units in the last place of a result of magnitude 1.</summary>
    private double Unit => value.Type.DType == DType.Float64 ? 1e-15 : 2.4e-7;

    /// <summary>Error of a transcendental function, relative to its result.</summary>
    private double FunctionUnit => value.Type.DType == DType.Float64 ? 1e-13 : 6e-7;

    public double Bound() => node.Op switch
    {
        Leaf or Iota or DimSize or RandomUniform => 0,
        MovementOp or Concat or Identity or StopGradient or Negate or Absolute => errors.Max(),
        Minimum or Maximum or ReduceMaximum or ReduceMinimum or WindowMaximum or WindowMinimum => errors.Max(),
        Select or WindowGather or Gather or GatherElements => errors.Max(),
        ScatterElements { Function: not ReduceFunction.Sum } => errors.Max(),
        Scan scan => Steps(scan),
        Cast => Conversion(),
        Less or LessOrEqual or Equal or NotEqual => Apart(i => operands[0][i].AsDouble - operands[1][i].AsDouble, errors.Sum()),
        Sign => Apart(i => operands[0][i].AsDouble, errors[0]),
        Floor or Ceiling => Apart(i => operands[0][i].AsDouble is var x && x == Math.Round(x) ? 0 : x - Math.Round(x), errors[0]),
        Round => Apart(i => operands[0][i].AsDouble is var x ? Math.Abs(x - Math.Floor(x) - 0.5) : 0, errors[0]),
        ArgSort or ArgMaximum or ArgMinimum or WindowArgMaximum or WindowArgMinimum => errors[0] == 0 ? 0 : double.PositiveInfinity,
        _ when !IsFloat => 0,
        Add or Subtract => errors.Sum() + Rounding(0, 1),
        Multiply => Products(1),
        Contraction c => Products(Summed(c)),
        Convolution => Products(operands[1].Count / Math.Max(1, operands[1].Type.Shape[0].Value)),
        ConvolutionInputGradient or ConvolutionWeightGradient => Products(operands.Max(o => o.Count)),
        Sum or WindowSum or WindowSpread or WindowScatter or ScatterAdd or ScatterElements => Sums(),
        Product => Combined() * (errors[0] * Math.Pow(Math.Max(1, _facts[0].Largest), Combined() - 1) + Unit * _result.Largest),
        _ => Function(),
    };

    /// <summary>
    /// A step is a mean of carry and element, or a derivative of that: what it adds to an error is at most a product of operands.
    /// </summary>
    private double Steps(Scan scan)
    {
        var largest = 1 + _result.Largest + _facts.Max(f => double.IsFinite(f.Largest) ? f.Largest : 0);
        return (scan.Length.Value + 1) * largest * largest * (errors.Sum() + FunctionUnit);
    }

    private double Function() => node.Op switch
    {
        Divide => Quotient(),
        Remainder => errors.Any(e => e > 0) ? double.PositiveInfinity : Unit * (_facts[0].Largest + _facts[1].Largest),
        Exp => (Math.Exp(errors[0]) - 1 + FunctionUnit) * _result.Largest,
        Log => errors[0] / Margin(_facts[0].Smallest, errors[0]) + FunctionUnit * Math.Max(1, _result.Largest),
        Log2 => 1.5 * errors[0] / Margin(_facts[0].Smallest, errors[0]) + FunctionUnit * Math.Max(1, _result.Largest),
        Sqrt => errors[0] == 0 ? Unit * _result.Largest : errors[0] / Math.Sqrt(Margin(_facts[0].Smallest, errors[0])) + Unit * _result.Largest,
        Sin or Cos => errors[0] + FunctionUnit * Math.Max(1, _facts[0].Largest),
        Tanh or Erf or Erfc => 1.2 * errors[0] + 2 * FunctionUnit,
        Sigmoid or Softplus or Atan or Asinh => errors[0] + FunctionUnit * Math.Max(1, _result.Largest),
        Expm1 or Sinh or Cosh => (Math.Exp(errors[0]) - 1 + FunctionUnit) * (_result.Largest + 1),
        Log1p => errors[0] / Margin(Least(x => 1 + x), errors[0]) + FunctionUnit * Math.Max(1, _result.Largest),
        Tan => errors[0] * (1 + Math.Pow(_result.Largest + errors[0], 2)) * 1.1 + FunctionUnit * Math.Max(1, _result.Largest),
        Asin or Acos => errors[0] / Math.Sqrt(Margin(Least(x => 1 - x * x), 2 * errors[0])) + 4 * FunctionUnit,
        Acosh => errors[0] / Math.Sqrt(Margin(Least(x => x * x - 1), 4 * errors[0] * _facts[0].Largest)) + FunctionUnit * Math.Max(1, _result.Largest),
        Atan2 => errors.Sum() / Margin(Math.Max(_facts[0].Smallest, _facts[1].Smallest), errors.Max()) + 4 * FunctionUnit,
        Power => Powers(),
        _ => throw new ArgumentException($"the error of {node.Op} is not known"),
    };

    /// <summary>Zero where no element is within its error of a jump at 0; an exact 0 is none.</summary>
    private double Apart(Func<int, double> distance, double error)
    {
        if (error == 0) return 0;
        for (var i = 0; i < operands[0].Count; i++)
            if (Math.Abs(distance(i)) <= 2 * error) return double.PositiveInfinity;
        return 0;
    }

    private static double Margin(double smallest, double error) => smallest > 2 * error ? smallest - error : 0;

    /// <summary>Smallest value of a function of the operand's elements; infinite where there are none.</summary>
    private double Least(Func<double, double> function) =>
        Enumerable.Range(0, operands[0].Count).Select(i => function(operands[0][i].AsDouble)).DefaultIfEmpty(double.PositiveInfinity).Min();

    private double Quotient() => Margin(_facts[1].Smallest, errors[1]) is var divisor and > 0
        ? (errors[0] + _result.Largest * errors[1]) / divisor + Unit * _result.Largest
        : double.PositiveInfinity;

    private double Powers()
    {
        var (x, exponent) = (_facts[0], _facts[1]);
        if (errors.All(e => e == 0)) return FunctionUnit * _result.Largest * 4;
        var isPositive = Enumerable.Range(0, operands[0].Count).All(i => operands[0][i].AsDouble > 2 * errors[0]);
        if (!isPositive) return double.PositiveInfinity;
        var logarithm = Math.Max(Math.Abs(Math.Log(x.Smallest)), Math.Abs(Math.Log(x.Largest)));
        return _result.Largest * (exponent.Largest * errors[0] / (x.Smallest - errors[0]) + logarithm * errors[1] + 4 * FunctionUnit);
    }

    private double Conversion()
    {
        var from = operands[0].Type.DType;
        if (IsFloat) return errors[0] + (from is DType.Float32 || _facts[0].Largest < 1 << 24 && !from.IsFloat() ? 0 : Unit * _result.Largest);
        if (!from.IsFloat()) return 0;
        var limit = value.Type.DType == DType.UInt8 ? 255 : 1e9;
        if (value.Type.DType == DType.Bool) return Apart(i => operands[0][i].AsDouble, errors[0]);
        for (var i = 0; i < operands[0].Count; i++)
            if (operands[0][i].AsDouble is var x && (x > limit || x < (limit == 255 ? 0 : -limit))) return double.PositiveInfinity;
        return Apart(i => operands[0][i].AsDouble is var x ? x - Math.Round(x) : 0, errors[0]);
    }

    private double Combined() => Math.Max(1, operands[0].Count / (double)Math.Max(1, value.Count));

    private double Sums()
    {
        var terms = node.Op switch
        {
            Sum => Combined(),
            WindowSum s => s.Geometry.Positions,
            WindowSpread s => s.Geometry.Positions,
            WindowScatter s => s.Geometry.Positions,
            _ => Math.Max(1, operands[0].Count),
        };
        var addend = node.Op is ScatterAdd or ScatterElements ? 1 : 0;
        return terms * errors[addend] + Rounding(addend, terms);
    }

    private double Rounding(int addend, double terms)
    {
        var largest = node.Op is Add or Subtract ? _facts[0].Largest + _facts[1].Largest : _facts[addend].Largest;
        var bits = operands.Where(o => o.Type.DType.IsFloat()).Max(FractionBits);
        return IsExact(bits, terms * largest) ? 0 : Accumulated(terms) * largest;
    }

    /// <summary>Rounding of a sum of terms up to 1, added one by one in a lane: the partial sums grow, and so do their errors.</summary>
    private double Accumulated(double terms) => Unit * terms * (1 + Math.Sqrt(terms) / 16);

    private double Products(double terms)
    {
        var (a, b) = (_facts[0].Largest, _facts[1].Largest);
        var propagated = terms * (a * errors[1] + b * errors[0] + errors[0] * errors[1]);
        return propagated + (IsExact(operands.Sum(FractionBits), terms * a * b) ? 0 : Accumulated(terms) * a * b);
    }

    /// <summary>Whether sums up to <paramref name="total"/> of multiples of 2^-<paramref name="fraction"/> fit the significand.</summary>
    private bool IsExact(int fraction, double total) =>
        errors.All(e => e == 0) && fraction + Math.Log2(Math.Max(1, total)) < (value.Type.DType == DType.Float64 ? 52 : 23);

    /// <summary>Fewest binary digits after the point that all elements fit in; many if more than 12.</summary>
    private static int FractionBits(Literal literal)
    {
        var bits = 0;
        for (var i = 0; i < literal.Count; i++)
            while (bits <= 12 && Math.ScaleB(literal[i].AsDouble, bits) is var x && x != Math.Round(x)) bits++;
        return bits <= 12 ? bits : 1000;
    }

    private double Summed(Contraction contraction)
    {
        var (labels, shape) = (contraction.Left, operands[0].Type.Shape);
        double product = 1;
        for (var i = 0; i < labels.Count; i++)
            if (!contraction.Output.Contains(labels[i])) product *= shape[i].Value;
        return Math.Max(1, product);
    }
}
