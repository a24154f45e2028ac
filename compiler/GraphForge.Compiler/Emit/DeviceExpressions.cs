using GraphForge.Compiler.Emit.Targets;
using GraphForge.Compiler.Loops;

namespace GraphForge.Compiler.Emit;

/// <summary>Writes expressions of a device's kernel: buffers are views, indices int where none is larger.</summary>
internal sealed class DeviceExpressions(CodeWriter writer, KernelLocals locals, bool hasShortIndices) : ScalarExpressions(writer, locals, IlgpuScalars.Instance)
{
    protected override bool HasShortIndices => hasShortIndices;

    public override string Element(LoopBuffer buffer, IndexExpr index)
    {
        var (view, hoisted, rest) = Locals.Place(buffer, index, Innermost);
        var isHoisted = hoisted is not null;
        return isHoisted && rest.IsConstant && rest.Constant == 0 ? $"{view}[{hoisted}]" : $"{view}[{(isHoisted ? $"{hoisted} + " : "")}{Index(rest)}]";
    }

    protected override string OtherText(Expr expr) => expr is PackedExpr word
        ? $"TensorCores.{(word.Element == Runtime.DType.Float32 ? "Word" : $"{word.Element}Word")}({string.Join(", ", word.Operands.Select(ScalarValue))})"
        : base.OtherText(expr);

    protected override string DataIndex(string value, long extent) =>
        hasShortIndices ? $"(int){base.DataIndex(value, extent)}" : base.DataIndex(value, extent);
}
