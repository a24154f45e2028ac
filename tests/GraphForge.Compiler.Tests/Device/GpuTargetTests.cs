using GraphForge.Compiler.Emit.Targets;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Runtime;
using GraphForge.Runtime.Device;

namespace GraphForge.Compiler.Tests.Device;

/// <summary>What the figures of a device decide.</summary>
public class GpuTargetTests
{
    [TestCase(256, 0, 16, ExpectedResult = 8, Description = "threads")]
    [TestCase(32, 0, 16, ExpectedResult = 16, Description = "groups")]
    [TestCase(256, 48 * 1024, 16, ExpectedResult = 2, Description = "shared memory")]
    [TestCase(256, 0, 128, ExpectedResult = 2, Description = "registers")]
    [TestCase(20, 0, 255, ExpectedResult = 8, Description = "whole warps")]
    [TestCase(1024, 100 * 1024, 255, ExpectedResult = 1, Description = "one is always there")]
    public int A_multiprocessor_has_room_for_groups(int threads, int sharedBytes, int registers) =>
        GpuTarget.Common.ResidentGroups(threads, sharedBytes, registers);

    /// <summary>Fewer registers make smaller tiles, fewer multiprocessors larger groups of work; a small product is shared by more groups than one.</summary>
    [Test]
    public void Tiles_follow_from_the_device()
    {
        var whole = Groups(GpuTarget.Common, 1024);
        Assert.That(Groups(GpuTarget.Common with { ThreadRegisters = 16 }, 1024), Is.GreaterThan(whole));
        Assert.That(Groups(GpuTarget.Common with { Multiprocessors = 8 }, 256), Is.LessThan(Groups(GpuTarget.Common, 256)));
        Assert.That(Groups(GpuTarget.Common, 256), Is.GreaterThanOrEqualTo(GpuTarget.Common.Multiprocessors));
    }

    [Test]
    public void What_a_driver_tells_is_used_and_the_rest_assumed()
    {
        var limits = new DeviceLimits(132, 32, 1024, 48 * 1024, 2048, 1L << 34);
        var (told, silent) = (GpuTarget.Of(limits with { Registers = 1 << 15, MultiprocessorSharedBytes = 228 * 1024, ResidentGroups = 32, Lanes = 64 }), GpuTarget.Of(limits));
        Assert.That((told.Registers, told.MultiprocessorSharedBytes, told.MostGroups, told.Lanes), Is.EqualTo((1 << 15, 228 * 1024, 32, 64)));
        var common = GpuTarget.Common;
        Assert.That((silent.Registers, silent.MultiprocessorSharedBytes, silent.MostGroups, silent.Lanes),
            Is.EqualTo((common.Registers, common.MultiprocessorSharedBytes, common.MostGroups, common.Lanes)));
    }

    private static int Groups(GpuTarget target, long extent)
    {
        var y = Nodes.MatMul(Nodes.Input("x", DType.Float32, Shape.Of(extent, extent)), Nodes.Input("w", DType.Float32, Shape.Of(extent, extent)));
        var graph = new ComputationGraph("product", [new NamedOutput("y", y)], []);
        return Pipeline.Compile(graph, new Dictionary<DimSymbol, long>(), new CompilerOptions { Device = target, Threads = 1 }).Kernels.Single().Tasks;
    }
}
