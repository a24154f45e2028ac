using GraphForge.Compiler.Graph;

namespace GraphForge.Compiler.Ops;

/// <summary>
/// Arithmetic, comparison and logic between nodes of one element type, broadcasting as NumPy does, and between a node and a
/// number, which takes the node's element type.
/// </summary>
public static class NodeOperators
{
    extension(Node)
    {
        public static Node operator +(Node left, Node right) => Broadcasting.Apply(new Add(), left, right);

        public static Node operator +(Node left, double right) => Broadcasting.Apply(new Add(), left, right);

        public static Node operator +(double left, Node right) => Broadcasting.Apply(new Add(), left, right);

        public static Node operator -(Node left, Node right) => Broadcasting.Apply(new Subtract(), left, right);

        public static Node operator -(Node left, double right) => Broadcasting.Apply(new Subtract(), left, right);

        public static Node operator -(double left, Node right) => Broadcasting.Apply(new Subtract(), left, right);

        public static Node operator *(Node left, Node right) => Broadcasting.Apply(new Multiply(), left, right);

        public static Node operator *(Node left, double right) => Broadcasting.Apply(new Multiply(), left, right);

        public static Node operator *(double left, Node right) => Broadcasting.Apply(new Multiply(), left, right);

        public static Node operator /(Node left, Node right) => Broadcasting.Apply(new Divide(), left, right);

        public static Node operator /(Node left, double right) => Broadcasting.Apply(new Divide(), left, right);

        public static Node operator /(double left, Node right) => Broadcasting.Apply(new Divide(), left, right);

        /// <inheritdoc cref="Remainder"/>
        public static Node operator %(Node left, Node right) => Broadcasting.Apply(new Remainder(), left, right);

        /// <inheritdoc cref="Remainder"/>
        public static Node operator %(Node left, double right) => Broadcasting.Apply(new Remainder(), left, right);

        public static Node operator -(Node operand) => Node.Of(new Negate(), operand);

        public static Node operator !(Node operand) => Node.Of(new Not(), operand);

        /// <inheritdoc cref="Not"/>
        public static Node operator ~(Node operand) => Node.Of(new Not(), operand);

        public static Node operator &(Node left, Node right) => Broadcasting.Apply(new And(), left, right);

        public static Node operator |(Node left, Node right) => Broadcasting.Apply(new Or(), left, right);

        public static Node operator ^(Node left, Node right) => Broadcasting.Apply(new Xor(), left, right);

        /// <inheritdoc cref="Ops.ShiftLeft"/>
        public static Node operator <<(Node left, Node right) => Broadcasting.Apply(new ShiftLeft(), left, right);

        /// <inheritdoc cref="Ops.ShiftRight"/>
        public static Node operator >>(Node left, Node right) => Broadcasting.Apply(new ShiftRight(), left, right);
    }

    extension(Node left)
    {
        public Node Less(Node right) => Broadcasting.Apply(new Less(), left, right);

        public Node Less(double right) => Broadcasting.Apply(new Less(), left, right);

        public Node LessOrEqual(Node right) => Broadcasting.Apply(new LessOrEqual(), left, right);

        public Node LessOrEqual(double right) => Broadcasting.Apply(new LessOrEqual(), left, right);

        public Node Greater(Node right) => Broadcasting.Apply(new Less(), right, left);

        public Node Greater(double right) => Broadcasting.Apply(new Less(), right, left);

        public Node GreaterOrEqual(Node right) => Broadcasting.Apply(new LessOrEqual(), right, left);

        public Node GreaterOrEqual(double right) => Broadcasting.Apply(new LessOrEqual(), right, left);

        public Node EqualTo(Node right) => Broadcasting.Apply(new Equal(), left, right);

        public Node EqualTo(double right) => Broadcasting.Apply(new Equal(), left, right);

        public Node NotEqualTo(Node right) => Broadcasting.Apply(new NotEqual(), left, right);

        public Node NotEqualTo(double right) => Broadcasting.Apply(new NotEqual(), left, right);

        /// <inheritdoc cref="Ops.Power"/>
        public Node Power(Node right) => Broadcasting.Apply(new Power(), left, right);

        /// <inheritdoc cref="Ops.Power"/>
        public Node Power(double right) => Broadcasting.Apply(new Power(), left, right);

        /// <inheritdoc cref="Ops.Atan2"/>
        public Node Atan2(Node right) => Broadcasting.Apply(new Atan2(), left, right);

        /// <inheritdoc cref="ExtremumOp"/>
        public Node Minimum(Node right) => Broadcasting.Apply(new Minimum(), left, right);

        /// <inheritdoc cref="ExtremumOp"/>
        public Node Minimum(double right) => Broadcasting.Apply(new Minimum(), left, right);

        /// <inheritdoc cref="ExtremumOp"/>
        public Node Maximum(Node right) => Broadcasting.Apply(new Maximum(), left, right);

        /// <inheritdoc cref="ExtremumOp"/>
        public Node Maximum(double right) => Broadcasting.Apply(new Maximum(), left, right);
    }
}
