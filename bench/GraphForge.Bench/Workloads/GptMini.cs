using GraphForge.Layers;

namespace GraphForge.Bench.Workloads;

/// <summary>
/// A decoder-only Transformer as GPT-2 has it, norms first, without dropout: token numbers [N, length] → scores of the next
/// token [N, length, tokens].
/// </summary>
public sealed class GptMini(GptSettings settings) : Module
{
    private readonly Embedding _tokens = new(settings.Tokens, settings.Features);
    private readonly Embedding _positions = new(settings.Length, settings.Features);
    private readonly Sequential _blocks = new([.. Enumerable.Range(0, settings.Layers).Select(_ => new Block(settings.Features, settings.Heads))]);
    private readonly LayerNorm _norm = new(settings.Features);
    private readonly Linear _head = new(settings.Features, settings.Tokens, bias: false);

    public override Tensor Forward(Tensor input)
    {
        var x = _tokens.Forward(input) + _positions.Forward(Tensor.Arange(input.Shape[1]));
        return _head.Forward(_norm.Forward(_blocks.Forward(x)));
    }

    private sealed class Block(int features, int heads) : Module
    {
        private readonly LayerNorm _norm1 = new(features);
        private readonly Linear _projections = new(features, 3 * features);
        private readonly Linear _attended = new(features, features);
        private readonly LayerNorm _norm2 = new(features);
        private readonly Linear _wide = new(features, 4 * features);
        private readonly Linear _narrow = new(4 * features, features);

        public override Tensor Forward(Tensor input)
        {
            var x = input + Attention(_norm1.Forward(input));
            return x + _narrow.Forward(_wide.Forward(_norm2.Forward(x)).Gelu());
        }

        private Tensor Attention(Tensor input)
        {
            Tensor[] operands = [.. _projections.Forward(input).Chunk(3, -1)
                .Select(t => t.Reshape(input.Shape[0], input.Shape[1], heads, features / heads).Transpose(1, 2))];
            var attended = Functional.ScaledDotProductAttention(operands[0], operands[1], operands[2], isCausal: true);
            return _attended.Forward(attended.Transpose(1, 2).Reshape([.. input.Shape]));
        }
    }
}
