using GraphForge.Compiler.Emit.Targets;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Compiler.Loops.Schedules;
using GraphForge.Compiler.Ops;
using GraphForge.Compiler.Schedule;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Loops.Schedules;

/// <summary>What is on record for a kernel is how it is scheduled.</summary>
public sealed class ScheduleRecordsTests
{
    private static readonly CompilerOptions Options = new() { Target = new CpuTarget(64), Threads = 2 };

    [Test]
    public void EveryChoiceOnRecordIsUsed()
    {
        var graph = Product("x", 96, 80, 64);
        var kernel = Kernel(graph);
        var choices = ContractionSchedule.Choices(kernel.Definition, Options.Target).ToArray();
        Assert.That(choices.Select(c => ScheduleChoiceText.Of(c.Shape, c.Blocking)), Is.Unique.And.All.Matches<string>(text => ScheduleChoiceText.IsChoice(text!)));
        foreach (var (shape, blocking) in choices.Where((_, i) => i % 17 == 0))
        {
            var compiled = Compile(graph, Record(kernel, ScheduleChoiceText.Of(shape, blocking)));
            Assert.That(LoopPrinter.Print(compiled.Kernels.Single()),
                Is.EqualTo(LoopPrinter.Print(ContractionSchedule.Build(kernel.Definition, shape, blocking))));
        }
    }

    [Test]
    public void AChoiceOnRecordMayDifferFromTheModels()
    {
        var graph = Product("x", 96, 80, 64);
        var slowest = ContractionSchedule.Choices(Kernel(graph).Definition, Options.Target).MaxBy(c => c.Blocking.Cycles);
        var recorded = Compile(graph, Record(Kernel(graph), ScheduleChoiceText.Of(slowest.Shape, slowest.Blocking)));
        Assert.Multiple(() =>
        {
            Assert.That(recorded.KernelText, Is.Not.EqualTo(Compile(graph, ScheduleRecords.Empty).KernelText));
            Assert.That(recorded.UnusableSchedules, Is.Empty);
        });
    }

    [Test]
    public void WhereTheRecordSaysModelTheModelDecides()
    {
        var graph = Product("x", 96, 80, 64);
        var compiled = Compile(graph, Record(Kernel(graph), ScheduleRecord.Model));
        Assert.Multiple(() =>
        {
            Assert.That(compiled.KernelText, Is.EqualTo(Compile(graph, ScheduleRecords.Empty).KernelText));
            Assert.That(compiled.UnusableSchedules, Is.Empty);
        });
    }

    [Test]
    public void AChoiceThatTheKernelDoesNotHaveIsPassedOverAndReported()
    {
        var graph = Product("x", 96, 80, 64);
        var compiled = Compile(graph, Record(Kernel(graph), "result 99x9, rows 1, panels 1, sum 64"));
        Assert.Multiple(() =>
        {
            Assert.That(compiled.KernelText, Is.EqualTo(Compile(graph, ScheduleRecords.Empty).KernelText));
            Assert.That(compiled.UnusableSchedules, Is.EqualTo(new[]
            {
                $"{Kernel(graph).Name} has no schedule 'result 99x9, rows 1, panels 1, sum 64' any more; the model decides",
            }));
        });
    }

    [Test]
    public void AKeyTellsWorkApartAndNotNames()
    {
        var key = Key(Product("x", 96, 80, 64));
        Assert.Multiple(() =>
        {
            Assert.That(Key(Product("renamed", 96, 80, 64)), Is.EqualTo(key));
            Assert.That(Key(Product("x", 96, 80, 63)), Is.Not.EqualTo(key));
            Assert.That(ScheduleKey.Of(Kernel(Product("x", 96, 80, 64)).Definition, new CpuTarget(32)), Is.EqualTo(key with { VectorBits = 256 }));
            Assert.That(key.Work, Does.Match("^[0-9a-f]{16}$"));
        });
    }

    [Test]
    public void CandidatesBeginWithTheModelsChoiceAndDiffer([Values(2, 5, 12, 500)] int count)
    {
        var definition = Kernel(Product("x", 256, 512, 128)).Definition;
        var candidates = ScheduleCandidates.Of(definition, Options.Target, count);
        var model = ContractionSchedule.Choices(definition, Options.Target).MinBy(c => c.Blocking.Cycles);
        Assert.Multiple(() =>
        {
            Assert.That(candidates[0].Choice, Is.EqualTo(ScheduleChoiceText.Of(model.Shape, model.Blocking)));
            Assert.That(candidates.Select(c => c.Choice), Is.Unique);
            Assert.That(candidates, Has.Count.LessThanOrEqualTo(count));
            if (count is 5 or 12) Assert.That(candidates.Select(c => c.Choice.Split(',')[0]).Distinct().Count(), Is.GreaterThan(1), "several tiles");
        });
    }

    private static ScheduleRecords Record(PlannedKernel kernel, string choice) =>
        ScheduleRecords.Empty.With(ScheduleKey.Of(kernel.Definition, Options.Target), new ScheduleRecord(choice, ""));

    private static ScheduleKey Key(ComputationGraph graph) => ScheduleKey.Of(Kernel(graph).Definition, Options.Target);

    private static PlannedKernel Kernel(ComputationGraph graph) =>
        Pipeline.Kernels(graph, new Dictionary<DimSymbol, long>(), Options).Single();

    private static CompiledSource Compile(ComputationGraph graph, ScheduleRecords records) =>
        Pipeline.Compile(graph, new Dictionary<DimSymbol, long>(), Options with { Schedules = records });

    private static ComputationGraph Product(string name, long rows, long columns, long sum)
    {
        var left = Nodes.Input(name, DType.Float32, Shape.Of(rows, sum));
        var right = Nodes.Input(name + "s", DType.Float32, Shape.Of(sum, columns));
        return new ComputationGraph("product", [new NamedOutput("y", Nodes.Einsum("mk,kn->mn", left, right) + 1)], []);
    }
}
