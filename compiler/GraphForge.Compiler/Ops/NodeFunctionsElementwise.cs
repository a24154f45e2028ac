using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Ops;

/// <summary>Elementwise functions of a node; each builds one primitive unless it says otherwise.</summary>
public static class NodeFunctionsElementwise
{
    extension(Node x)
    {
        public Node Negate() => -x;

        public Node Absolute() => Node.Of(new Absolute(), x);

        public Node Sign() => Node.Of(new Sign(), x);

        public Node Exp() => Node.Of(new Exp(), x);

        public Node Log() => Node.Of(new Log(), x);

        public Node Sqrt() => Node.Of(new Sqrt(), x);

        public Node Sin() => Node.Of(new Sin(), x);

        public Node Cos() => Node.Of(new Cos(), x);

        public Node Tanh() => Node.Of(new Tanh(), x);

        public Node Erf() => Node.Of(new Erf(), x);

        /// <inheritdoc cref="Ops.Erfc"/>
        public Node Erfc() => Node.Of(new Erfc(), x);

        /// <inheritdoc cref="Ops.Expm1"/>
        public Node Expm1() => Node.Of(new Expm1(), x);

        /// <inheritdoc cref="Ops.Log1p"/>
        public Node Log1p() => Node.Of(new Log1p(), x);

        /// <inheritdoc cref="Ops.Log2"/>
        public Node Log2() => Node.Of(new Log2(), x);

        /// <inheritdoc cref="Ops.Sigmoid"/>
        public Node Sigmoid() => Node.Of(new Sigmoid(), x);

        /// <inheritdoc cref="Ops.Softplus"/>
        public Node Softplus() => Node.Of(new Softplus(), x);

        public Node Tan() => Node.Of(new Tan(), x);

        public Node Asin() => Node.Of(new Asin(), x);

        public Node Acos() => Node.Of(new Acos(), x);

        public Node Atan() => Node.Of(new Atan(), x);

        public Node Sinh() => Node.Of(new Sinh(), x);

        public Node Cosh() => Node.Of(new Cosh(), x);

        public Node Asinh() => Node.Of(new Asinh(), x);

        public Node Acosh() => Node.Of(new Acosh(), x);

        public Node Floor() => Node.Of(new Floor(), x);

        public Node Ceiling() => Node.Of(new Ceiling(), x);

        /// <inheritdoc cref="Ops.Round"/>
        public Node Round() => Node.Of(new Round(), x);

        /// <inheritdoc cref="Ops.Cast"/>
        public Node Cast(DType type) => type == x.Type.DType ? x : Node.Of(new Cast(type), x);

        /// <summary>The operand in the type it is computed with: float32 in place of a float of 16 bits.</summary>
        public Node Widened() => x.Cast(x.Type.DType.Arithmetic());

        /// <summary>
        /// <paramref name="function"/> in the type the operand is computed with, its result rounded to the operand's type: for
        /// functions of several ops, each of which would else round to 16 bits.
        /// </summary>
        public Node RoundedOnce(Func<Node, Node> function) => function(x.Widened()).Cast(x.Type.DType);

        /// <inheritdoc cref="Ops.StopGradient"/>
        public Node StopGradient() => Node.Of(new StopGradient(), x);

        public Node ZerosLike() => Nodes.Full(x.Shape, x.Type.DType, 0);

        public Node OnesLike() => Nodes.Full(x.Shape, x.Type.DType, 1);

        /// <summary>x · x.</summary>
        public Node Square() => x * x;

        /// <summary>1 / x.</summary>
        public Node Reciprocal() => 1 / x;

        /// <summary>1 / √x.</summary>
        public Node Rsqrt() => 1 / x.Sqrt();

        /// <summary>max(x, 0), with derivative 0 at 0; NaN stays NaN. A select, since a maximum would split the tie at 0.</summary>
        public Node Relu() => Nodes.Select(x.LessOrEqual(0), x.ZerosLike(), x);

        /// <summary>x · Φ(x) with the normal distribution function Φ(x) = ½(1 + erf(x/√2)), exact.</summary>
        public Node Gelu() => x.RoundedOnce(wide => wide * (((wide * Math.Sqrt(0.5)).Erf() + 1) * 0.5));
    }
}
