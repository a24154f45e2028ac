using System.Globalization;
using System.Text;
using GraphForge.Compiler.Memory;
using GraphForge.Tool.Options;

namespace GraphForge.Tool.Inspection;

/// <summary>A report for people.</summary>
internal static class ReportText
{
    /// <summary>The maximum of an extent that has no bounds; only those that have some are shown with them.</summary>
    private const long NoMaximum = int.MaxValue;

    /// <param name="report">What to show.</param>
    /// <param name="withNames">Whether states and kernels are listed.</param>
    public static string Of(ArtifactReport report, bool withNames)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{report.File}: {report.Kind.ToString().ToLowerInvariant()} '{report.Name}', {MemoryReport.Text(report.Bytes)}\n");
        text.Append(CultureInfo.InvariantCulture, $"format {report.Format}, for GraphForge.Runtime {report.MinimumRuntime} and .NET {report.Framework} or newer\n");
        text.Append(Signature(report.Signature)).Append('\n');
        foreach (var (key, value) in report.Metadata) text.Append(CultureInfo.InvariantCulture, $"{key}: {value}\n");
        foreach (var function in report.Functions) Append(text, report, function, withNames);
        text.Append("\nparts, unpacked\n");
        foreach (var part in report.Parts) text.Append(CultureInfo.InvariantCulture, $"  {MemoryReport.Text(part.Bytes),10}  {part.Part}\n");
        text.Append(CultureInfo.InvariantCulture, $"  {report.States.Count} {(report.States.Count == 1 ? "state" : "states")}{(withNames ? ":\n" : "\n")}");
        if (withNames) foreach (var state in report.States) text.Append(CultureInfo.InvariantCulture, $"    {state}\n");
        return text.ToString();
    }

    private static string Signature(SignatureReport signature) => signature.State switch
    {
        SignatureState.None => "not signed",
        SignatureState.Holds => $"signed with the key of fingerprint {signature.Fingerprint}",
        _ => "signed, but the signature does not hold",
    };

    private static void Append(StringBuilder text, ArtifactReport report, FunctionReport function, bool withNames)
    {
        text.Append(CultureInfo.InvariantCulture, $"\n{function.Name}{(function.WritesStates ? ", changes states" : "")}\n");
        foreach (var input in function.Inputs) text.Append(CultureInfo.InvariantCulture, $"  takes {input}{Bounds(report, input)}\n");
        foreach (var output in function.Outputs) text.Append(CultureInfo.InvariantCulture, $"  gives {output}\n");
        foreach (var program in function.Programs)
        {
            var extents = Extents.Text(program.Extents.Select(e => (e.Key, e.Value)));
            text.Append(CultureInfo.InvariantCulture, $"  compiled{(extents.Length > 0 ? $" for {extents}" : "")}: {program.FloatOperations:#,0} float operations\n");
            foreach (var variant in program.Variants) Append(text, variant, withNames);
            foreach (var device in program.Devices) Append(text, device, withNames);
        }
    }

    private static void Append(StringBuilder text, VariantReport variant, bool withNames)
    {
        var memory = variant.Memory;
        var processor = variant.InstructionSets.Count == 0 ? "" : $" with {string.Join(", ", variant.InstructionSets)}";
        text.Append(CultureInfo.InvariantCulture, $"    {variant.VectorBits}-bit vectors{processor}: {Work(variant.Kernels, variant.Steps)}; arena {MemoryReport.Text(memory.Arena)}, ");
        text.Append(CultureInfo.InvariantCulture, $"{MemoryReport.Text(memory.Scratch)} a thread, {Kept(memory)}\n");
        if (withNames) Append(text, variant.Kernels);
    }

    private static void Append(StringBuilder text, DeviceReport device, bool withNames)
    {
        text.Append(CultureInfo.InvariantCulture, $"    {device.Device} device: {Work(device.Kernels, device.Steps)}; arena {MemoryReport.Text(device.Memory.Arena)}, {Kept(device.Memory)}{(device.Memory.Host == 0 ? "" : $", at the host {MemoryReport.Text(device.Memory.Host)}")}\n");
        if (withNames) Append(text, device.Kernels);
    }

    private static string Work(IReadOnlyList<string> kernels, int steps) =>
        $"{kernels.Count} {(kernels.Count == 1 ? "kernel" : "kernels")}, {steps} {(steps == 1 ? "step" : "steps")}";

    private static string Kept(MemoryPlanReport memory) =>
        $"constants {MemoryReport.Text(memory.Constants)}{(memory.Prepared == 0 ? "" : $", prepared values {MemoryReport.Text(memory.Prepared)}")}";

    private static void Append(StringBuilder text, IReadOnlyList<string> kernels)
    {
        foreach (var kernel in kernels) text.Append(CultureInfo.InvariantCulture, $"      {kernel}\n");
    }

    private static string Bounds(ArtifactReport report, TensorReport input)
    {
        var bounds = report.Symbols.Where(s => input.Dims.Contains(s.Name) && (s.Minimum != 1 || s.Maximum != NoMaximum)).Select(s => $"{s.Name} in {s.Minimum}..{s.Maximum}");
        return string.Join(", ", bounds) is { Length: > 0 } list ? $", {list}" : "";
    }
}
