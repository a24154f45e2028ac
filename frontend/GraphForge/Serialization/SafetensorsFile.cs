using System.Collections;
using System.Diagnostics.CodeAnalysis;
using GraphForge.Compiler.Graph;
using GraphForge.Data;
using GraphForge.Runtime.Serialization;

namespace GraphForge.Serialization;

/// <summary>
/// Tensors in a safetensors file, or in several with an index. The files are mapped: opening reads the headers alone and
/// checks them whole, a tensor's elements are read when they are copied. int8, int16 and uint16 are read as int32, uint32 and
/// uint64 as int64.
/// </summary>
/// <example><code>
/// using var file = SafetensorsFile.Open("model.safetensors");
/// model.LoadStateDict(file);
/// </code></example>
public sealed class SafetensorsFile : IReadOnlyDictionary<string, TensorData>, IDisposable
{
    private readonly List<SafetensorsShard> _shards = [];
    private readonly OrderedDictionary<string, (SafetensorsShard Shard, SafetensorsEntry Entry)> _tensors = [];
    private readonly Dictionary<string, string> _metadata = [];

    private SafetensorsFile() { }

    public int Count => _tensors.Count;

    public IEnumerable<string> Keys => _tensors.Keys;

    /// <exception cref="DataFileException">A tensor's element type cannot be read.</exception>
    public IEnumerable<TensorData> Values => Keys.Select(key => this[key]);

    /// <summary>What whoever wrote the file noted beside the tensors.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _metadata;

    /// <exception cref="GraphException">There is no such tensor.</exception>
    /// <exception cref="DataFileException">Its element type cannot be read.</exception>
    public TensorData this[string key] => TryGetValue(key, out var tensor)
        ? tensor
        : throw new GraphException(ErrorCode.BadData, $"the file holds no '{key}'.");

    /// <param name="path">
    /// A safetensors file, an index such as <c>model.safetensors.index.json</c>, or a folder that holds one of them by its usual
    /// name.
    /// </param>
    /// <exception cref="DataFileException">A file is missing, damaged, or breaks a rule of the format.</exception>
    public static SafetensorsFile Open(string path)
    {
        var file = new SafetensorsFile();
        try
        {
            if (Directory.Exists(path))
                path = Path.Combine(path, File.Exists(Path.Combine(path, SafetensorsIndex.FileName))
                    ? SafetensorsIndex.FileName
                    : SafetensorsIndex.SingleFileName);
            if (path.EndsWith(".json", StringComparison.OrdinalIgnoreCase)) file.AddIndexed(path);
            else file.AddAll(path);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public bool ContainsKey(string key) => _tensors.ContainsKey(key);

    /// <exception cref="DataFileException">The tensor's element type cannot be read.</exception>
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out TensorData value)
    {
        value = _tensors.TryGetValue(key, out var found) ? found.Shard.Tensor(found.Entry) : null;
        return value is not null;
    }

    public IEnumerator<KeyValuePair<string, TensorData>> GetEnumerator() =>
        Keys.Select(key => KeyValuePair.Create(key, this[key])).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Closes the files; their tensors cannot be read any more.</summary>
    public void Dispose()
    {
        foreach (var shard in _shards) shard.Dispose();
    }

    private void AddAll(string path)
    {
        var shard = AddShard(path);
        foreach (var entry in shard.Header.Entries.Values.OrderBy(e => e.Begin).ThenBy(e => e.End)) _tensors[entry.Name] = (shard, entry);
    }

    private void AddIndexed(string path)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var fileOf = SafetensorsIndex.Read(path);
        var shards = fileOf.Values.Distinct().ToDictionary(name => name, name => AddShard(Path.Combine(folder, name)));
        foreach (var (name, file) in fileOf)
            _tensors[name] = shards[file].Header.Entries.TryGetValue(name, out var entry)
                ? (shards[file], entry)
                : throw new DataFileException(shards[file].Path, $"'{name}', as the index says", $"{shards[file].Header.Entries.Count} tensors without it");
    }

    private SafetensorsShard AddShard(string path)
    {
        var shard = SafetensorsShard.Open(path);
        _shards.Add(shard);
        foreach (var (key, value) in shard.Header.Metadata) _metadata[key] = value;
        return shard;
    }
}
