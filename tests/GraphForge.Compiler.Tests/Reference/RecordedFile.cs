using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace GraphForge.Compiler.Tests.Reference;

/// <summary>A file of figures recorded from PyTorch, in tests/Reference; its README says what it holds.</summary>
public sealed record RecordedFile<T>(string Source, IReadOnlyList<T> Entries)
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    public static IReadOnlyList<T> Read(string name)
    {
        using var file = File.OpenRead(RepositoryFolder.Of("tests", "Reference", name));
        using var text = new GZipStream(file, CompressionMode.Decompress);
        return JsonSerializer.Deserialize<RecordedFile<T>>(text, Options)!.Entries;
    }
}
