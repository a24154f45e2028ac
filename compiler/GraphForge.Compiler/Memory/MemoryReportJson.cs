using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using GraphForge.Compiler.Graph;

namespace GraphForge.Compiler.Memory;

/// <summary>Writes a report field by field, so that neither reflection nor a serialiser is needed.</summary>
internal static class MemoryReportJson
{
    private static readonly JsonWriterOptions Format = new()
    {
        Indented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static string Write(MemoryReport report)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, Format))
        {
            json.WriteStartObject();
            json.WriteString("program", report.Program);
            WriteSizes(json, report);
            WriteTimeline(json, report);
            WriteTensors(json, "largestAtPeak", report.LargestAtPeak);
            WriteTensors(json, "tensors", report.Tensors);
            WriteChoices(json, report.Choices);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    private static void WriteSizes(Utf8JsonWriter json, MemoryReport report)
    {
        json.WriteNumber("peakBytes", report.TotalBytes);
        json.WriteNumber("keptBytes", report.KeptBytes);
        json.WriteNumber("floorBytes", report.FloorBytes);
        json.WriteStartObject("eachCaller");
        json.WriteNumber("arenaBytes", report.ArenaBytes);
        json.WriteNumber("inputBytes", report.InputBytes);
        json.WriteNumber("scratchBytes", report.ScratchBytes);
        json.WriteNumber("workers", report.Workers);
        json.WriteEndObject();
        json.WriteNumber("hostBytes", report.HostBytes);
        json.WriteStartObject("shared");
        json.WriteNumber("parameterBytes", report.ParameterBytes);
        json.WriteNumber("optimizerBytes", report.OptimizerBytes);
        json.WriteNumber("constantBytes", report.ConstantBytes);
        json.WriteNumber("preparedBytes", report.PreparedBytes);
        json.WriteNumber("stagingBytes", report.StagingBytes);
        json.WriteEndObject();
        json.WriteNumber("lowerBoundBytes", report.LowerBound);
        json.WriteNumber("arenaToLowerBound", report.Ratio);
    }

    private static void WriteTimeline(Utf8JsonWriter json, MemoryReport report)
    {
        json.WriteNumber("peakStep", report.PeakPosition);
        json.WriteStartArray("timeline");
        foreach (var step in report.Timeline)
        {
            json.WriteStartObject();
            json.WriteString("name", step.Name);
            json.WriteNumber("liveBytes", step.LiveBytes);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteTensors(Utf8JsonWriter json, string name, IReadOnlyList<PlannedTensor> tensors)
    {
        json.WriteStartArray(name);
        foreach (var tensor in tensors)
        {
            json.WriteStartObject();
            json.WriteString("name", tensor.Name);
            json.WriteString("role", tensor.Role.ToString().ToLowerInvariant());
            json.WriteString("dtype", tensor.Type?.ToString().ToLowerInvariant());
            json.WriteStartArray("shape");
            foreach (var extent in tensor.Dims) json.WriteNumberValue(extent);
            json.WriteEndArray();
            json.WriteNumber("sizeBytes", tensor.Bytes);
            json.WriteNumber("offsetBytes", tensor.Offset);
            json.WriteNumber("firstStep", tensor.FirstStep);
            json.WriteNumber("lastStep", tensor.LastStep);
            if (tensor.InPlaceOf is { } donor) json.WriteNumber("inPlaceOf", donor);
            WriteSource(json, tensor.Source);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteChoices(Utf8JsonWriter json, IReadOnlyList<MemoryChoice> choices)
    {
        json.WriteStartArray("choices");
        foreach (var choice in choices)
        {
            json.WriteStartObject();
            json.WriteString("kind", Kind(choice.Kind));
            json.WriteString("name", choice.Name);
            json.WriteNumber("savedBytes", choice.BytesSaved);
            json.WriteNumber("modelledMilliseconds", choice.ModelledMilliseconds);
            WriteSource(json, choice.Source);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static string Kind(MemoryChoiceKind kind) => kind switch
    {
        MemoryChoiceKind.Recompute => "recompute",
        MemoryChoiceKind.MicroBatch => "microBatch",
        _ => "offload",
    };

    private static void WriteSource(Utf8JsonWriter json, SourceLocation source)
    {
        if (!source.IsKnown) return;
        json.WriteStartObject("source");
        json.WriteString("file", source.File);
        json.WriteNumber("line", source.Line);
        json.WriteEndObject();
    }
}
