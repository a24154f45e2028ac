using GraphForge.Compiler.Emit.Targets;
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
            var source = DeviceEvaluation.Compile(sample.Graph(type), GpuTarget.Common);
            var image = DeviceEvaluation.Image(source);
            var texts = DeviceText.Ptx(image, source.Plan.KernelNames);
            Assert.That(texts, Has.Count.EqualTo(source.Kernels.Count));
            Assert.That(texts, Has.All.Contains(".visible .entry"), $"{sample.Name} {type}");
            Assert.That(texts, Has.None.Contains(".approx").And.None.Contains(".ftz").And.None.Contains(".extern"), $"{sample.Name} {type} is exact and whole");
            Assert.That(DeviceText.OpenCL(image, source.Plan.KernelNames), Has.All.Contains("kernel void"), $"{sample.Name} {type}");
        }
    }

    /// <summary>What a thread reads of shared memory it reads before the barrier behind which others overwrite it.</summary>
    [Test]
    public void LoadsStayBetweenTheirBarriers()
    {
        var sample = OpSamples.All.Single(s => s.Name == "matmul");
        var source = DeviceEvaluation.Compile(sample.Graph(DType.Float32), GpuTarget.Common);
        var slice = DeviceText.Ptx(DeviceEvaluation.Image(source), source.Plan.KernelNames).Single().Split("bar.sync");
        Assert.That(slice, Has.Length.EqualTo(3));
        Assert.That(slice[1], Does.Contain("ld.shared"));
        Assert.That(slice[2], Does.Not.Contain("ld.shared"));
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
