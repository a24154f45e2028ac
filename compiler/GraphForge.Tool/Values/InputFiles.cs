using System.Text.Json;
using GraphForge.Compiler.Graph;
using GraphForge.Data;
using GraphForge.Runtime;
using GraphForge.Runtime.Artifacts;

namespace GraphForge.Tool.Values;

/// <summary>
/// Reads what <c>--input</c> names: <c>name=file.npy</c> and <c>name=file.json</c> for one input, <c>file.json</c> for an object
/// with an entry for each.
/// </summary>
/// <param name="function">Whose inputs they are.</param>
internal sealed class InputFiles(ArtifactFunction function)
{
    private readonly Dictionary<string, Literal> _values = [];

    /// <summary>Values by input name; their extents are those of the files.</summary>
    /// <exception cref="CommandException">A file does not hold what the input takes.</exception>
    /// <exception cref="DataFileException">An npy file is malformed.</exception>
    public IReadOnlyDictionary<string, Literal> Read(IEnumerable<string> options)
    {
        foreach (var option in options)
        {
            var split = option.IndexOf('=');
            // A path may hold the sign too, an input's name cannot be guessed from it then.
            if (split > 0 && function.Inputs.FirstOrDefault(i => i.Name == option[..split]) is { } input) ReadOne(input, option[(split + 1)..]);
            else if (HasExtension(option, ".json") && (split < 0 || File.Exists(option))) ReadAll(option);
            else throw new CommandException($"--input {option}: write name=file.npy or name=file.json, or file.json with an object of all inputs. " +
                $"'{function.Name}' takes {Names()}.");
        }
        return _values;
    }

    private void ReadOne(ArtifactTensor input, string path)
    {
        if (HasExtension(path, ".npy")) Add(input, path, FromNpy(input, path));
        else if (HasExtension(path, ".json")) ReadJson(path, root => Add(input, path, FromJson(input, path, root)));
        else throw new CommandException($"{path}: inputs are read from .npy and .json files.");
    }

    private void ReadAll(string path) => ReadJson(path, root =>
    {
        if (root.ValueKind != JsonValueKind.Object)
            throw new CommandException($"{path}: an object with an entry for each input is expected: {{\"{function.Inputs.Select(i => i.Name).FirstOrDefault("name")}\": […]}}.");
        foreach (var entry in root.EnumerateObject())
        {
            var input = function.Inputs.FirstOrDefault(i => i.Name == entry.Name)
                ?? throw new CommandException($"{path}: '{function.Name}' has no input '{entry.Name}'; it takes {Names()}.");
            Add(input, path, FromJson(input, path, entry.Value));
        }
    });

    private void Add(ArtifactTensor input, string path, Literal values)
    {
        var dims = values.Type.Shape.Values;
        if (dims.Length != input.Dims.Count || input.Dims.Where((dim, axis) => dim.Extent is { } extent && extent != dims[axis]).Any())
            throw new CommandException($"{path}: the input {input} was given {values.Type}.");
        if (!_values.TryAdd(input.Name, values)) throw new CommandException($"{path}: the input '{input.Name}' is given twice.");
    }

    private static Literal FromNpy(ArtifactTensor input, string path)
    {
        var array = NpyFile.Read(path);
        var values = Literal.Of(new TensorType(array.DType, Shape.Of(array.Dims)), array.Data);
        // There is no bfloat16 in npy files: float32 stands for it, as it does where outputs are written.
        if (input.DType == DType.BFloat16 && array.DType == DType.Float32) return Rounded(values, DType.BFloat16);
        return array.DType == input.DType ? values : throw new CommandException($"{path}: the input {input} was given {values.Type}.");
    }

    private static Literal FromJson(ArtifactTensor input, string path, JsonElement json)
    {
        try
        {
            return JsonTensor.Read(json, input.DType);
        }
        catch (FormatException e)
        {
            throw new CommandException($"{path}: the input {input} cannot be read: {e.Message}.", e);
        }
    }

    private static void ReadJson(string path, Action<JsonElement> read)
    {
        try
        {
            using var file = File.OpenRead(path);
            using var document = JsonDocument.Parse(file, new JsonDocumentOptions { AllowDuplicateProperties = false });
            read(document.RootElement);
        }
        catch (JsonException e)
        {
            throw new CommandException($"{path}: this is no JSON: {e.Message}", e);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CommandException($"{path}: there is no such file.", e);
        }
    }

    private static Literal Rounded(Literal values, DType type)
    {
        var rounded = new Literal(values.Type with { DType = type });
        for (var i = 0; i < values.Count; i++) rounded[i] = values[i].As(type);
        return rounded;
    }

    private static bool HasExtension(string path, string extension) => Path.GetExtension(path).Equals(extension, StringComparison.OrdinalIgnoreCase);

    private string Names() => function.Inputs.Count == 0 ? "none" : string.Join(", ", function.Inputs);
}
