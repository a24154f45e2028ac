using System.Text;
using GraphForge.Runtime.Artifacts;
using GraphForge.Runtime.Ilgpu;
using GraphForge.Tests;
using GraphForge.Tests.Devices;
using GraphForge.Tests.Serialization;

namespace GraphForge.Runtime.Ilgpu.Tests;

/// <summary>Artifacts for devices that are not there.</summary>
public class SavedDeviceTests
{
    [Test]
    public void AModelIsSavedForCudaAndOpenCL()
    {
        using var folder = new TemporaryFolder();
        var model = CompiledModel.Compile(DeviceTrainingTests.Network(), [1, 6, 6], TestOptions.Default);
        model.Save(folder.Of("model.gfm"), new SaveOptions { VectorBits = [128], Devices = [SavedDevice.Cuda, SavedDevice.OpenCL] });
        using var artifact = Artifact.Open(folder.Of("model.gfm"));
        var binding = artifact.Manifest.Functions[0].Bindings[0];
        Assert.That(binding.DeviceVariants.Select(v => v.Device), Is.EqualTo(new[] { "cuda", "opencl" }));
        var (cuda, openCL) = (binding.DeviceVariants[0], binding.DeviceVariants[1]);
        var names = artifact.Plan(artifact.Manifest.Functions[0], binding, cuda).KernelNames;
        Assert.That(cuda.Texts, Has.Count.EqualTo(names.Count));
        foreach (var (name, text) in names.Zip(cuda.Texts))
            Assert.That(Encoding.UTF8.GetString(artifact.Read(text)), Does.Contain($".visible .entry Kernel_{name}(").And.Contain(".target sm_80"));
        Assert.That(openCL.Texts, Is.Empty);
        using var device = Device.Simulated();
        Assert.That(cuda.RunsOn(device.Limits), Is.False);
    }

    /// <summary>What the driver is handed, in this order: two views of 16 bytes, an int32, an int64.</summary>
    [Test]
    public void KernelsTakeTheArgumentsThatTheyAreLaunchedWith()
    {
        using var folder = new TemporaryFolder();
        CompiledModel.Compile(DeviceTrainingTests.Network(), [1, 6, 6], TestOptions.Default).Save(folder.Of("model.gfm"), new SaveOptions { VectorBits = [128], Devices = [SavedDevice.Cuda] });
        using var artifact = Artifact.Open(folder.Of("model.gfm"));
        foreach (var text in artifact.Manifest.Functions[0].Bindings[0].DeviceVariants[0].Texts)
            Assert.That(Encoding.UTF8.GetString(artifact.Read(text)), Does.Match(
                @"\.entry \w+\(\s*\.param \.align 8 \.b8 _\w+\[16\],\s*\.param \.align 8 \.b8 _\w+\[16\],\s*\.param \.b32 _\w+,\s*\.param \.b64 _\w+\s*\)"), text);
    }
}
