using GraphForge.Compiler.Tests.Reference;
using GraphForge.Layers;
using static GraphForge.Tests.Reference.RecordedFamily;

namespace GraphForge.Tests.Reference;

/// <summary>Linear layers with the recorded weights against PyTorch's outputs and gradients.</summary>
[Parallelizable(ParallelScope.Children)]
public sealed class RecordedLinearTests : RecordedFamilyTests<RecordedLinearTests>, IRecordedFamily
{
    public static RecordedFamily Family { get; } = new("linear_layers", new Dictionary<string, FamilyFunction>
    {
        ["linear"] = Layer(a => new Linear(a.Integer("in_features"), a.Integer("out_features"), a.Flag("bias", true))),
        ["sequential"] = Layer(a => new Sequential(
            new Linear(a.Integer("in_features"), a.Integer("hidden")), new Tanh(), new Linear(a.Integer("hidden"), a.Integer("out_features")))),
    });
}
