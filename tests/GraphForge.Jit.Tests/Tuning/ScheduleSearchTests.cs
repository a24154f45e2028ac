using GraphForge.Compiler;
using GraphForge.Compiler.Emit.Targets;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops.Schedules;
using GraphForge.Compiler.Ops;
using GraphForge.Compiler.Schedule;
using GraphForge.Jit.Tuning;
using GraphForge.Runtime;

namespace GraphForge.Jit.Tests.Tuning;

[NonParallelizable]
public sealed class ScheduleSearchTests
{
    private const long Sum = 60;

    private static readonly Dictionary<DimSymbol, long> NoSymbols = [];

    private static readonly CompilerOptions Options = new() { Threads = 2 };

    private static readonly TrialSettings Settings = new(CpuTarget.Host, 2);

    [Test]
    public void ContractionsAreSearchedAndOthersAreNot()
    {
        var told = new List<TunedKernel>();
        var x = Nodes.Input("x", DType.Float32, Shape.Of(40, Sum));
        var product = Nodes.Einsum("mk,kn->mn", x, Nodes.Input("w", DType.Float32, Shape.Of(Sum, 50)));
        var graph = new ComputationGraph("both", [new NamedOutput("y", product.Tanh()), new NamedOutput("z", x.Exp())], []);
        var kernels = Pipeline.Kernels(graph, NoSymbols, Options);
        var found = new ScheduleSearch(Watched(told, 4), Settings).Run(kernels, ScheduleRecords.Empty).ToArray();
        Assert.Multiple(() =>
        {
            Assert.That(kernels, Has.Count.EqualTo(2));
            Assert.That(found.Select(f => f.Key), Is.EqualTo(new[] { KeyOf(kernels.Single(k => k.Kind == GroupKind.Contraction)) }));
            Assert.That(found[0].Record.Choice, Does.Match("^(model|result .*|sum .*)$"));
            Assert.That(told.Select(t => (t.Choice, t.Refused.Count, t.Number, t.Count)), Is.EqualTo(new[] { (found[0].Record.Choice, 0, 1, 1) }));
        });
    }

    [Test]
    public void WhatIsKnownIsNotSearchedAgain()
    {
        var told = new List<TunedKernel>();
        var kernels = Pipeline.Kernels(Product(Sum), NoSymbols, Options);
        var known = ScheduleRecords.Empty.With(KeyOf(kernels.Single()), new ScheduleRecord(ScheduleRecord.Model, ""));
        Assert.That(new ScheduleSearch(Watched(told, 4), Settings).Run(kernels, known), Is.Empty);
        Assert.That(told, Is.Empty);
    }

    [Test]
    public void AScheduleThatLeavesOutATermIsRefused()
    {
        var told = new List<TunedKernel>();
        var kernels = Pipeline.Kernels(Product(Sum), NoSymbols, Options);
        var shorter = Pipeline.Kernels(Product(Sum - 1), NoSymbols, Options).Single().Definition;
        var search = new ScheduleSearch(Watched(told, 3), Settings)
        {
            Candidates = (definition, target, count) =>
            [
                .. ScheduleCandidates.Of(definition, target, count),
                new ScheduleCandidate("wrong", ScheduleCandidates.Of(shorter, target, 2)[0].Kernel),
            ],
        };
        var found = search.Run(kernels, ScheduleRecords.Empty).Single();
        Assert.Multiple(() =>
        {
            Assert.That(told.Single().Refused, Is.EqualTo(new[] { "wrong" }));
            Assert.That(found.Record.Choice, Is.Not.EqualTo("wrong"));
        });
    }

    [Test]
    public void ASearchWithoutARightScheduleLeavesTheKernelToTheModel()
    {
        var told = new List<TunedKernel>();
        var shorter = Pipeline.Kernels(Product(Sum - 1), NoSymbols, Options).Single().Definition;
        var search = new ScheduleSearch(Watched(told, 3), Settings)
        {
            Candidates = (_, target, _) => [new ScheduleCandidate("wrong", ScheduleCandidates.Of(shorter, target, 2)[0].Kernel)],
        };
        var found = search.Run(Pipeline.Kernels(Product(Sum), NoSymbols, Options), ScheduleRecords.Empty).Single();
        Assert.That((found.Record.Choice, told.Single().Refused), Is.EqualTo((ScheduleRecord.Model, new[] { "wrong" })));
    }

    [Test]
    public void ACancelledSearchEnds()
    {
        var options = new TuneOptions { Cancellation = new CancellationToken(canceled: true) };
        var kernels = Pipeline.Kernels(Product(Sum), NoSymbols, Options);
        Assert.That(() => new ScheduleSearch(options, Settings).Run(kernels, ScheduleRecords.Empty).ToArray(), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public void AKeptPlanBelongsToItsSchedules()
    {
        using var folder = new TemporaryFolder();
        var compiler = new GraphCompiler(new KernelCacheOptions(folder.Path));
        var graph = Product(Sum);
        var kernel = Pipeline.Kernels(graph, NoSymbols, Options).Single();
        var other = ScheduleCandidates.Of(kernel.Definition, Options.Target, 12)[^1].Choice;
        var recorded = Options with { Schedules = ScheduleRecords.Empty.With(KeyOf(kernel), new ScheduleRecord(other, "")) };
        var uses = new[] { Options, recorded, recorded, Options }.Select(o => compiler.Compile(graph, NoSymbols, o).Report.Cache);
        Assert.That(uses, Is.EqualTo(new[] { CacheUse.None, CacheUse.None, CacheUse.Plan, CacheUse.Plan }));
    }

    [Test]
    public void TooFewCandidatesAreAnError() =>
        Assert.That(() => new TuneOptions { Candidates = 1 }, Throws.TypeOf<GraphException>()
            .With.Message.EndsWith("error GF0104: TuneOptions.Candidates must be at least 2 but is 1."));

    private static TuneOptions Watched(List<TunedKernel> told, int candidates) => new() { Candidates = candidates, Progress = new Listener(told) };

    private static ScheduleKey KeyOf(PlannedKernel kernel) => ScheduleKey.Of(kernel.Definition, Options.Target);

    /// <summary>The product over the first <paramref name="length"/> terms of operands that have more.</summary>
    private static ComputationGraph Product(long length)
    {
        var left = Nodes.Input("x", DType.Float32, Shape.Of(40, Sum)).Slice(1, 0, length);
        var right = Nodes.Input("w", DType.Float32, Shape.Of(Sum, 50)).Slice(0, 0, length);
        return new ComputationGraph("product", [new NamedOutput("y", Nodes.Einsum("mk,kn->mn", left, right) + 1)], []);
    }

    private sealed class Listener(List<TunedKernel> told) : IProgress<TunedKernel>
    {
        public void Report(TunedKernel kernel) => told.Add(kernel);
    }
}
