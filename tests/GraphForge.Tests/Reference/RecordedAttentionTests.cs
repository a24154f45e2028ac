using GraphForge.Compiler.Tests.Reference;

namespace GraphForge.Tests.Reference;

/// <summary>Attention and positions, with their gradients, against PyTorch.</summary>
[Parallelizable(ParallelScope.Children)]
public sealed class RecordedAttentionTests
{
    private static readonly RecordedFamily Family = new("attention", new Dictionary<string, FamilyFunction>
    {
        ["scaled dot product"] = (x, a) => Functional.ScaledDotProductAttention(
            x[0], x[1], x[2], x.Length > 3 ? x[3] : null, isCausal: a.Flag("is_causal", false),
            scale: a.Has("scale") ? a.Number("scale") : null, enableGqa: a.Flag("enable_gqa", false)),
        ["rotary"] = (x, a) => Functional.RotaryEmbedding(
            x[0], Offset(x), a.Number("theta", 10000), a.Text("layout") == "halves" ? RotaryLayout.Halves : RotaryLayout.Interleaved),
        ["sinusoidal"] = (x, a) => x[0] + Functional.SinusoidalPositions(
            x[0].Shape[^2], (int)x[0].Shape[^1].Value, Offset(x), a.Number("theta", 10000)),
        ["alibi"] = (x, _) => x[0] + Functional.AlibiBias((int)x[0].Shape[^3].Value, x[0].Shape[^2], x[0].Shape[^1]),
    });

    private static IEnumerable<RecordedCase> Cases => Family.Cases;

    [TestCaseSource(nameof(Cases))]
    public void Reference_evaluation_is_as_good_as_PyTorch(RecordedCase recorded) => Family.AssertReference(recorded);

    [TestCaseSource(nameof(Cases))]
    public void Compiled_result_is_as_good_as_PyTorch(RecordedCase recorded) => Family.AssertCompiled(recorded);

    [Test]
    public void Every_function_has_a_case() => Family.AssertComplete();

    private static Tensor? Offset(Tensor[] operands) => operands.Length > 1 ? operands[1] : null;
}
