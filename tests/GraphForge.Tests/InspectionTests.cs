using System.Text.RegularExpressions;
using GraphForge.Compiler.Graph;
using GraphForge.Jit;
using GraphForge.Layers;
using GraphForge.Optimizers;

namespace GraphForge.Tests;

/// <summary>What a user can look at: dumps, planned memory and its budget, times of kernels.</summary>
public sealed class InspectionTests
{
    private const int BatchSize = 4;

    private static readonly float[] Samples = Values.Sequence(BatchSize * 3, first: -5);
    private static readonly long[] Classes = [0, 1, 1, 0];

    [Test]
    public void A_dump_numbers_the_passes_and_says_which_changed_nothing()
    {
        var folder = Directory.CreateTempSubdirectory("graphforge-");
        try
        {
            using (Compile(TestOptions.Default with { DumpFolder = folder.FullName }, out _)) { }
            var train = Path.Combine(folder.FullName, "train-batch=4", "train");
            var files = Directory.GetFiles(train).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal).ToArray();
            Assert.Multiple(() =>
            {
                Assert.That(files.Select(f => f[..2]), Is.EqualTo(Enumerable.Range(0, files.Length).Select(i => $"{i:00}")));
                Assert.That(files, Is.SupersetOf(new[] { "00-bind.txt", "03-simplify.txt", $"{files.Length - 1:00}-kernels.cs" }));
                Assert.That(Text("03-simplify.txt"), Does.Contain("contraction"));
                Assert.That(Text("06-channels-last.txt"), Is.EqualTo("(unchanged)\n"));
                Assert.That(Text(files[^1]), Does.Contain("internal static unsafe class Kernels"));
            });

            string Text(string file) => File.ReadAllText(Path.Combine(train, file));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Test]
    public void A_budget_below_the_plan_is_refused_with_what_it_takes()
    {
        using var free = Compile(TestOptions.Default, out _);
        var need = free.Memory!;
        using (Compile(TestOptions.Default with { MemoryBudget = need.TotalBytes }, out _)) { }
        var error = Assert.Throws<GraphException>(() => Compile(TestOptions.Default with { MemoryBudget = need.StateBytes }, out _))!;
        Assert.Multiple(() =>
        {
            Assert.That(error.Code, Is.EqualTo(ErrorCode.OverBudget));
            var total = Regex.Match($"{need}", "^planned peak (.*)").Groups[1].Value;
            Assert.That(error.Problem, Does.StartWith($"the program needs {total}, ").And.Contain(" more than the budget of "));
            Assert.That(error.Problem, Does.Contain("The largest values").And.Contain(need.LargestAtPeak[0].Name).And.Contain("samples"));
        });
    }

    [Test]
    public void A_report_says_where_the_time_of_compiling_went()
    {
        using var training = Compile(TestOptions.Default with { KernelCache = KernelCacheOptions.Disabled }, out var model);
        var inference = CompiledModel.Compile(model, [3], TestOptions.Default).CompileReport(("batch", 2))!;
        var report = training.CompileReport!;
        Assert.Multiple(() =>
        {
            Assert.That(report.Phases[0].Name, Is.EqualTo("trace"));
            Assert.That(report.Phases.Select(p => p.Name), Is.SupersetOf(new[] { "simplify", "fusion", "plan", "C# compiler", "machine code" }));
            Assert.That(report.Total, Is.LessThanOrEqualTo(training.CompileTime));
            Assert.That((report.Program, inference.Program), Is.EqualTo(("train", "infer")));
            Assert.That(inference.Phases[0].Name, Is.EqualTo("trace"));
            Assert.That(report.Steps, Is.EqualTo(training.Profile<float, long>(Samples, Classes).Count));
        });
    }

    [Test]
    public void A_profile_times_every_kernel_of_a_whole_step()
    {
        using var profiled = Compile(TestOptions.Default, out var model);
        using var stepped = Compile(TestOptions.Default, out var sameModel);
        var times = profiled.Profile<float, long>(Samples, Classes);
        stepped.Step<float, long>(Samples, Classes);
        Assert.Multiple(() =>
        {
            Assert.That(times, Has.Count.EqualTo(profiled.Memory!.Timeline.Count), "one entry a step of the plan");
            Assert.That(times.Select(t => t.Kernel), Is.Unique.And.All.StartsWith("K"));
            Assert.That(times.Select(t => t.Time), Has.All.GreaterThanOrEqualTo(TimeSpan.Zero));
            Assert.That(profiled.Steps, Is.EqualTo(1));
            Assert.That(Parameters(model), Is.EqualTo(Parameters(sameModel)));
        });
    }

    private static Training Compile(CompileOptions options, out Module model)
    {
        model = new Sequential(new Linear(3, 16), new ReLU(), new Linear(16, 2));
        return Training.Compile(model, Losses.CrossEntropy, new AdamW(), BatchSpec.Of(BatchSize, 3), options);
    }

    private static float[] Parameters(Module model) => [.. model.NamedParameters().SelectMany(p => p.Value.AsSpan<float>().ToArray())];
}
