using System.Text;

namespace GraphForge.Runtime.Artifacts;

/// <summary>Reads the plan of a variant as data: it is consistent, and the one the manifest describes.</summary>
internal static class PlanReading
{
    /// <exception cref="ArtifactException">The plan is malformed or does not fit the manifest.</exception>
    public static ExecutionPlan Read(ArtifactFile file, ArtifactFunction function, ArtifactBinding binding, ProgramVariant variant)
    {
        var plan = Read(file, variant.Plan);
        PlanChecks.Verify(plan, function, binding, variant, file);
        return plan;
    }

    private static ExecutionPlan Read(ArtifactFile file, string entry)
    {
        var bytes = file.Read(entry);
        try
        {
            using var reader = new BinaryReader(new MemoryStream(bytes, writable: false), Encoding.UTF8);
            var plan = PlanFormat.Read(reader);
            if (reader.BaseStream.Position != bytes.Length) throw file.Memory.Malformed($"'{entry}' goes on behind its plan.");
            PlanVerifier.Verify(plan);
            return plan;
        }
        catch (Exception e) when (e is EndOfStreamException or InvalidPlanException or FormatException or ArgumentException or OverflowException)
        {
            throw file.Memory.Malformed($"'{entry}' is no plan that can run: {e.Message}", e);
        }
    }
}
