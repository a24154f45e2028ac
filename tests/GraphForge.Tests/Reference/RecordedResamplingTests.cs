using GraphForge.Compiler.Tests.Reference;
using GraphForge.Layers;
using static GraphForge.Tests.Reference.RecordedFamily;

namespace GraphForge.Tests.Reference;

/// <summary>Resolutions, and layers without parameters that rearrange or pad, against PyTorch's outputs and gradients.</summary>
[Parallelizable(ParallelScope.Children)]
public sealed class RecordedResamplingTests : RecordedFamilyTests<RecordedResamplingTests>, IRecordedFamily
{
    public static RecordedFamily Family { get; } = new("resampling", new Dictionary<string, FamilyFunction>
    {
        ["interpolate"] = (x, a) => Functional.Interpolate(x[0], a.Has("size") ? Integers(a, "size") : null,
            a.Has("factor") ? a.Numbers("factor") : null, Mode(a), a.Flag("align", false)),
        ["pixel shuffle"] = Layer(a => new PixelShuffle(a.Integer("upscale_factor"))),
        ["pixel unshuffle"] = Layer(a => new PixelUnshuffle(a.Integer("downscale_factor"))),
        ["channel shuffle"] = Layer(a => new ChannelShuffle(a.Integer("groups"))),
        ["unfold"] = Layer(a => new Unfold(Size(a, "kernel"), Size(a, "dilation", 1), Size(a, "padding", 0), Size(a, "stride", 1))),
        ["fold"] = Layer(a => new Fold(
            Size(a, "output"), Size(a, "kernel"), Size(a, "dilation", 1), Size(a, "padding", 0), Size(a, "stride", 1))),
        ["upsample"] = Layer(a => new Upsample(a.Number("factor"), Mode(a))),
        ["unflatten"] = Layer(a => new Unflatten(a.Integer("dim"), Integers(a, "size"))),
        ["identity"] = Layer(_ => new Identity()),
        ["flatten"] = Layer(a => new Flatten(a.Integer("start_dim", 1), a.Integer("end_dim", -1))),
        ["ConstantPad1d"] = Layer(a => new ConstantPad1d(Padding(a), Value(a))),
        ["ConstantPad2d"] = Layer(a => new ConstantPad2d(Padding(a), Value(a))),
        ["ConstantPad3d"] = Layer(a => new ConstantPad3d(Padding(a), Value(a))),
        ["ZeroPad1d"] = Layer(a => new ZeroPad1d(Padding(a))),
        ["ZeroPad2d"] = Layer(a => new ZeroPad2d(Padding(a))),
        ["ZeroPad3d"] = Layer(a => new ZeroPad3d(Padding(a))),
        ["CircularPad1d"] = Layer(a => new CircularPad1d(Padding(a))),
        ["CircularPad2d"] = Layer(a => new CircularPad2d(Padding(a))),
        ["CircularPad3d"] = Layer(a => new CircularPad3d(Padding(a))),
        ["ReflectionPad1d"] = Layer(a => new ReflectionPad1d(Padding(a))),
        ["ReflectionPad2d"] = Layer(a => new ReflectionPad2d(Padding(a))),
        ["ReflectionPad3d"] = Layer(a => new ReflectionPad3d(Padding(a))),
        ["ReplicationPad1d"] = Layer(a => new ReplicationPad1d(Padding(a))),
        ["ReplicationPad2d"] = Layer(a => new ReplicationPad2d(Padding(a))),
        ["ReplicationPad3d"] = Layer(a => new ReplicationPad3d(Padding(a))),
    });

    private static InterpolationMode Mode(CaseAttributes attributes) =>
        Enum.Parse<InterpolationMode>(attributes.Text("mode", "nearest").Replace("-", ""), ignoreCase: true);

    private static int[] Integers(CaseAttributes attributes, string name) => [.. attributes.Integers(name).Select(i => (int)i)];

    private static Size2d Size(CaseAttributes attributes, string name, int missing = 0) =>
        attributes.Has(name) && Integers(attributes, name) is [var height, var width] ? (height, width) : missing;

    /// <summary>The first argument of a padding layer, a number or several.</summary>
    private static int[] Padding(CaseAttributes attributes) => [.. attributes.Nested("arguments", 0).Select(n => (int)n)];

    private static double Value(CaseAttributes attributes) => attributes.Nested("arguments", 1)[0];
}
