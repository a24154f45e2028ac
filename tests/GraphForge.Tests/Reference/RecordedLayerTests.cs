using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Tests.Reference;
using GraphForge.Layers;

namespace GraphForge.Tests.Reference;

/// <summary>Compiled layers, with the recorded weights, against PyTorch's outputs.</summary>
public sealed class RecordedLayerTests
{
    private static readonly string[] Layers = ["linear", "convolution", "max pool", "average pool"];

    private static IEnumerable<RecordedCase> Cases => RecordedCase.All.Where(c =>
        Layers.Contains(c.Operation) && ImageAttributes.AreOffered(c) &&
        c.Operands.All(o => o.Views is null or [] && o.Dims.All(extent => extent > 0)));

    [TestCaseSource(nameof(Cases))]
    public void Layer_is_as_good_as_that_of_PyTorch(RecordedCase recorded)
    {
        var layer = Layer(recorded, new CaseAttributes(recorded.Attributes));
        var input = recorded.Operands[0].ToLiteral();
        var output = Values.Infer(layer, Shape.Of(recorded.Operands[0].Dims.AsSpan(1)), input.AsSpan<float>().ToArray());
        Accuracy.AssertWithin(Literal.Of<float>(output, recorded.Output.Dims), recorded.Output, recorded.Name);
    }

    private static Module Layer(RecordedCase recorded, CaseAttributes attributes) => recorded.Operation switch
    {
        "linear" => Linear(recorded.Operands[1], recorded.Operands[2]),
        "convolution" => Convolution(recorded.Operands[0], recorded.Operands[1], attributes),
        "max pool" => new MaxPool2d(
            attributes.Size("kernel"), attributes.Size("stride"), attributes.Size("low"), attributes.Size("dilation")),
        _ => new AvgPool2d(attributes.Size("kernel"), attributes.Size("stride"), attributes.Size("low")),
    };

    private static Linear Linear(RecordedTensor weight, RecordedTensor bias)
    {
        var layer = new Linear((int)weight.Dims[1], (int)weight.Dims[0]);
        layer.Weight.CopyFrom<float>(weight.ToLiteral().AsSpan<float>());
        layer.Bias!.CopyFrom<float>(bias.ToLiteral().AsSpan<float>());
        return layer;
    }

    private static Conv2d Convolution(RecordedTensor input, RecordedTensor weight, CaseAttributes attributes)
    {
        var layer = new Conv2d((int)input.Dims[1], (int)weight.Dims[0], ((int)weight.Dims[2], (int)weight.Dims[3]),
            attributes.Size("stride"), attributes.Size("low"), attributes.Size("dilation"),
            attributes.Integer("groups"), bias: false);
        layer.Weight.CopyFrom<float>(weight.ToLiteral().AsSpan<float>());
        return layer;
    }
}
