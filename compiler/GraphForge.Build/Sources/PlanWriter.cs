using System.Text.Encodings.Web;
using System.Text.Json;
using GraphForge.Compiler.Emit;
using GraphForge.Runtime;
using GraphForge.Saving;

namespace GraphForge.Build.Sources;

/// <summary>Writes a plan as the C# that makes it.</summary>
internal sealed class PlanWriter
{
    private readonly CodeWriter _writer = new();
    private readonly ModelData _data;

    private PlanWriter(ModelData data) => _data = data;

    /// <param name="variant">Whose plan it is.</param>
    /// <param name="containingNamespace">Where its kernels are.</param>
    /// <param name="states">The model's.</param>
    /// <param name="data">Holds large constants.</param>
    public static string Write(ModelVariant variant, string containingNamespace, IReadOnlyList<SavedState> states, ModelData data)
    {
        var writer = new PlanWriter(data);
        writer.WriteFile(variant, containingNamespace, states);
        return writer._writer.ToString();
    }

    /// <summary>A C# string literal; what JSON escapes, it escapes in a way that C# knows too.</summary>
    public static string Quoted(string text) => $"\"{JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";

    private void WriteFile(ModelVariant variant, string containingNamespace, IReadOnlyList<SavedState> states)
    {
        var (source, plan) = (variant.Source, variant.Source.Plan);
        var positions = source.States.Select(slot => states.Index().First(s => s.Item.Slots.Contains(slot)).Index);
        _writer.Line("using GraphForge.Runtime;");
        _writer.Line("using GraphForge.Runtime.Embedded;");
        _writer.Line($"using Code = {containingNamespace}.Kernels;");
        _writer.Line();
        _writer.Line($"namespace {containingNamespace};");
        _writer.Line();
        _writer.Line($"/// <summary>{plan.Steps.Count} steps over {plan.ArenaBytes:N0} bytes, with kernels for {variant.VectorBits}-bit vectors.</summary>");
        using var type = _writer.Open("internal sealed unsafe class Variant : EmbeddedVariant");
        _writer.Line($"public override int VectorBits => {variant.VectorBits};");
        _writer.Line();
        _writer.Line($"public override int[] States() => [{string.Join(", ", positions)}];");
        _writer.Line();
        WriteList("public override nint[] Kernels() =>", plan.KernelNames.Select(k => $"(nint)(delegate*<nint*, nint, int, int, void>)&Code.{k}"), ";");
        _writer.Line();
        WriteMethod("public override ExecutionPlan Plan", plan);
        if (plan.Preparation is not { } preparation) return;
        _writer.Line();
        WriteMethod("private static ExecutionPlan Preparation", preparation);
    }

    private void WriteMethod(string method, ExecutionPlan plan)
    {
        _writer.Line($"{method}(EmbeddedData data) => new(");
        _writer.Line($"    Name: {Quoted(plan.Name)}, ArenaBytes: {plan.ArenaBytes}, ScratchBytes: {plan.ScratchBytes},");
        WriteList("    KernelNames:", plan.KernelNames.Select(Quoted), ",");
        WriteList("    Buffers:", plan.Buffers.Select(Buffer), ",");
        WriteList("    Steps:", plan.Steps.Select(step => Step(step, plan)), ",");
        WriteList("    Constants:", plan.Constants.Select(Constant), ")");
        _writer.Line("{");
        if (plan.Loops.Count > 0) WriteList("    Loops =", plan.Loops.Select(Loop), ",");
        if (plan.Preparation is not null) _writer.Line("    Preparation = Preparation(data),");
        _writer.Line("};");
    }

    private void WriteList(string head, IEnumerable<string> items, string end)
    {
        var lines = items.ToArray();
        if (lines.Length == 0)
        {
            _writer.Line($"{head} []{end}");
            return;
        }
        var indent = head[..^head.TrimStart().Length];
        _writer.Line(head);
        _writer.Line(indent + "[");
        foreach (var line in lines) _writer.Line($"{indent}    {line},");
        _writer.Line($"{indent}]{end}");
    }

    private static string Buffer(PlanBuffer buffer) =>
        $"new({Quoted(buffer.Name)}, BufferKind.{buffer.Kind}, DType.{buffer.Type}, [{string.Join(", ", buffer.Dims)}], Bytes: {buffer.Bytes}, Offset: {buffer.Offset})";

    private static string Step(PlanStep step, ExecutionPlan plan)
    {
        var barrier = step.BarrierBefore ? "true" : "false";
        var name = plan.NameOf(step) != plan.KernelNames[step.Kernel] ? $"Name = {Quoted(step.Name)}, " : "";
        return $"new(Kernel: {step.Kernel}, [{string.Join(", ", step.Buffers)}], Tasks: {step.Tasks}, BarrierBefore: {barrier}) " +
            $"{{ {name}Writes = [{string.Join(", ", step.Writes)}] }}";
    }

    private static string Loop(PlanLoop loop)
    {
        var condition = loop.Condition is { } c ? $", new PlanCondition(Buffer: {c.Buffer}, Value: {(c.Value ? "true" : "false")})" : "";
        return $"new(FirstStep: {loop.FirstStep}, StepCount: {loop.StepCount}, Iterations: {loop.Iterations}{condition})";
    }

    private string Constant(byte[] bytes) =>
        ModelData.IsText(bytes) ? $"[{string.Join(", ", bytes)}]" : $"data.Constant({_data.OffsetOf(bytes)}, {bytes.Length})";
}
