using GraphForge.Compiler.Graph;
using GraphForge.Jit;
using GraphForge.Layers;
using GraphForge.Optimizers;

namespace GraphForge.Tests;

/// <summary>Searched schedules, from the options to the file and back.</summary>
[NonParallelizable]
public sealed class TuneTests
{
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"graphforge-{Guid.NewGuid():N}.schedules");

    [TearDown]
    public void Remove() => File.Delete(_file);

    [Test]
    public void A_search_fills_a_file_that_serves_without_a_search()
    {
        var told = new List<TunedKernel>();
        var tuned = Outputs(TestOptions.Default with { ScheduleFile = _file, Tune = Watched(told) });
        var written = File.ReadAllText(_file);
        var searched = told.Count;
        var again = Outputs(TestOptions.Default with { ScheduleFile = _file, Tune = Watched(told) });
        var served = Outputs(TestOptions.Default with { ScheduleFile = _file });
        Assert.Multiple(() =>
        {
            Assert.That(searched, Is.EqualTo(2), "a contraction a layer");
            Assert.That(told.SelectMany(t => t.Refused), Is.Empty);
            Assert.That(told, Has.Count.EqualTo(searched), "what is known is not searched again");
            Assert.That(File.ReadAllText(_file), Is.EqualTo(written));
            Assert.That(written.Split('\n', StringSplitOptions.RemoveEmptyEntries), Has.Length.EqualTo(1 + searched));
            Assert.That(again, Is.EqualTo(tuned));
            Assert.That(served, Is.EqualTo(tuned), "the same schedules, the same bits");
            Assert.That(tuned, Is.EqualTo(Outputs(TestOptions.Default)).Within(1e-4f));
        });
    }

    [Test]
    public void A_training_adds_its_kernels_to_the_file()
    {
        var told = new List<TunedKernel>();
        var options = TestOptions.Default with { ScheduleFile = _file, Tune = Watched(told) };
        Outputs(options);
        var inference = File.ReadAllLines(_file);
        using var training = Training.Compile(Model(), Losses.CrossEntropy, new SGD(0.1f), BatchSpec.Of(8, 24), options);
        Assert.That(inference, Is.SubsetOf(File.ReadAllLines(_file)));
        Assert.That(File.ReadAllLines(_file), Has.Length.EqualTo(1 + told.Count));
    }

    [Test]
    public void A_search_needs_a_file()
    {
        var error = Assert.Throws<GraphException>(() => Outputs(TestOptions.Default with { Tune = new TuneOptions() }))!;
        Assert.That(error.Message, Does.EndWith(
            "error GF0104: CompileOptions.Tune keeps what it finds in a file: name one in CompileOptions.ScheduleFile."));
    }

    [Test]
    public void A_cancelled_search_ends_the_compilation()
    {
        var tune = new TuneOptions { Cancellation = new CancellationToken(canceled: true) };
        Assert.That(() => Outputs(TestOptions.Default with { ScheduleFile = _file, Tune = tune }), Throws.InstanceOf<OperationCanceledException>());
    }

    private static Sequential Model() => new(new Linear(24, 40), new ReLU(), new Linear(40, 10));

    private static float[] Outputs(CompileOptions options)
    {
        var output = new float[8 * 10];
        CompiledModel.Compile(Model(), [24], options).Run([.. Values.Sequence(8 * 24).Select(x => x / 100)], output);
        return output;
    }

    private static TuneOptions Watched(List<TunedKernel> told) => new() { Candidates = 3, Progress = new Listener(told) };

    private sealed class Listener(List<TunedKernel> told) : IProgress<TunedKernel>
    {
        public void Report(TunedKernel kernel) => told.Add(kernel);
    }
}
