using GraphForge.Compiler.Graph;
using GraphForge.Layers;
using GraphForge.Runtime;

namespace GraphForge.Tests.Layers;

public sealed class MultiheadAttentionTests
{
    [Test]
    public void Parameters_have_the_names_and_shapes_of_torch()
    {
        Assert.That(Named(new MultiheadAttention(6, 2, addBiasKv: true)), Is.EqualTo(new[]
        {
            "in_proj_weight [18, 6]", "in_proj_bias [18]", "bias_k [1, 1, 6]", "bias_v [1, 1, 6]",
            "out_proj.weight [6, 6]", "out_proj.bias [6]",
        }));
        Assert.That(Named(new MultiheadAttention(6, 2, bias: false, kdim: 4, vdim: 3)), Is.EqualTo(new[]
        {
            "q_proj_weight [6, 6]", "k_proj_weight [6, 4]", "v_proj_weight [6, 3]", "out_proj.weight [6, 6]",
        }));
        Assert.That(Named(new MultiheadAttention(8, 4, numKeyValueHeads: 1)), Does.Contain("in_proj_weight [12, 8]"));
    }

    [Test]
    public void A_layer_runs_compiled_for_any_batch()
    {
        var layer = new MultiheadAttention(4, 2, batchFirst: true);
        layer.Initialize(seed: 2);
        var input = Values.Sequence(2 * 3 * 4, first: -5).Select(v => v / 7).ToArray();
        var second = Values.Infer(layer, [3, 4], input)[12..];
        Assert.That(second, Is.EqualTo(Values.Infer(layer, [3, 4], input[12..])).Within(1e-6));
        Assert.That(second, Is.Not.EqualTo(Values.Infer(layer, [3, 4], input[..12])).Within(1e-3));
    }

    [Test]
    public void A_cache_fed_token_by_token_gives_what_the_whole_sequence_gives([Values] bool grouped, [Values(1, 2, 3)] int step)
    {
        var layer = new MultiheadAttention(8, 4, batchFirst: true, numKeyValueHeads: grouped ? 2 : null, dtype: DType.Float64)
        {
            Rotary = new RotaryEmbedding(),
        };
        layer.Initialize(seed: 4);
        var input = Tensor.Constant<double>([.. Values.Sequence(2 * 6 * 8).Select(v => Math.Sin(v * v))], 2, 6, 8);
        var cache = new KeyValueCache(capacity: 7);
        var parts = new List<Tensor>();
        for (var position = 0; position < 6; position += step)
        {
            var tokens = input.Narrow(1, position, step);
            parts.Add(layer.Forward(tokens, tokens, tokens, isCausal: true, cache: cache).Output);
            cache.Advance(step);
        }
        var whole = layer.Forward(input, input, input, isCausal: true).Output;
        Assert.That(Values.Of(layer, Tensor.Cat(parts, 1)), Is.EqualTo(Values.Of(layer, whole)).Within(1e-12));
    }

    private static IEnumerable<TestCaseData> WrongSettings()
    {
        yield return new(() => new MultiheadAttention(10, 4),
            "MultiheadAttention needs heads that divide the features but was given 4 for 10.");
        yield return new(() => new MultiheadAttention(8, 4, numKeyValueHeads: 3),
            "MultiheadAttention needs numKeyValueHeads that divide the 4 heads but was given 3.");
        yield return new(() => new MultiheadAttention(8, 4, dropout: 2), "MultiheadAttention takes a dropout in 0..1 but was given 2.");
        yield return new(() => new MultiheadAttention(8, 4, kdim: 0),
            "MultiheadAttention needs at least one feature of keys and values but was given kdim 0 and vdim 8.");
        yield return new(() => new KeyValueCache(0), "a key-value cache holds at least 1 token but was given a capacity of 0.");
    }

    [TestCaseSource(nameof(WrongSettings))]
    public void A_setting_out_of_range_is_refused(Func<object> make, string problem) =>
        Assert.That(Problem(() => make()), Is.EqualTo(problem));

    private static IEnumerable<TestCaseData> WrongOperands()
    {
        var layer = new MultiheadAttention(4, 2);
        Tensor x = Ones(3, 2, 4), memory = Ones(5, 2, 4);
        yield return new(() => layer.Forward(Ones(3, 2, 5)),
            "MultiheadAttention takes a query [L, N, 4], a key [S, N, 4] and a value [S, N, 4] " +
            "but was given [3, 2, 5], [3, 2, 5] and [3, 2, 5]; transpose or project them.");
        yield return new(() => layer.Forward(x, memory, x).Output,
            "MultiheadAttention takes a query [L, N, 4], a key [S, N, 4] and a value [S, N, 4] " +
            "but was given [3, 2, 4], [5, 2, 4] and [3, 2, 4]; transpose or project them.");
        yield return new(() => layer.Forward(x, memory, memory, keyPaddingMask: Tensor.Zeros([2, 3], DType.Bool)).Output,
            "MultiheadAttention takes a keyPaddingMask [2, 5], one entry for each key, but was given [2, 3].");
        yield return new(() => layer.Forward(x, memory, memory, attnMask: Tensor.Zeros([5, 3], DType.Bool)).Output,
            "MultiheadAttention takes an attnMask [3, 5], [4, 3, 5] or one that broadcasts to [2, 2, 3, 5], but was given [5, 3].");
        yield return new(() => layer.Forward(x, x, x, attnMask: Tensor.Zeros([3, 3], DType.Int64)).Output,
            "MultiheadAttention takes attnMask of bool (true leaves a key out) or of the query's type, which is added to the scores, " +
            "but was given int64[3, 3] with a query float32; cast it.");
        yield return new(() => layer.Forward(x, x, x, cache: new KeyValueCache(2)).Output,
            "a key-value cache of 2 tokens cannot hold 3; give it a larger capacity.");
        yield return new(() =>
        {
            var cache = new KeyValueCache(8);
            layer.Forward(x, x, x, cache: cache);
            cache.Advance(3);
            var other = Ones(1, 3, 4);
            return layer.Forward(other, other, other, cache: cache).Output;
        }, "a key-value cache of float32[2, 2, 8, 2] cannot take float32[3, 2, 1, 2]; start a new cache for another batch.");
    }

    [TestCaseSource(nameof(WrongOperands))]
    public void Operands_that_do_not_fit_are_refused(Func<Tensor> forward, string problem) =>
        Assert.That(Problem(() => forward()), Is.EqualTo(problem));

    private static IEnumerable<string> Named(Module module) => module.NamedParameters().Select(p => $"{p.Key} {p.Value.Shape}");

    private static Tensor Ones(params long[] dims) => Tensor.Ones(Shape.Of(dims));

    private static string Problem(Action action) => Assert.Throws<GraphException>(action)!.Problem;
}
