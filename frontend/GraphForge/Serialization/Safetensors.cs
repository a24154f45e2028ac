using System.Text;
using GraphForge.Compiler.Graph;
using GraphForge.Data;
using GraphForge.Runtime.Serialization;

namespace GraphForge.Serialization;

/// <summary>
/// Saves and loads tensors in the safetensors format (github.com/huggingface/safetensors), which PyTorch and others read too.
/// </summary>
/// <example><code>
/// Safetensors.Save("model.safetensors", model.StateDict());
/// model.LoadStateDict(Safetensors.Load("model.safetensors"));
/// </code></example>
public static class Safetensors
{
    /// <summary>
    /// Writes one file. An existing one is replaced as a whole once the new one is on disk; if writing fails, it stays as it was.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="tensors">Such as <see cref="Module.StateDict"/>.</param>
    /// <param name="metadata">Notes to keep beside the tensors.</param>
    /// <exception cref="GraphException">A tensor cannot have its name.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Save(
        string path, IReadOnlyDictionary<string, TensorData> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        CheckNames(tensors.Keys);
        using var file = new AtomicFile();
        file.Write(path, stream => SafetensorsWriter.Write(stream, Sources(tensors), metadata));
        file.Commit();
    }

    /// <summary>
    /// Writes files <c>model-00001-of-00003.safetensors</c> and so on, and <c>model.safetensors.index.json</c> that says which
    /// tensor is where. All are written before the first takes its place, and the index takes its place last.
    /// </summary>
    /// <param name="folder">Where to; made if it does not exist.</param>
    /// <param name="tensors">Such as <see cref="Module.StateDict"/>, put into files in this order.</param>
    /// <param name="maxShardBytes">Most bytes of tensors in one file; a larger tensor has a file of its own.</param>
    /// <param name="metadata">Notes to keep in every file.</param>
    /// <exception cref="GraphException">A tensor cannot have its name, or the limit is below 1.</exception>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public static void SaveSharded(string folder, IReadOnlyDictionary<string, TensorData> tensors, long maxShardBytes,
        IReadOnlyDictionary<string, string>? metadata = null)
    {
        if (maxShardBytes < 1) throw new GraphException(ErrorCode.BadAttribute, $"maxShardBytes must be at least 1 but is {maxShardBytes}.");
        CheckNames(tensors.Keys);
        Directory.CreateDirectory(folder);
        var shards = Shards(tensors, maxShardBytes);
        var fileOf = new Dictionary<string, string>();
        using var files = new AtomicFile();
        foreach (var (index, shard) in shards.Index())
        {
            var name = $"model-{index + 1:00000}-of-{shards.Count:00000}.safetensors";
            foreach (var (tensor, _) in shard) fileOf[tensor] = name;
            files.Write(Path.Combine(folder, name), stream => SafetensorsWriter.Write(stream, Sources(shard), metadata));
        }
        files.Write(Path.Combine(folder, SafetensorsIndex.FileName),
            stream => SafetensorsIndex.Write(stream, fileOf, tensors.Values.Sum(t => t.Type.Bytes)));
        files.Commit();
    }

    /// <summary>All tensors of a file, an index or a folder, in memory; see <see cref="SafetensorsFile.Open"/> for reading only some.</summary>
    /// <exception cref="DataFileException">A file is missing, damaged, or breaks a rule of the format.</exception>
    public static StateDict Load(string path)
    {
        using var file = SafetensorsFile.Open(path);
        return StateDict.Of(file.Select(t => KeyValuePair.Create(t.Key, t.Value.Clone())));
    }

    private static List<List<KeyValuePair<string, TensorData>>> Shards(IReadOnlyDictionary<string, TensorData> tensors, long maxBytes)
    {
        var shards = new List<List<KeyValuePair<string, TensorData>>> { new() };
        var bytes = 0L;
        foreach (var tensor in tensors)
        {
            if (shards[^1].Count > 0 && bytes + tensor.Value.Type.Bytes > maxBytes)
            {
                shards.Add([]);
                bytes = 0;
            }
            shards[^1].Add(tensor);
            bytes += tensor.Value.Type.Bytes;
        }
        return shards;
    }

    private static IEnumerable<SafetensorsTensor> Sources(IEnumerable<KeyValuePair<string, TensorData>> tensors) => tensors.Select(t =>
        new SafetensorsTensor(t.Key, t.Value.DType, t.Value.Shape.Values, stream =>
        {
            var bytes = new byte[t.Value.Type.Bytes];
            t.Value.CopyBytes(bytes);
            stream.Write(bytes);
        }));

    private static void CheckNames(IEnumerable<string> names)
    {
        foreach (var name in names)
            if (name == SafetensorsHeader.MetadataKey || !IsText(name))
                throw new GraphException(ErrorCode.BadAttribute, $"a tensor in a safetensors file cannot be named '{name}'; rename it.");
    }

    /// <summary>Whether UTF-8 has bytes for all of it: no half of a surrogate pair stands alone.</summary>
    private static bool IsText(string name)
    {
        try
        {
            return SafetensorsHeader.Utf8.GetByteCount(name) >= 0;
        }
        catch (EncoderFallbackException)
        {
            return false;
        }
    }
}
