using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge.Tests;

/// <summary>Mistakes in calls of the functions; their values are compared with PyTorch's in RecordedAttentionTests.</summary>
public sealed class FunctionalAttentionTests
{
    private static IEnumerable<TestCaseData> Wrong()
    {
        Tensor query = Ones(2, 3, 4), key = Ones(2, 5, 4);
        yield return new(() => Functional.ScaledDotProductAttention(query, Ones(2, 5, 3), key),
            "scaledDotProductAttention takes a query [..., L, E], a key [..., S, E] and a value [..., S, Ev], " +
            "got float32[2, 3, 4], float32[2, 5, 3] and float32[2, 5, 4].");
        yield return new(() => Functional.ScaledDotProductAttention(query, key, Ones(3, 5, 4)),
            "scaledDotProductAttention takes a query, a key and a value whose leading axes broadcast, " +
            "got float32[2, 3, 4], float32[2, 5, 4] and float32[3, 5, 4].");
        yield return new(() => Functional.ScaledDotProductAttention(query, key, key, Tensor.Ones([5, 3], DType.Bool)),
            "scaledDotProductAttention takes a mask that broadcasts to the scores [2, 3, 5], got bool[5, 3]; reshape it.");
        yield return new(() => Functional.ScaledDotProductAttention(query, key, key, Tensor.Ones([3, 5], DType.Int64)),
            "scaledDotProductAttention takes a mask of bool (true attends) or one of the query's type, which is added to the scores, " +
            "got int64[3, 5] with a query float32[2, 3, 4]; cast it.");
        yield return new(() => Functional.ScaledDotProductAttention(query, key.To(DType.Float64), key),
            "scaledDotProductAttention takes floats of one type, got float32[2, 3, 4], float64[2, 5, 4] and float32[2, 5, 4]; cast them.");
        yield return new(() => Functional.ScaledDotProductAttention(Ones(1, 4, 3, 2), Ones(1, 3, 3, 2), Ones(1, 3, 3, 2), enableGqa: true),
            "scaledDotProductAttention with enableGqa takes a query [..., heads, L, E] and a key and a value [..., kvHeads, S, E] with kvHeads " +
            "that divide the heads, got float32[1, 4, 3, 2], float32[1, 3, 3, 2] and float32[1, 3, 3, 2].");
        yield return new(() => Functional.ScaledDotProductAttention(query, key, key, dropoutP: 1.5),
            "dropout takes a probability in 0..1, got 1.5.");
        yield return new(() => Functional.RotaryEmbedding(Ones(2, 3)),
            "rotaryEmbedding takes a float input [..., L, E] with an even E, got float32[2, 3].");
        yield return new(() => Functional.RotaryEmbedding(Ones(2, 4), Ones(2)), "rotaryEmbedding takes an integer offset, got float32[2].");
        yield return new(() => Functional.SinusoidalPositions(3, 5), "sinusoidalPositions takes an even number of features, got 5.");
        yield return new(() => Functional.AlibiBias(0, 2, 2), "alibiBias needs at least one head, got 0.");
    }

    [TestCaseSource(nameof(Wrong))]
    public void A_call_that_does_not_fit_is_refused(Func<Tensor> call, string problem) =>
        Assert.That(Assert.Throws<GraphException>(() => call())!.Problem, Is.EqualTo(problem));

    private static Tensor Ones(params long[] dims) => Tensor.Ones(Shape.Of(dims));
}
