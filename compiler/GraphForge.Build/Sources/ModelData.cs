using System.Security.Cryptography;
using GraphForge.Compiler.Graph;
using GraphForge.Runtime;
using GraphForge.Runtime.Artifacts;
using GraphForge.Runtime.Serialization;
using GraphForge.Saving;

namespace GraphForge.Build.Sources;

/// <summary>The data of a model: its states, and constants that are too large for source text, as one safetensors file.</summary>
internal sealed class ModelData
{
    /// <summary>Larger constants are data, not text.</summary>
    private const int MaxTextBytes = 64;

    private readonly Dictionary<string, long> _offsets;

    /// <param name="states">All states.</param>
    /// <param name="plans">Whose constants are meant.</param>
    /// <param name="where">The model.</param>
    /// <exception cref="BuildException">The file would not fit an assembly.</exception>
    public ModelData(IReadOnlyList<SavedState> states, IEnumerable<ExecutionPlan> plans, SourceLocation where)
    {
        var constants = plans.SelectMany(Constants).Where(c => !IsText(c)).DistinctBy(NameOf);
        SafetensorsTensor[] tensors =
        [
            .. states.Select(s => SafetensorsTensor.Of(s.Description.Name, s.Buffer)),
            .. constants.Select(c => new SafetensorsTensor(NameOf(c), DType.UInt8, [c.Length], stream => stream.Write(c))),
        ];
        if (tensors.Sum(t => (decimal)t.Bytes) > Array.MaxLength / 2)
            throw new BuildException(BuildError.TooLarge,
                $"the model's {tensors.Sum(t => (decimal)t.Bytes):N0} bytes of weights are more than fit an assembly; mark it with AsArtifact = true, and ship the artifact.", where);
        Bytes = Written(tensors);
        _offsets = Offsets(Bytes);
    }

    /// <summary>The file.</summary>
    public byte[] Bytes { get; }

    /// <summary>Whether a constant is written as source text.</summary>
    public static bool IsText(byte[] constant) => constant.Length <= MaxTextBytes;

    /// <summary>Where the bytes of a state begin.</summary>
    public long OffsetOf(ArtifactState state) => _offsets[state.Name];

    /// <summary>Where the bytes of a constant begin.</summary>
    public long OffsetOf(byte[] constant) => _offsets[NameOf(constant)];

    private static IEnumerable<byte[]> Constants(ExecutionPlan plan) =>
        plan.Preparation is { } preparation ? plan.Constants.Concat(preparation.Constants) : plan.Constants;

    private static string NameOf(byte[] constant) => "constant." + Convert.ToHexStringLower(SHA256.HashData(constant))[..16];

    private static byte[] Written(SafetensorsTensor[] tensors)
    {
        using var stream = new MemoryStream();
        SafetensorsWriter.Write(stream, tensors, metadata: null);
        return stream.ToArray();
    }

    private static Dictionary<string, long> Offsets(byte[] file)
    {
        var data = SafetensorsHeader.LengthBytes + (int)BitConverter.ToUInt64(file);
        var header = SafetensorsHeader.Parse(file.AsSpan(SafetensorsHeader.LengthBytes..data), file.Length - data);
        return header.Entries.ToDictionary(e => e.Key, e => data + e.Value.Begin);
    }
}
