using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Loops;

/// <summary>Runs the scalar definition of one op on operands in memory.</summary>
public static class Lowering
{
    /// <summary>The value of <paramref name="node"/> by <see cref="Op.Lower"/>, each element interpreted.</summary>
    public static Literal Interpret(Node node, IReadOnlyList<Literal> operands)
    {
        var reader = new BufferReader(operands);
        var dims = node.Shape.Values;
        var variables = dims.Select((extent, axis) => new LoopVar($"i{axis}", extent)).ToArray();
        var expr = node.Op.Lower(node, reader, Array.ConvertAll(variables, v => (IndexExpr)v));
        if (expr.Type != node.Type.DType.Arithmetic()) throw new InvalidOperationException($"{node} lowers to {expr.Type}: {expr}");
        var interpreter = new ExprInterpreter(reader.Contents);
        var result = new Literal(node.Type);
        for (var i = 0; i < result.Count; i++)
        {
            var index = RowMajor.Unravel(i, dims);
            for (var axis = 0; axis < dims.Length; axis++) interpreter.Set(variables[axis], index[axis]);
            result[i] = interpreter.Evaluate(expr);
        }
        return result;
    }

    /// <summary>Reads operands from dense row-major buffers.</summary>
    public sealed class BufferReader(IReadOnlyList<Literal> operands) : OperandReader
    {
        private readonly LoopBuffer[] _buffers =
            [.. operands.Select((o, i) => new LoopBuffer($"x{i}", o.Type.DType, o.Count))];

        public IReadOnlyDictionary<LoopBuffer, Literal> Contents =>
            _buffers.Zip(operands).ToDictionary(p => p.First, p => p.Second);

        public override Expr Read(int operand, params ReadOnlySpan<IndexExpr> index)
        {
            var shape = operands[operand].Type.Shape;
            if (index.Length != shape.Rank)
                throw new InvalidOperationException($"operand {operand} of {shape} was read with {index.Length} indices");
            return new LoadExpr(_buffers[operand], IndexExpr.Linear(index, shape.Strides()));
        }
    }
}
