using GraphForge.Compiler.Emit.Targets;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;

namespace GraphForge.Runtime.Ilgpu.Tests;

public class WideAccessTests
{
    [Test]
    public void FourNeighboursAreOneAccess()
    {
        var y = Nodes.Input("x", DType.Float32, Shape.Of(1 << 14)) * 2 + 1;
        var source = DeviceEvaluation.Compile(new ComputationGraph("scaled", [new NamedOutput("y", y)], []), GpuTarget.Common);
        var text = DeviceText.Ptx(DeviceEvaluation.Image(source), source.Plan.KernelNames).Single();
        Assert.That(text, Does.Match(@"ld(\.global)?\.v4\.f32").And.Match(@"st(\.global)?\.v4\.f32"));
    }
}
