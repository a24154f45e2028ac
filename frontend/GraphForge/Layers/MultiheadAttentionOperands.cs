using GraphForge.Attention;
using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge.Layers;

/// <content>What attention is computed from: heads, masks and added keys; and the checks of what the layer is given.</content>
public sealed partial class MultiheadAttention
{
    private HeadGroups? Groups =>
        NumKeyValueHeads == NumHeads ? null : new HeadGroups(NumKeyValueHeads, NumHeads / NumKeyValueHeads);

    /// <summary>Keys that every sequence has beside its own.</summary>
    private int AddedKeys => (BiasK is null ? 0 : 1) + (_addZeroAttn ? 1 : 0);

    /// <summary>Queries, keys and values of all heads: [N, heads, length, headDim].</summary>
    private (Tensor Query, Tensor Key, Tensor Value) Project(Tensor query, Tensor key, Tensor value)
    {
        if (InProjWeight is not null && query.Node == key.Node && key.Node == value.Node)
        {
            var all = Functional.Linear(query, InProjWeight, InProjBias);
            return (Heads(Part(all, 0, -1), NumHeads), Heads(Part(all, 1, -1), NumKeyValueHeads),
                Heads(Part(all, 2, -1), NumKeyValueHeads));
        }
        return (Heads(Projected(query, QProjWeight, 0), NumHeads), Heads(Projected(key, KProjWeight, 1), NumKeyValueHeads),
            Heads(Projected(value, VProjWeight, 2), NumKeyValueHeads));
    }

    private Tensor Projected(Tensor input, Parameter? weight, int part) => Functional.Linear(input,
        weight is null ? Part(InProjWeight!, part, axis: 0) : weight,
        InProjBias is null ? null : Part(InProjBias, part, axis: 0));

    /// <summary>Of queries (0), keys (1) and values (2) one after another along an axis, one.</summary>
    private Tensor Part(Tensor packed, int part, int axis) => part == 0
        ? packed.Narrow(axis, 0, EmbedDim)
        : packed.Narrow(axis, EmbedDim + (part - 1) * KeyDim, KeyDim);

    /// <summary>[N, L, heads · headDim], or [L, N, …], → [N, heads, L, headDim].</summary>
    private Tensor Heads(Tensor projected, int heads) => projected
        .Reshape([.. projected.Shape.Take(2), heads, HeadDim]).Permute(_batchFirst ? [0, 2, 1, 3] : [1, 2, 0, 3]);

    /// <summary>[N, heads, S, headDim] with the learned row and the row of zeros where the layer has them.</summary>
    private Tensor WithAddedKeys(Tensor rows, Parameter? bias)
    {
        var parts = new List<Tensor> { rows };
        if (bias is not null)
            parts.Add(((Tensor)bias).Reshape(1, NumKeyValueHeads, 1, HeadDim).Expand(rows.Shape[0], -1, -1, -1));
        if (_addZeroAttn) parts.Add(Tensor.Zeros(rows.Shape.With(2, 1), rows.DType));
        return Tensor.Cat(parts, 2);
    }

    /// <summary>Whether order is part of the mask: the first query is not the first key's, or keys are added behind.</summary>
    private bool MasksCausally(KeyValueCache? cache) => cache is not null || AddedKeys > 0;

    /// <summary>What queries [N, heads, L, …] may attend to of keys [N, heads, S, …] and of those added.</summary>
    private Tensor? CombinedMask(
        Tensor? keyPaddingMask, Tensor? attnMask, bool isCausal, KeyValueCache? cache, Tensor queries, Tensor keys)
    {
        var mask = AttentionMasks.Both(PaddingMask(keyPaddingMask, queries, keys), HeadMask(attnMask, queries, keys));
        if (isCausal && MasksCausally(cache))
            mask = AttentionMasks.Both(AttentionMasks.Causal(queries.Shape[2], keys.Shape[2], cache?.Position), mask);
        else if (cache is not null)
            mask = AttentionMasks.Both(AttentionMasks.Held(cache, queries.Shape[2]), mask);
        return AttentionMasks.WithMoreKeys(mask, AddedKeys);
    }

