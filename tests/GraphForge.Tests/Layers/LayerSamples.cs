namespace GraphForge.Tests.Layers;

/// <summary>At least one row for each layer; <see cref="LayerCoverageTests"/> says which need none.</summary>
internal static class LayerSamples
{
    public static IEnumerable<LayerSample> All =>
    [
        .. LinearSamples.All, .. ActivationSamples.All, .. ImagingSamples.All, .. RearrangementSamples.All, .. AttentionSamples.All,
        .. TransformerSamples.All, .. RecurrentSamples.All,
    ];
}
