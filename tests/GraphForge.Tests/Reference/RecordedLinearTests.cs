using GraphForge.Compiler.Tests.Reference;
using GraphForge.Layers;
using static GraphForge.Tests.Reference.RecordedFamily;

namespace GraphForge.Tests.Reference;

/// <summary>Linear layers with the recorded weights against PyTorch's outputs and gradients.</summary>
[Parallelizable(ParallelScope.Children)]
public sealed class RecordedLinearTests
{
    private static readonly RecordedFamily Family = new("linear_layers", new Dictionary<string, FamilyFunction>
    {
        ["linear"] = Layer(a => new Linear(a.Integer("in_features"), a.Integer("out_features"), a.Flag("bias", true))),
        ["sequential"] = Layer(a => new Sequential(
            new Linear(a.Integer("in_features"), a.Integer("hidden")), new Tanh(), new Linear(a.Integer("hidden"), a.Integer("out_features")))),
    });

    private static IEnumerable<RecordedCase> Cases => Family.Cases;

    [TestCaseSource(nameof(Cases))]
    public void Reference_evaluation_is_as_good_as_PyTorch(RecordedCase recorded) => Family.AssertReference(recorded);

    [TestCaseSource(nameof(Cases))]
    public void Compiled_result_is_as_good_as_PyTorch(RecordedCase recorded) => Family.AssertCompiled(recorded);

    [Test]
    public void Every_function_has_a_case() => Family.AssertComplete();
}
