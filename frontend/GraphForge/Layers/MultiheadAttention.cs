using GraphForge.Attention;
using GraphForge.Compiler.Graph;
using GraphForge.Initialization;
using GraphForge.Runtime;

namespace GraphForge.Layers;

/// <summary>
/// Attention of several heads (Vaswani et al. 2017), each over a share of the features: torch.nn.MultiheadAttention, with
/// grouped queries, rotary positions and a key-value cache on top of it. Weights have torch's names and layouts.
/// </summary>
public sealed partial class MultiheadAttention : Module
{
    private readonly double _dropout;
    private readonly bool _addZeroAttn;
    private readonly bool _batchFirst;
    private readonly int _kdim;
    private readonly int _vdim;
    private readonly Linear _outProj;

    /// <param name="embedDim">Features of queries and of the output.</param>
    /// <param name="numHeads">Heads that share them.</param>
    /// <param name="dropout">Share of the attention weights that are dropped while training.</param>
    /// <param name="bias">Whether projections have a bias.</param>
    /// <param name="addBiasKv">Whether a learned key and value are added to every sequence.</param>
    /// <param name="addZeroAttn">Whether a key and a value of zeros are added to every sequence.</param>
    /// <param name="kdim">Features of keys; <paramref name="embedDim"/> unless given.</param>
    /// <param name="vdim">Features of values; <paramref name="embedDim"/> unless given.</param>
    /// <param name="batchFirst">Whether tensors are [N, L, E] and not [L, N, E].</param>
    /// <param name="numKeyValueHeads">Heads of keys and values, each shared by as many query heads; all heads unless given.</param>
    /// <param name="dtype">Type of the parameters.</param>
    /// <exception cref="GraphException">A size or probability is out of range, or heads do not divide.</exception>
    public MultiheadAttention(int embedDim, int numHeads, double dropout = 0, bool bias = true, bool addBiasKv = false,
        bool addZeroAttn = false, int? kdim = null, int? vdim = null, bool batchFirst = false, int? numKeyValueHeads = null,
        DType dtype = DType.Float32)
    {
        (EmbedDim, NumHeads, NumKeyValueHeads) = (embedDim, numHeads, numKeyValueHeads ?? numHeads);
        (_kdim, _vdim, _dropout, _addZeroAttn, _batchFirst) = (kdim ?? embedDim, vdim ?? embedDim, dropout, addZeroAttn, batchFirst);
        CheckSettings();
        if (_kdim == embedDim && _vdim == embedDim)
            InProjWeight = new Parameter(Init.XavierUniform(), dtype, embedDim + 2 * KeyDim, embedDim);
        else
        {
            QProjWeight = new Parameter(Init.XavierUniform(), dtype, embedDim, embedDim);
            KProjWeight = new Parameter(Init.XavierUniform(), dtype, KeyDim, _kdim);
            VProjWeight = new Parameter(Init.XavierUniform(), dtype, KeyDim, _vdim);
        }
        InProjBias = bias ? new Parameter(Init.Zeros, dtype, embedDim + 2 * KeyDim) : null;
        BiasK = addBiasKv ? new Parameter(Init.XavierNormal(), dtype, 1, 1, KeyDim) : null;
        BiasV = addBiasKv ? new Parameter(Init.XavierNormal(), dtype, 1, 1, KeyDim) : null;
        _outProj = new Linear(embedDim, embedDim, bias, dtype);
        if (_outProj.Bias is { } outBias) outBias.Initializer = Init.Zeros;
    }

    public int EmbedDim { get; }

    public int NumHeads { get; }

    /// <summary>Heads of keys and values.</summary>
    public int NumKeyValueHeads { get; }

    /// <summary>Features of one head.</summary>
    public int HeadDim => EmbedDim / NumHeads;

    /// <summary>Projections of queries, keys and values below one another, [embedDim + 2 · keyDim, embedDim]; null where kdim or vdim differ.</summary>
    public Parameter? InProjWeight { get; }

    /// <summary>[embedDim, embedDim], where <see cref="InProjWeight"/> is null.</summary>
    public Parameter? QProjWeight { get; }

