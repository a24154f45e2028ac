using GraphForge.Layers;
using GraphForge.Tests.Reference;

namespace GraphForge.Tests.Layers;

/// <summary>Every layer has its derivatives checked, and figures of PyTorch to agree with, or a reason to have none.</summary>
public sealed class LayerCoverageTests
{
    private const string Random = "zeroes at random while training and does nothing else; DropoutTests and ChannelDropoutTests count";
    private const string Holder = "holds modules and computes nothing";

    private static readonly Dictionary<Type, string> WithoutDerivatives = new()
    {
    };

    private static readonly Dictionary<Type, string> WithoutFigures = new()
    {
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
