using GraphForge.Layers;
using GraphForge.Tests.Reference;

namespace GraphForge.Tests.Layers;

/// <summary>Every layer has its derivatives checked, and figures of PyTorch to agree with, or a reason to have none.</summary>
public sealed class LayerCoverageTests
{
    private const string Random = "zeroes at random while training, see ChannelDropoutTests, and does nothing else";
    private const string Holder = "holds modules and computes nothing";

    private static readonly Dictionary<Type, string> WithoutDerivatives = new()
    {
        [typeof(Dropout)] = Random,
        [typeof(Dropout1d)] = Random,
        [typeof(Dropout2d)] = Random,
        [typeof(Dropout3d)] = Random,
        [typeof(AlphaDropout)] = Random,
        [typeof(ModuleList)] = Holder,
        [typeof(ModuleDict)] = Holder,
    };

    private static readonly Dictionary<Type, string> WithoutFigures = new(WithoutDerivatives)
    {
        [typeof(Residual)] = "is a sum of what has figures; PyTorch has no such layer",
    };

    private static IEnumerable<Type> Layers =>
        typeof(Linear).Assembly.GetExportedTypes().Where(t => t.IsSubclassOf(typeof(Module)) && !t.IsAbstract && t.Namespace == typeof(Linear).Namespace);

    [Test]
    public void Every_layer_has_its_derivatives_checked() =>
        AssertCovered(LayerSamples.All.Select(s => s.Layer.GetType()), WithoutDerivatives);

    [Test]
    public void Every_layer_has_figures_of_PyTorch() => AssertCovered(RecordedFamily.AppliedLayers(), WithoutFigures);

    /// <summary>Reasons that are needed no more are found too.</summary>
    private static void AssertCovered(IEnumerable<Type> covered, Dictionary<Type, string> reasons) =>
        Assert.That(Layers.Except(covered).Select(t => t.Name), Is.EquivalentTo(reasons.Keys.Select(t => t.Name)));
}
