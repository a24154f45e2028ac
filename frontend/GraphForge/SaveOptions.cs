using System.Globalization;
using GraphForge.Compiler.Graph;
using GraphForge.Runtime.Artifacts;
using GraphForge.Runtime.Device;

namespace GraphForge;

/// <summary>What a saved artifact holds besides the model.</summary>
public sealed record SaveOptions
{
    /// <summary>The model's name.</summary>
    public string Name { get; init; } = "model";

    /// <summary>Whatever is to be noted: a version, a licence, the names of classes.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// The extents to compile for, such as <c>[[("batch", 1)], [("batch", 64)]]</c>. By default those of an empty list where no
    /// extent is open, and else the batch alone: 1 for a model, the full batch for a training.
    /// </summary>
    public IReadOnlyList<IReadOnlyList<(string Symbol, long Extent)>> Bindings { get; init; } = [];

    /// <summary>The vector registers to compile for, in bits; where it is loaded, the widest that suit the processor are used.</summary>
    public IReadOnlyList<int> VectorBits
    {
        get;
        init => field = value.Count > 0 && value.All(bits => bits is 128 or 256 or 512) && value.Distinct().Count() == value.Count
            ? [.. value.Order()]
            : throw new GraphException(ErrorCode.BadAttribute,
                $"SaveOptions.{nameof(VectorBits)} are some of 128, 256 and 512, each once, but not [{string.Join(", ", value)}].");
    } = [128, 256, 512];

    /// <summary>
    /// Kinds of devices to compile for besides, such as GraphForge.Runtime.Ilgpu's <c>SavedDevice.Cuda</c>; such artifacts are read by
    /// runtimes that know format 2.
    /// </summary>
    public IReadOnlyList<DeviceTarget> Devices
    {
        get;
        init => field = value.Select(d => d.Name).Distinct().Count() == value.Count && value.All(d => d.Name.Length > 0 && d.Name.All(char.IsAsciiLetterLower))
            ? [.. value]
            : throw new GraphException(ErrorCode.BadAttribute,
                $"SaveOptions.{nameof(Devices)} have names of lower-case letters, each another one, but not [{string.Join(", ", value.Select(d => d.Name))}].");
    } = [];

    /// <summary>What an artifact holds: its name, its notes, the extents and the vector registers it was compiled for; not the devices.</summary>
    public static SaveOptions Of(ArtifactManifest manifest)
    {
        var bindings = manifest.Functions.SelectMany(f => f.Bindings).DistinctBy(b => b.ToString()).ToArray();
        var widths = bindings.SelectMany(b => b.Variants).Select(v => v.VectorBits).Distinct().ToArray();
        var options = new SaveOptions
        {
            Name = manifest.Name,
            Metadata = manifest.Metadata,
            Bindings = [.. bindings.Select(b => b.Extents.Select(e => (e.Key, e.Value)).ToArray())],
        };
        return widths.Length == 0 ? options : options with { VectorBits = widths };
    }

    /// <summary>Reads one of <see cref="Bindings"/> from text such as <c>batch=1, length=128</c>.</summary>
    /// <param name="text">Each extent with its number, once.</param>
    /// <param name="binding">What the text says.</param>
    public static bool TryParseBinding(string text, out IReadOnlyList<(string Symbol, long Extent)> binding)
    {
        var extents = new List<(string Symbol, long Extent)>();
        binding = extents;
        foreach (var part in text.Split(','))
        {
            var (name, number) = part.Split('=') is [var n, var x] ? (n.Trim(), x.Trim()) : ("", "");
            if (name.Length == 0 || !long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var extent) || extents.Any(e => e.Symbol == name)) return false;
            extents.Add((name, extent));
        }
        return true;
    }
}
