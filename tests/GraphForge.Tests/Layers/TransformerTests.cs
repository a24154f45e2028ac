using GraphForge.Compiler.Graph;
using GraphForge.Layers;
using GraphForge.Runtime;

namespace GraphForge.Tests.Layers;

public sealed class TransformerTests
{
    [Test]
    public void Parameters_have_the_names_of_torch()
    {
        var names = new Transformer(4, 2, 1, 2, 3).NamedParameters().Select(p => p.Key).ToArray();
        Assert.That(names.Where(n => n.StartsWith("encoder", StringComparison.Ordinal)), Is.EqualTo(new[]
        {
            "encoder.layers.0.self_attn.in_proj_weight", "encoder.layers.0.self_attn.in_proj_bias",
            "encoder.layers.0.self_attn.out_proj.weight", "encoder.layers.0.self_attn.out_proj.bias", "encoder.layers.0.linear1.weight",
            "encoder.layers.0.linear1.bias", "encoder.layers.0.linear2.weight", "encoder.layers.0.linear2.bias",
            "encoder.layers.0.norm1.weight", "encoder.layers.0.norm1.bias", "encoder.layers.0.norm2.weight", "encoder.layers.0.norm2.bias",
            "encoder.norm.weight", "encoder.norm.bias",
        }));
        Assert.That(names, Does.Contain("decoder.layers.1.multihead_attn.in_proj_weight").And.Contain("decoder.layers.0.norm3.bias")
            .And.Contain("decoder.norm.weight"));
        Assert.That(names, Has.Length.EqualTo(14 + 2 * 18 + 2));
    }

    [Test]
    public void Matrices_start_as_Xavier_has_them_and_layers_of_a_stack_differ()
    {
        var model = new Transformer(4, 2, 2, 1, 60);
        model.Initialize(seed: 1);
        var values = model.NamedParameters().ToDictionary(p => p.Key, p => p.Value.AsSpan<float>().ToArray());
        var bound = Math.Sqrt(6.0 / (4 + 60));
        Assert.That(values["encoder.layers.0.linear1.weight"].Max(Math.Abs), Is.InRange(0.9 * bound, bound));
        Assert.That(values["encoder.layers.1.linear1.weight"], Is.Not.EqualTo(values["encoder.layers.0.linear1.weight"]));
        Assert.That(values["decoder.layers.0.self_attn.out_proj.bias"], Is.All.Zero);
    }

    [Test]
    public void The_subsequent_mask_lets_through_up_to_the_diagonal()
    {
        const double no = double.NegativeInfinity;
        Assert.That(Values.Of(Transformer.GenerateSquareSubsequentMask(3)), Is.EqualTo(new[] { 0, no, no, 0, 0, no, 0, 0, 0 }));
    }

    private static IEnumerable<TestCaseData> Wrong()
    {
        yield return new(() => new TransformerEncoderLayer(4, 3),
            "MultiheadAttention needs heads that divide the features but was given 3 for 4.");
        yield return new(() => new TransformerEncoderLayer(4, 2, 0),
            "TransformerEncoderLayer needs a dimFeedforward of at least 1 but was given 0.");
        yield return new(() => new TransformerDecoder(new(4, 2), 0), "TransformerDecoder needs at least 1 layer but was given 0.");
        yield return new(() => new TransformerEncoderLayer(4, 2, batchFirst: true).Forward(Ones(3, 2, 5)),
            "TransformerEncoderLayer takes a src [N, L, 4] or [L, 4] but was given [3, 2, 5]; project it to 4 features.");
        yield return new(() => new TransformerDecoderLayer(4, 2).Forward(Ones(3, 2, 4), Ones(3, 2, 6)),
            "TransformerDecoderLayer takes a memory [S, N, 4] or [S, 4] but was given [3, 2, 6]; project it to 4 features.");
        yield return new(() => new LearnedPositionalEncoding(4, 6).Forward(Ones(5, 2, 6)),
            "LearnedPositionalEncoding has 4 positions but was given a sequence of 5; make its maxLength 5.");
        yield return new(() => new LearnedPositionalEncoding(0, 6),
            "LearnedPositionalEncoding needs at least one position and one feature but was given 0 and 6.");
        yield return new(() => new SinusoidalPositionalEncoding(6, batchFirst: true).Forward(Ones(2, 5)),
            "SinusoidalPositionalEncoding takes [N, L, 6] or [L, 6] but was given [2, 5].");
    }

    [TestCaseSource(nameof(Wrong))]
    public void Wrong_uses_are_refused(Func<object> use, string problem) =>
        Assert.That(Assert.Throws<GraphException>(() => use())!.Problem, Is.EqualTo(problem));

    private static Tensor Ones(params long[] dims) => Tensor.Ones(Shape.Of(dims));
}
