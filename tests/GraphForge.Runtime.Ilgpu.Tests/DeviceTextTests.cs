using GraphForge.Compiler.Emit.Targets;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Compiler.Tests.Ops;

namespace GraphForge.Runtime.Ilgpu.Tests;

/// <summary>The kernels of every op sample as PTX and as OpenCL C.</summary>
public class DeviceTextTests
{
    [TestCaseSource(typeof(OpSamples), nameof(OpSamples.All))]
    public void EveryKernelTranslates(OpSample sample)
    {
        foreach (var type in new[] { DType.Float32, DType.Float64, DType.BFloat16 })
        {
            var texts = Texts(sample, type, DeviceText.Ptx, Cuda);
            Assert.That(texts, Has.All.Contains(".visible .entry"), $"{sample.Name} {type}");
            Assert.That(texts, Has.None.Contains(".approx").And.None.Contains(".ftz").And.None.Contains(".extern"), $"{sample.Name} {type} is exact and whole");
            Assert.That(Texts(sample, type, DeviceText.OpenCL, GpuTarget.Common), Has.All.Contains("kernel void"), $"{sample.Name} {type}");
        }
    }

    /// <summary>Threads of a warp add up in registers: by as many exchanges as its number has bits, and as many for the warps of a row.</summary>
    [TestCase("softmax of long rows", 10 + 10)]
    public void RowsAreReducedByExchange(string name, int exchanges)
    {
        var x = Nodes.Input("x", DType.Float32, Shape.Of(4, 4096));
        var source = DeviceEvaluation.Compile(new ComputationGraph(name, [new NamedOutput("y", x.Softmax(1))], []), Cuda);
        var text = DeviceText.Ptx(DeviceEvaluation.Image(source), source.Plan.KernelNames).Single();
        Assert.That(System.Text.RegularExpressions.Regex.Count(text, @"shfl\.sync\.bfly\.b32"), Is.EqualTo(exchanges));
    }

    [TestCase(DType.Float32, "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32")]
    [TestCase(DType.Float16, "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32")]
    [TestCase(DType.BFloat16, "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32")]
    public void TensorCoresMultiply(DType type, string instruction)
    {
        var y = Nodes.MatMul(Nodes.Input("x", type, Shape.Of(64, 64)), Nodes.Input("w", type, Shape.Of(64, 64)));
        var target = Cuda with { TensorCores = TensorCoreUse.RoundedFloats };
        var source = DeviceEvaluation.Compile(new ComputationGraph("product", [new NamedOutput("y", y)], []), target);
        var text = DeviceText.Ptx(DeviceEvaluation.Image(source), source.Plan.KernelNames).Single();
        Assert.That(text, Does.Match(System.Text.RegularExpressions.Regex.Escape(instruction) +
            @" \{\s*%f\d+, %f\d+, %f\d+, %f\d+\}, \{%r\d+, %r\d+, %r\d+, %r\d+\}, \{%r\d+, %r\d+\}, \{%f\d+, %f\d+, %f\d+, %f\d+\};"));
    }

    /// <summary>OpenCL's &gt;= is false for NaN, as &lt; is: one that may be turned around asks besides whether both are numbers.</summary>
    [Test]
    public void ComparisonsAskForNaN()
    {
        var (x, y) = (Nodes.Input("x", DType.Float32, Shape.Of(8)), Nodes.Input("y", DType.Float32, Shape.Of(8)));
        var source = DeviceEvaluation.Compile(new ComputationGraph("compared", [new NamedOutput("z", !x.Less(y))], []), GpuTarget.Common);
        var text = DeviceText.OpenCL(DeviceEvaluation.Image(source), source.Plan.KernelNames).Single();
        Assert.That(System.Text.RegularExpressions.Regex.Count(text, @"\(float\) (var\d+) [=!]= \(float\) \1;"), Is.EqualTo(2));
    }

    private static GpuTarget Cuda { get; } = GpuTarget.Common with { HasShuffles = true };

    private static IReadOnlyList<string> Texts(OpSample sample, DType type, Func<byte[], IReadOnlyList<string>, IReadOnlyList<string>> translate, GpuTarget target)
    {
        var source = DeviceEvaluation.Compile(sample.Graph(type), target);
        var texts = translate(DeviceEvaluation.Image(source), source.Plan.KernelNames);
        Assert.That(texts, Has.Count.EqualTo(source.Kernels.Count));
        return texts;
    }

    /// <summary>What a thread reads of shared memory it reads before the barrier behind which others overwrite it.</summary>
    [Test]
    public void LoadsStayBetweenTheirBarriers()
    {
        var y = Nodes.MatMul(Nodes.Input("x", DType.Float32, Shape.Of(120, 40)), Nodes.Input("w", DType.Float32, Shape.Of(40, 136)));
        var source = DeviceEvaluation.Compile(new ComputationGraph("product", [new NamedOutput("y", y)], []), GpuTarget.Common with { Multiprocessors = 1 });
        var text = DeviceText.Ptx(DeviceEvaluation.Image(source), source.Plan.KernelNames).Single();
        var behindBarriers = text.Split("\n\tL_").Where(block => block.Contains("bar.sync", StringComparison.Ordinal)).Select(block => block[block.IndexOf("bar.sync", StringComparison.Ordinal)..]).ToArray();
        Assert.That(behindBarriers, Has.Length.EqualTo(2).And.None.Contains("ld.shared"));
        Assert.That(text, Does.Contain("ld.shared.v4.f32").And.Contain("st.shared.v4.f32"));
        Assert.That(text, Does.Match(@"\.shared \.align 16 \.b8").And.Not.Match(@"\.shared \.align 4 "), "fours in shared memory stand on multiples of 16");
        Assert.That(text, Does.Match(@"st(\.global)?\.v4\.f32"), "results are stored in fours");
    }

    /// <summary>NaN is the greatest of a row, even next to the constant that the search starts from.</summary>
    [Test]
    public void ComparisonsWithConstantsAreOrdered()
    {
        var sample = OpSamples.All.Single(s => s.Name == "maximum of all");
        var source = DeviceEvaluation.Compile(sample.Graph(DType.Float32), GpuTarget.Common);
        var text = DeviceText.Ptx(DeviceEvaluation.Image(source), source.Plan.KernelNames).Single();
        Assert.That(text, Does.Contain("2139095040"), "the bits of infinity, beyond which lies NaN");
    }
}