    /// <summary>[keyDim, kdim], where <see cref="InProjWeight"/> is null.</summary>
    public Parameter? KProjWeight { get; }

    /// <summary>[keyDim, vdim], where <see cref="InProjWeight"/> is null.</summary>
    public Parameter? VProjWeight { get; }

    /// <summary>Biases of queries, keys and values one after another, or null.</summary>
    public Parameter? InProjBias { get; }

    /// <summary>[1, 1, keyDim], the key added to every sequence, or null.</summary>
    public Parameter? BiasK { get; }

    /// <summary>[1, 1, keyDim], the value added to every sequence, or null.</summary>
    public Parameter? BiasV { get; }

    /// <summary>[embedDim, embedDim], over the heads one after another.</summary>
    public Linear OutProj => _outProj;

    /// <summary>Rotates queries and keys by their positions, for attention of a sequence to itself; null for none.</summary>
    public RotaryEmbedding? Rotary { get; init; }

    private int KeyDim => HeadDim * NumKeyValueHeads;

    /// <summary>Attention of a sequence to itself, without masks.</summary>
    public override Tensor Forward(Tensor input) => Forward(input, input, input).Output;

    /// <summary>What each query finds by its weights of the keys.</summary>
    /// <param name="query">[L, N, embedDim], or [N, L, embedDim] with batchFirst, or [L, embedDim] for one sequence.</param>
    /// <param name="key">[S, N, kdim], laid out alike.</param>
    /// <param name="value">[S, N, vdim], laid out alike.</param>
    /// <param name="keyPaddingMask">[N, S], or [S] for one sequence: bool, where true leaves a key out, or float, to be added to the scores.</param>
    /// <param name="needWeights">Whether to give the weights, [N, L, S]; computing them costs nothing unless they are used.</param>
    /// <param name="attnMask">
    /// [L, S], [N · heads, L, S], or four axes that broadcast to [N, heads, L, S]: bool, where true leaves a key out, or float,
    /// to be added to the scores. A query with no key left gives the output's bias.
    /// </param>
    /// <param name="averageAttnWeights">False gives the weights of each head, [N, heads, L, S].</param>
    /// <param name="isCausal">Whether no query attends to later keys, on top of the mask; no mask is needed for it.</param>
    /// <param name="cache">Keys and values of earlier tokens, to which these are added. Then S of the masks is the cache's capacity.</param>
    /// <exception cref="GraphException">Shapes or types do not fit.</exception>
    public (Tensor Output, Tensor? Weights) Forward(Tensor query, Tensor key, Tensor value, Tensor? keyPaddingMask = null,
        bool needWeights = true, Tensor? attnMask = null, bool averageAttnWeights = true, bool isCausal = false, KeyValueCache? cache = null)
    {
        CheckInputs(query, key, value);
        using var scope = Enter();
        var single = query.Rank == 2;
        var batchAxis = _batchFirst ? 0 : 1;
        var (q, k, v) = single
            ? Project(query.Unsqueeze(batchAxis), key.Unsqueeze(batchAxis), value.Unsqueeze(batchAxis))
            : Project(query, key, value);
        if (Rotary is not null) (q, k) = (Rotary.Forward(q, cache?.Position), Rotary.Forward(k, cache?.Position));
        if (cache is not null) (k, v) = cache.Append(this, k, v);
        var mask = CombinedMask(keyPaddingMask, attnMask, isCausal, cache, q, k);
        (k, v) = (WithAddedKeys(k, BiasK), WithAddedKeys(v, BiasV));
        var (attended, weights) = new DotProductAttention(mask, _dropout, isCausal && !MasksCausally(cache)).Of(q, k, v, Groups);
        var output = _outProj.Forward(attended.Permute(_batchFirst ? [0, 2, 1, 3] : [2, 0, 1, 3]).Flatten(2));
        if (averageAttnWeights) weights = weights.Mean(1);
        if (single) (output, weights) = (output.Squeeze(batchAxis), weights.Squeeze(0));
        return (output, needWeights ? weights : null);
    }
}
