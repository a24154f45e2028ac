using System.Text.Json;
using GraphForge.Compiler.Autodiff;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;

namespace GraphForge.Compiler.Tests.Reference;

/// <summary>A recorded case as nodes. Names start with the case's number, so that many cases fit into one graph.</summary>
public sealed class CaseGraph
{
    private readonly string _prefix;

    /// <param name="recorded">The case.</param>
    /// <param name="number">Its number among the cases of one graph.</param>
    /// <param name="build">The operation on its operands.</param>
    public CaseGraph(RecordedCase recorded, int number, Func<Node[], CaseAttributes, Node> build)
    {
        (Case, _prefix) = (recorded, $"case{number}_");
        var inputs = recorded.Operands.Select((operand, i) => Input(operand, $"x{i}")).ToArray();
        var seen = inputs.Zip(recorded.Operands, (input, operand) => (operand.Views ?? []).Aggregate(input, Apply)).ToArray();
        var output = build(seen, new CaseAttributes(recorded.Attributes));
        Outputs = [new NamedOutput($"{_prefix}y", output), .. Differentiate(output, inputs)];
    }

    public RecordedCase Case { get; }

    /// <summary>The output, then the recorded gradients in the order of their operands.</summary>
    public IReadOnlyList<NamedOutput> Outputs { get; }

    /// <summary>What PyTorch gives for each of <see cref="Outputs"/>.</summary>
    public IReadOnlyList<RecordedTensor> Expected => [Case.Output, .. (Case.Gradients ?? []).OfType<RecordedTensor>()];

    public Dictionary<string, Literal> Values { get; } = [];

    /// <summary>Fails unless every output is as good as PyTorch's.</summary>
    /// <param name="outputs">What a run gave, by name.</param>
    public void AssertWithin(IReadOnlyDictionary<string, Literal> outputs)
    {
        using var scope = Assert.EnterMultipleScope();
        foreach (var (output, expected) in Outputs.Zip(Expected))
            Accuracy.AssertWithin(outputs[output.Name], expected, $"{Case.Name}: {output.Name}");
    }

    private Node Input(RecordedTensor operand, string name)
    {
        Values.Add(_prefix + name, operand.ToLiteral());
        return Nodes.Input(_prefix + name, operand.TensorType.DType, operand.TensorType.Shape);
    }

    private IEnumerable<NamedOutput> Differentiate(Node output, Node[] inputs)
    {
        if (Case.Cotangent is not { } cotangent) return [];
        var targets = inputs.Where((_, i) => Case.Gradients![i] is not null).ToArray();
        return Gradients.Of(output, Input(cotangent, "cotangent"), targets)
            .Select((gradient, i) => new NamedOutput($"{_prefix}gradient{i}", gradient)).ToArray();
    }

    private static Node Apply(Node x, JsonElement[] view)
    {
        var arguments = view[1..].Select(v => v.GetInt32()).ToArray();
        return view[0].GetString() switch
        {
            "transpose" => x.Transpose(arguments[0], arguments[1]),
            "slice" => x.Slice(arguments[0], arguments[1], arguments[2], arguments[3]),
            "expand" => x.ExpandTo(Shape.Of(arguments.Select(extent => (Dim)extent))),
            "flip" => x.Flip(arguments),
            var other => throw new NotSupportedException($"No view is named {other}."),
        };
    }
}