    private Tensor? PaddingMask(Tensor? mask, Tensor queries, Tensor keys)
    {
        if (mask is null) return null;
        CheckMaskType("keyPaddingMask", mask, queries);
        var (batch, length) = (queries.Shape[0], keys.Shape[2]);
        Shape full = [batch, length], single = [length];
        if (mask.Shape != full && !(mask.Shape == single && batch.Is(1)))
            throw Error(ErrorCode.ShapeMismatch, $"takes a keyPaddingMask {full}, one entry for each key, but was given {mask.Shape}.");
        return AttentionMasks.FromMaskedOut(mask)!.Reshape(batch, 1, 1, length);
    }

    private Tensor? HeadMask(Tensor? mask, Tensor queries, Tensor keys)
    {
        if (mask is null) return null;
        CheckMaskType("attnMask", mask, queries);
        var (batch, length, count) = (queries.Shape[0], queries.Shape[2], keys.Shape[2]);
        var converted = AttentionMasks.FromMaskedOut(mask)!;
        Shape shared = [length, count], stacked = [batch * NumHeads, length, count], scores = [batch, NumHeads, length, count];
        if (mask.Shape == shared) return converted;
        if (mask.Shape == stacked) return converted.Reshape([.. scores]);
        if (mask.Rank == 4 && mask.Shape.Zip(scores).All(pair => pair.First == pair.Second || pair.First.Is(1))) return converted;
        throw Error(ErrorCode.ShapeMismatch, $"takes an attnMask {shared}, {stacked} or one that " +
            $"broadcasts to {scores}, but was given {mask.Shape}.");
    }

    private void CheckMaskType(string name, Tensor mask, Tensor queries)
    {
        if (mask.DType != DType.Bool && mask.DType != queries.DType)
            throw Error(ErrorCode.WrongDType, $"takes {name} of bool (true leaves a key out) or of the query's type, which is added to " +
                $"the scores, but was given {mask.Node.Type} with a query {queries.DType.ToString().ToLowerInvariant()}; cast it.");
    }

    private void CheckSettings()
    {
        if (EmbedDim < 1 || NumHeads < 1 || EmbedDim % NumHeads != 0)
            throw Error(ErrorCode.BadAttribute, $"needs heads that divide the features but was given {NumHeads} for {EmbedDim}.");
        if (NumKeyValueHeads < 1 || NumHeads % NumKeyValueHeads != 0)
            throw Error(ErrorCode.BadAttribute,
                $"needs numKeyValueHeads that divide the {NumHeads} heads but was given {NumKeyValueHeads}.");
        if (_kdim < 1 || _vdim < 1)
            throw Error(ErrorCode.BadAttribute,
                $"needs at least one feature of keys and values but was given kdim {_kdim} and vdim {_vdim}.");
        if (_dropout is not (>= 0 and <= 1))
            throw Error(ErrorCode.BadAttribute, $"takes a dropout in 0..1 but was given {_dropout}.");
    }

    private void CheckInputs(Tensor query, Tensor key, Tensor value)
    {
        var layout = query.Rank == 2 ? "[{0}, {1}]" : _batchFirst ? "[N, {0}, {1}]" : "[{0}, N, {1}]";
        var batchAxis = _batchFirst ? 0 : 1;
        var fits = query.Rank is 2 or 3 && key.Rank == query.Rank && value.Rank == query.Rank &&
            query.Shape[^1].Is(EmbedDim) && key.Shape[^1].Is(_kdim) && value.Shape[^1].Is(_vdim) &&
            key.Shape.SkipLast(1).SequenceEqual(value.Shape.SkipLast(1)) &&
            (query.Rank == 2 || query.Shape[batchAxis] == key.Shape[batchAxis]);
        if (fits) return;
        string Wanted(string length, int features) => string.Format(layout, length, features);
        throw Error(ErrorCode.ShapeMismatch,
            $"takes a query {Wanted("L", EmbedDim)}, a key {Wanted("S", _kdim)} and a value {Wanted("S", _vdim)} " +
            $"but was given {query.Shape}, {key.Shape} and {value.Shape}; transpose or project them.");
    }
}
