namespace GraphForge.Tests.Layers;

/// <summary>Derivatives of every layer in its inputs and parameters.</summary>
[Parallelizable(ParallelScope.Children)]
public sealed class LayerGradientTests
{
    private static IEnumerable<LayerSample> Samples => LayerSamples.All;

    [TestCaseSource(nameof(Samples))]
    public void Derivatives_agree_with_differences(LayerSample sample) => GradientCheck.AssertOnce(sample);

    [TestCaseSource(typeof(ActivationSamples), nameof(ActivationSamples.All))]
    public void Second_derivatives_of_activations_agree_with_differences(LayerSample sample) =>
        GradientCheck.AssertTwice(sample, FunctionGradientTests.Anywhere);
}
