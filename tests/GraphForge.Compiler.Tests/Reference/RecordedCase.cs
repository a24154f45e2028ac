using System.Text.Json;

namespace GraphForge.Compiler.Tests.Reference;

/// <summary>One operation on given operands, with PyTorch's output and gradients.</summary>
/// <param name="Name">Unique name.</param>
/// <param name="Operation">What was computed; tests/Reference/operations.py says how.</param>
/// <param name="Attributes">Arguments of the operation that are no tensors.</param>
/// <param name="Operands">What the operation is given.</param>
/// <param name="Output">What it yields.</param>
/// <param name="Cotangent">Weights of the output's elements in the sum that was differentiated; null without gradients.</param>
/// <param name="Gradients">Gradient in each operand; null where that is not float.</param>
public sealed record RecordedCase(
    string Name,
    string Operation,
    Dictionary<string, JsonElement> Attributes,
    RecordedTensor[] Operands,
    RecordedTensor Output,
    RecordedTensor? Cotangent,
    RecordedTensor?[]? Gradients)
{
    /// <summary>Families of operations on nodes.</summary>
    private static readonly string[] NodeFamilies =
    [
        "element_choice",
        "elementwise_ops",
    ];

    /// <summary>The cases of operations on nodes.</summary>
    public static IReadOnlyList<RecordedCase> All { get; } =
        [.. RecordedFile<RecordedCase>.Read("cases.json.gz"), .. NodeFamilies.SelectMany(Family)];

    /// <summary>The cases of a family, by the name of its file in tests/Reference/families.</summary>
    public static IReadOnlyList<RecordedCase> Family(string name) => RecordedFile<RecordedCase>.Read($"families/{name}.json.gz");

    public override string ToString() => Name;
}
