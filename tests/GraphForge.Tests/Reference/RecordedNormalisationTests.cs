using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Tests.Reference;
using GraphForge.Layers;
using static GraphForge.Tests.Reference.RecordedFamily;

namespace GraphForge.Tests.Reference;

/// <summary>Normalisation with the recorded weights against PyTorch's outputs and gradients.</summary>
[Parallelizable(ParallelScope.Children)]
public sealed class RecordedNormalisationTests : RecordedFamilyTests<RecordedNormalisationTests>, IRecordedFamily
{
    public static RecordedFamily Family { get; } = new("normalisation_layers", new Dictionary<string, FamilyFunction>
    {
        ["batch norm training"] = (x, a) => Functional.BatchNorm(x[0], null, null, x[1], x[2], training: true, Eps(a)),
        ["batch norm evaluation"] = (x, _) => Functional.BatchNorm(x[0], x[1].Detach(), x[2].Detach(), x[3], x[4]),
        ["instance norm evaluation"] = (x, _) =>
            Functional.InstanceNorm(x[0], x[1].Detach(), x[2].Detach(), x[3], x[4], useInputStats: false),
        ["batch norm"] = Layer(BatchNorm),
        ["layer norm"] = Layer(a => new LayerNorm(Dims(a, "normalized_shape"), Eps(a), a.Flag("elementwise_affine", true))),
        ["group norm"] = Layer(a =>
            new GroupNorm(a.Integer("num_groups"), a.Integer("num_channels"), Eps(a), a.Flag("affine", true))),
        ["instance norm"] = Layer(InstanceNorm),
        ["local response norm"] = Layer(a =>
            new LocalResponseNorm(a.Integer("size"), a.Number("alpha", 1e-4), a.Number("beta", 0.75), a.Number("k", 1))),
        ["rms norm"] = Layer(a => new RMSNorm(
            Dims(a, "normalized_shape"), a.Has("eps") ? a.Number("eps") : null, a.Flag("elementwise_affine", true))),
    });

    private static double Eps(CaseAttributes a) => a.Number("eps", 1e-5);

    private static Shape Dims(CaseAttributes a, string name) => Shape.Of(a.Integers(name));

    private static Module BatchNorm(CaseAttributes a)
    {
        var (features, affine) = (a.Integer("num_features"), a.Flag("affine", true));
        return a.Rank switch
        {
            1 => new BatchNorm1d(features, Eps(a), affine: affine, trackRunningStats: false),
            2 => new BatchNorm2d(features, Eps(a), affine: affine, trackRunningStats: false),
            _ => new BatchNorm3d(features, Eps(a), affine: affine, trackRunningStats: false),
        };
    }

    private static Module InstanceNorm(CaseAttributes a)
    {
        var (features, affine) = (a.Integer("num_features"), a.Flag("affine", false));
        return a.Rank switch
        {
            1 => new InstanceNorm1d(features, Eps(a), affine: affine),
            2 => new InstanceNorm2d(features, Eps(a), affine: affine),
            _ => new InstanceNorm3d(features, Eps(a), affine: affine),
        };
    }
}
