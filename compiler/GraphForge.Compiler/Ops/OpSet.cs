namespace GraphForge.Compiler.Ops;

/// <summary>The primitives.</summary>
public static class OpSet
{
    /// <summary>The record type of every op, by family.</summary>
    public static IReadOnlyList<Type> All { get; } =
    [
        // Leaves
        typeof(Input),
        typeof(State),
        typeof(BodyParameter),
        typeof(Constant),
        typeof(DimSize),
        typeof(Iota),
        typeof(Identity),
        typeof(RandomUniform),

        // Elementwise
        typeof(Negate),
        typeof(Absolute),
        typeof(Sign),
        typeof(Exp),
        typeof(Log),
        typeof(Sqrt),
        typeof(Sin),
        typeof(Cos),
        typeof(Tanh),
        typeof(Erf),
        typeof(Erfc),
        typeof(Expm1),
        typeof(Log1p),
        typeof(Log2),
        typeof(Sigmoid),
        typeof(Softplus),
        typeof(Tan),
        typeof(Asin),
        typeof(Acos),
        typeof(Atan),
        typeof(Sinh),
        typeof(Cosh),
        typeof(Asinh),
        typeof(Acosh),
        typeof(Floor),
        typeof(Ceiling),
        typeof(Round),
        typeof(Not),
        typeof(Add),
        typeof(Subtract),
        typeof(Multiply),
        typeof(Divide),
        typeof(Remainder),
        typeof(Power),
        typeof(Atan2),
        typeof(Minimum),
        typeof(Maximum),
        typeof(And),
        typeof(Or),
        typeof(Xor),
        typeof(ShiftLeft),
        typeof(ShiftRight),
        typeof(Less),
        typeof(LessOrEqual),
        typeof(Equal),
        typeof(NotEqual),
        typeof(Select),
        typeof(Cast),
        typeof(StopGradient),

        // Movement
        typeof(Reshape),
        typeof(Permute),
        typeof(Expand),
        typeof(Slice),
        typeof(Pad),
        typeof(Flip),
        typeof(SlidingWindows),
        typeof(Concat),
        typeof(Gather),
        typeof(GatherElements),

        // Reductions
        typeof(Sum),
        typeof(Product),
        typeof(ReduceMaximum),
        typeof(ReduceMinimum),
        typeof(ArgMaximum),
        typeof(ArgMinimum),
        typeof(ArgSort),
        typeof(ScatterAdd),
        typeof(ScatterElements),
        typeof(Contraction),

        // Windows
        typeof(Convolution),
        typeof(ConvolutionInputGradient),
        typeof(ConvolutionWeightGradient),
        typeof(WindowSum),
        typeof(WindowSpread),
        typeof(WindowMaximum),
        typeof(WindowMinimum),
        typeof(WindowArgMaximum),
        typeof(WindowArgMinimum),
        typeof(WindowGather),
        typeof(WindowScatter),

        // Loops and branches
        typeof(Scan),
        typeof(Cond),
        typeof(While),

        // Kernels
        typeof(Fused),
    ];
}
