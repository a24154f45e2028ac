using GraphForge.Compiler;
using GraphForge.Compiler.Emit.Targets;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Compiler.Tests.Compiled;
using GraphForge.Compiler.Tests.Device;

namespace GraphForge.Runtime.Ilgpu.Tests;

/// <summary>Whole programs on ILGPU's simulation of a GPU: states, the one block of memory, errors.</summary>
public class DeviceProgramTests
{
    private Device _device = null!;

    [OneTimeSetUp]
    public void Open() => _device = Device.Simulated();

    [OneTimeTearDown]
    public void Close() => _device.Dispose();

    [Test]
    public void ATrainingStepLearnsWhatTheReferenceLearns()
    {
        var step = new TrainingStep();
        var source = DeviceEvaluation.Compile(step.Graph, DeviceEvaluation.TargetOf(_device));
        using var program = Program(source, DeviceEvaluation.Image(source));
        var states = step.Start();
        foreach (var (slot, value) in states) program.SetState<byte>(slot.Name, value.Bytes);
        var loss = new float[1];
        for (var i = 0; i < 2; i++)
        {
            var reference = ReferenceEvaluator.Evaluate(step.Graph, TrainingStep.Batch(), states);
            states = new(reference.States);
            foreach (var (name, value) in TrainingStep.Batch()) program.SetInput<byte>(name, value.Bytes);
            program.Run();
            program.GetOutput("loss", loss.AsSpan());
            Assert.That(loss[0], Is.EqualTo(reference.Outputs["loss"][0].AsDouble).Within(1e-3).Percent);
        }
        foreach (var (slot, expected) in states)
        {
            var bytes = new byte[expected.Bytes.Length];
            program.GetState<byte>(slot.Name, bytes);
            Closeness.AssertClose(Literal.Of(slot.Type, bytes), expected, 2e-5, slot.Name);
        }
    }

    [Test]
    public void WhatFollowsFromStatesIsPreparedAgainWhenTheyChange()
    {
        var slot = new StateSlot("w", new TensorType(DType.Float32, Shape.Of(8, 4)));
        var y = Nodes.MatMul(Nodes.Input("x", DType.Float32, Shape.Of(2, 8)), Nodes.State(slot).Softmax(0));
        var graph = new ComputationGraph("prepared", [new NamedOutput("y", y)], []);
        var source = DeviceEvaluation.Compile(graph, DeviceEvaluation.TargetOf(_device));
        Assert.That(source.Plan.Preparation, Is.Not.Null);
        using var program = Program(source, DeviceEvaluation.Image(source));
        var x = Enumerable.Range(0, 16).Select(i => MathF.Cos(i)).ToArray();
        foreach (var scale in new[] { 1f, 3f })
        {
            var weights = Enumerable.Range(0, 32).Select(i => scale * MathF.Sin(i)).ToArray();
            program.SetState<float>("w", weights);
            program.SetInput<float>("x", x);
            program.Run();
            var actual = new float[8];
            program.GetOutput<float>("y", actual);
            var expected = ReferenceEvaluator.Evaluate(
                graph, new Dictionary<string, Literal> { ["x"] = Literal.Of<float>(x, 2, 8) }, new Dictionary<StateSlot, Literal> { [slot] = Literal.Of<float>(weights, 8, 4) });
            Closeness.AssertClose(Literal.Of<float>(actual, 2, 4), expected.Outputs["y"], Closeness.Tolerance(DType.Float32), $"scale {scale}");
        }
    }

    [Test]
    public void GroupsThatAreTooLargeAreRefused()
    {
        var source = DeviceEvaluation.Compile(Doubled(1000), GpuTarget.Common);
        Assert.That(() => Program(source, DeviceEvaluation.Image(source)), Throws.TypeOf<DeviceException>().With.Message.EqualTo(
            $"Kernel K0_multiply has groups of 32 threads, and {_device.Name} takes at most 16. Compile the program for this device's limits."));
    }

    [Test]
    public void KernelsThatCannotBeTranslatedAreNamed()
    {
        var source = DeviceEvaluation.Compile(Doubled(4), DeviceEvaluation.TargetOf(_device));
        var text = source.KernelText.Replace("int group = Grid.IdxX;", "int group = Grid.IdxX; if (first < 0) throw new InvalidOperationException();", StringComparison.Ordinal);
        var image = Jit.DeviceKernelCompiler.Compile(text, typeof(ILGPU.Context).Assembly);
        Assert.That(() => DeviceText.Ptx(image, source.Plan.KernelNames),
            Throws.TypeOf<DeviceException>().With.Message.StartsWith("ILGPU cannot translate kernel K0_multiply to PTX: "));
    }

    [Test]
    public void AMissingDeviceIsOneError() => Assert.That(() => Device.Cuda(99), Throws.TypeOf<DeviceException>().With.Message.EndsWith(
        "Install NVIDIA's driver; the CUDA toolkit is not needed."));

    [Test]
    public void ValuesOfAnotherSizeAreRefused()
    {
        var source = DeviceEvaluation.Compile(Doubled(4), DeviceEvaluation.TargetOf(_device));
        using var program = Program(source, DeviceEvaluation.Image(source));
        Assert.That(() => program.SetInput<float>("x", new float[3]), Throws.ArgumentException.With.Message.StartsWith("'x' of 'doubled' takes 16 bytes, and 12 were given."));
        Assert.That(() => program.SetInput<float>("z", new float[4]), Throws.ArgumentException.With.Message.StartsWith("'doubled' has no input 'z'."));
    }

    private DeviceProgram Program(CompiledSource source, byte[] image) => new(_device, source.Plan, new DeviceCode(image, [.. source.Kernels.Select(k => k.Threads)]));

    private static ComputationGraph Doubled(long extent) => new("doubled", [new NamedOutput("y", Nodes.Input("x", DType.Float32, Shape.Of(extent)) * 2)], []);
}
