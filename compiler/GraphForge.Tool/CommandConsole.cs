using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using GraphForge.Tool.Options;

namespace GraphForge.Tool;

/// <summary>Where a command writes: results to the output, progress to the error stream.</summary>
/// <param name="output">Results.</param>
/// <param name="error">Progress and notes; errors are thrown.</param>
/// <param name="isQuiet">Whether progress is left out.</param>
internal sealed class CommandConsole(TextWriter output, TextWriter error, bool isQuiet)
{
    private static readonly JsonSerializerOptions JsonOptions = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>Results.</summary>
    public TextWriter Output => output;

    public static CommandConsole Of(ParseResult parse) =>
        new(parse.InvocationConfiguration.Output, parse.InvocationConfiguration.Error, parse.GetValue(SharedOptions.Quiet));

    /// <summary>A line about work that goes on.</summary>
    public void Progress(string line)
    {
        if (!isQuiet) error.WriteLine(line);
    }

    /// <summary>A line that people should read whatever else they do.</summary>
    public void Note(string line) => error.WriteLine($"note: {line}");

    /// <summary>A result as indented JSON with names in camel case.</summary>
    public void Json<T>(T value) => output.WriteLine(JsonSerializer.Serialize(value, JsonOptions));
}
