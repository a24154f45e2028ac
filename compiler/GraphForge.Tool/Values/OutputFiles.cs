using System.Text.Json;
using GraphForge.Compiler.Graph;
using GraphForge.Data;
using GraphForge.Runtime.Artifacts;
using GraphForge.Runtime.Serialization;

namespace GraphForge.Tool.Values;

/// <summary>
/// Where a run's results go, as <c>--output</c> says: <c>name=file.npy</c> or <c>name=file.json</c> for one output, <c>file.json</c> for
/// all, <c>file.gfm</c> for the artifact with its new states. Everything is checked before the run, and written whole or not at all.
/// </summary>
internal sealed class OutputFiles
{
    private readonly List<(ArtifactTensor? Output, string Path)> _files = [];
    private readonly ArtifactFunction _function;

    /// <exception cref="CommandException">An option names no output or no kind of file.</exception>
    public OutputFiles(ArtifactFunction function, IEnumerable<string> options)
    {
        _function = function;
        foreach (var option in options)
        {
            var split = option.IndexOf('=');
            var output = split > 0 ? function.Outputs.FirstOrDefault(o => o.Name == option[..split]) : null;
            var path = output is null ? option : option[(split + 1)..];
            Add(option, output ?? (Kind(path) == ".npy" && function.Outputs is [var only] ? only : null), path);
        }
    }

    /// <summary>The artifact's file, if one is wanted.</summary>
    public string? Artifact { get; private set; }

    /// <summary>Whether any output goes to a file.</summary>
    public bool Any => _files.Count > 0;

    /// <summary>Writes the outputs' files.</summary>
    /// <exception cref="IOException">One cannot be written; then none is.</exception>
    public void Write(IReadOnlyDictionary<string, Literal> outputs, CancellationToken cancellation)
    {
        using var files = new AtomicFile();
        foreach (var (output, path) in _files)
        {
            cancellation.ThrowIfCancellationRequested();
            files.Write(path, stream => Write(stream, Kind(path), output, outputs));
        }
        cancellation.ThrowIfCancellationRequested();
        files.Commit();
    }

    /// <summary>All outputs as one JSON object.</summary>
    public static void WriteJson(Stream stream, IReadOnlyDictionary<string, Literal> outputs)
    {
        using var json = new Utf8JsonWriter(stream);
        json.WriteStartObject();
        foreach (var (name, values) in outputs)
        {
            json.WritePropertyName(name);
            JsonTensor.Write(json, values);
        }
        json.WriteEndObject();
    }

    private void Add(string option, ArtifactTensor? output, string path)
    {
        if (Kind(path) is not (".npy" or ".json" or ".gfm") || Kind(path) == ".npy" && output is null || Kind(path) == ".gfm" && output is not null)
            throw new CommandException($"--output {option}: write name=file.npy or name=file.json, file.json for all outputs, or file.gfm for the artifact with " +
                $"its new states. '{_function.Name}' gives {string.Join(", ", _function.Outputs)}.");
        if (Kind(path) != ".gfm") _files.Add((output, path));
        else if (Artifact is null) Artifact = path;
        else throw new CommandException("--output names two artifacts; one is written.");
    }

    private static void Write(Stream stream, string kind, ArtifactTensor? output, IReadOnlyDictionary<string, Literal> outputs)
    {
        if (output is null)
        {
            WriteJson(stream, outputs);
            return;
        }
        var values = outputs[output.Name];
        if (kind == ".npy")
        {
            NpyFile.Write(stream, new NpyArray(values.Type.DType, values.Type.Shape.Values, values.Bytes.ToArray()));
            return;
        }
        using var json = new Utf8JsonWriter(stream);
        JsonTensor.Write(json, values);
    }

    private static string Kind(string path) => Path.GetExtension(path).ToLowerInvariant();
}
