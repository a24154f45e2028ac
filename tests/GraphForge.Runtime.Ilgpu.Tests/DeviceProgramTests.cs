using GraphForge.Compiler;
using GraphForge.Compiler.Emit.Targets;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Compiler.Tests.Compiled;
using GraphForge.Compiler.Tests.Device;
using GraphForge.Runtime.Device;
using GraphForge.Tests.Devices;

namespace GraphForge.Runtime.Ilgpu.Tests;

/// <summary>Whole programs on each device that is there, and on ILGPU's simulation of one: states, the one block of memory, errors.</summary>
[TestFixtureSource(typeof(TestDevices), nameof(TestDevices.Present))]
public class DeviceProgramTests(TestDevice on)
{
    private ComputeDevice _device = null!;

    [OneTimeSetUp]
    public void Open() => _device = on.Open();

    [OneTimeTearDown]
    public void Close() => _device.Dispose();

    [Test]
    public void ATrainingStepLearnsWhatTheReferenceLearns()
    {
        var step = new TrainingStep();
        var source = DeviceEvaluation.Compile(step.Graph, GpuTarget.Of(_device.Limits));
        var states = step.Start();
        StateBuffer[] buffers = [.. source.States.Select(slot => Buffer(slot, states[slot]))];
        var program = DeviceEvaluation.Load(_device, source, buffers);
        for (var i = 0; i < 2; i++)
        {
            var reference = ReferenceEvaluator.Evaluate(step.Graph, TrainingStep.Batch(), states);
            states = new(reference.States);
            var loss = DeviceEvaluation.Run(program, TrainingStep.Batch())["loss"];
            Assert.That(loss[0].AsDouble, Is.EqualTo(reference.Outputs["loss"][0].AsDouble).Within(1e-3).Percent);
        }
        foreach (var (slot, buffer) in source.States.Zip(buffers))
            Closeness.AssertClose(Literal.Of(slot.Type, buffer.AsBytes()), states[slot], 2e-5, slot.Name);
    }

    [Test]
    public void GroupsThatAreTooLargeAreRefused()
    {
        var source = DeviceEvaluation.Compile(Doubled(1000), GpuTarget.Common);
        using var small = Device.Simulated();
        Assert.That(() => DeviceEvaluation.Load(small, source), Throws.TypeOf<DeviceException>().With.Message.EqualTo(
            $"Kernel K0_multiply has groups of {source.Kernels[0].Threads} threads, and {small.Name} takes at most 16. Compile the program for this device's limits."));
    }

    [Test]
    public void KernelsThatCannotBeTranslatedAreNamed()
    {
        var source = DeviceEvaluation.Compile(Doubled(4), GpuTarget.Of(_device.Limits));
        var text = source.KernelText.Replace("int group = Grid.IdxX;", "int group = Grid.IdxX; if (first < 0) throw new InvalidOperationException();", StringComparison.Ordinal);
        var image = Jit.DeviceKernelCompiler.Compile(text, typeof(ILGPU.Context).Assembly);
        Assert.That(() => DeviceText.Ptx(image, source.Plan.KernelNames),
            Throws.TypeOf<DeviceException>().With.Message.StartsWith("ILGPU cannot translate kernel K0_multiply to PTX: "));
    }

    [Test]
    public void ValuesOfAnotherSizeAreRefused()
    {
        var source = DeviceEvaluation.Compile(Doubled(4), GpuTarget.Of(_device.Limits));
        using var run = DeviceEvaluation.Load(_device, source).Rent();
        Assert.That(() => run.SetInput<float>(0, new float[3]), Throws.ArgumentException.With.Message.StartsWith("The input 'x' of 'doubled' takes 16 bytes, and 12 were given."));
    }

    private static StateBuffer Buffer(StateSlot slot, Literal value)
    {
        var buffer = new StateBuffer(slot.Name, slot.Type.DType, slot.Type.Shape.Values);
        buffer.CopyFromBytes(value.Bytes);
        return buffer;
    }

    private static ComputationGraph Doubled(long extent) => new("doubled", [new NamedOutput("y", Nodes.Input("x", DType.Float32, Shape.Of(extent)) * 2)], []);
}
