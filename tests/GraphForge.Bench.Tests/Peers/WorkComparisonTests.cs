using GraphForge.Bench.Peers;
using GraphForge.Bench.Workloads;
using GraphForge.Serialization;

namespace GraphForge.Bench.Tests.Peers;

/// <summary>What GraphForge computes is compared with what the folder of a case says, before anything is timed.</summary>
public sealed class WorkComparisonTests
{
    private static readonly Workload Tiny = WorkloadTable.Named("tiny");

    private string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("graphforge-case-").FullName;

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [TestCase(0, true)]
    [TestCase(0.01f, false)]
    public void Losses_of_the_first_steps(float error, bool agrees)
    {
        WriteStep(error);
        AssertComparison(new StepWork(Tiny), agrees);
    }

    [TestCase(0, true)]
    [TestCase(0.01f, false)]
    public void Outputs_of_inference(float error, bool agrees)
    {
        WriteInference(error);
        AssertComparison(new InferenceWork(Tiny), agrees);
    }

    [TestCase(0, true)]
    [TestCase(0.01f, false)]
    public void Outputs_of_a_kernel(float error, bool agrees)
    {
        WriteCase(new() { ["x"] = TensorData.Of<float>([1, 2, 3], 3), ["output"] = TensorData.Of<float>([2, 4, 6 + error], 3) });
        AssertComparison(new KernelWork("kernel-double", [("x", [3])], x => x[0] * 2, 0), agrees);
    }

    [Test]
    public void Without_a_case_data_is_made_up()
    {
        using var run = new StepWork(Tiny).Prepare(given: null, new CompileOptions { Threads = 2 });
        Assert.That(run.Milliseconds, Throws.Nothing);
    }

    private void AssertComparison(Work work, bool agrees)
    {
        using var given = new WorkCase(_folder);
        if (agrees)
        {
            using var run = work.Prepare(given, new CompileOptions { Threads = 2 });
            Assert.That(run.Milliseconds, Throws.Nothing);
        }
        else Assert.That(() => work.Prepare(given, new CompileOptions { Threads = 2 }), Throws.TypeOf<BenchmarkException>().With.Message.StartsWith(work.Name));
    }

    private void WriteStep(float error)
    {
        var model = NewModel();
        var samples = Enumerable.Range(0, Tiny.Batch * 4).Select(i => MathF.Sin(i)).ToArray();
        var targets = Enumerable.Range(0, Tiny.Batch).Select(i => i % 3L).ToArray();
        using var training = Tiny.CompileTraining(model, new CompileOptions());
        float[] losses = [.. Enumerable.Range(0, 3).Select(_ => training.Step((Workload.Input, samples), (Workload.Target, targets)).Loss + error)];
        WriteCase(new()
        {
            [Workload.Input] = TensorData.Of<float>(samples, Tiny.Batch, 4),
            [Workload.Target] = TensorData.Of<long>(targets, Tiny.Batch),
            ["losses"] = TensorData.Of<float>(losses, 3),
        });
    }

    private void WriteInference(float error)
    {
        float[] sample = [0.1f, -0.2f, 0.3f, 0.4f], scores = new float[3];
        Tiny.CompileInference(NewModel(), new CompileOptions()).Run([(Workload.Input, sample)], [(Workload.Output, scores)]);
        scores[1] += error;
        WriteCase(new() { [Workload.Input] = TensorData.Of<float>(sample, 1, 4), ["output"] = TensorData.Of<float>(scores, 1, 3) });
    }

    /// <summary>A model, whose first weights are those of the case.</summary>
    private Module NewModel()
    {
        var model = Tiny.Model();
        model.Initialize(seed: 7);
        Safetensors.Save(Path.Combine(_folder, "model.safetensors"), model.StateDict());
        return model;
    }

    private void WriteCase(Dictionary<string, TensorData> tensors) => Safetensors.Save(Path.Combine(_folder, "case.safetensors"), tensors);
}
