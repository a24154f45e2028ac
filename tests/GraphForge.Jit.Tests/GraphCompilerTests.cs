using GraphForge.Compiler;
using GraphForge.Compiler.Emit.Targets;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Runtime;

namespace GraphForge.Jit.Tests;

/// <summary>What is found on disk of a graph compiled before, and when it is not believed.</summary>
public sealed class GraphCompilerTests
{
    private static readonly DimSymbol Batch = new("batch");
    private static readonly CompilerOptions Options = new() { Threads = 2 };

    private TemporaryFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void An_equal_graph_is_found_whole_and_no_pass_runs()
    {
        var built = Compile(Model());
        var model = Model();
        var found = Compile(model);
        Assert.Multiple(() =>
        {
            Assert.That((built.Report.Cache, found.Report.Cache), Is.EqualTo((CacheUse.None, CacheUse.Plan)));
            Assert.That(found.Report.Phases.Select(p => p.Name), Is.EqualTo(new[] { "fingerprint", "read plan", "read kernels", "machine code" }));
            Assert.That(PlanPrinter.Print(found.Plan), Is.EqualTo(PlanPrinter.Print(built.Plan)));
            Assert.That(found.Memory.ToString(), Is.EqualTo(built.Memory.ToString()));
            Assert.That(found.Memory.ToJson(), Is.EqualTo(built.Memory.ToJson()));
            Assert.That(found.States, Is.EquivalentTo(model.States));
            Assert.That(found.Explain.Value.Select(d => d.ToString()), Is.EqualTo(built.Explain.Value.Select(d => d.ToString())));
            Assert.That(Run(found, model), Is.EqualTo(Run(built, null)));
        });
    }

    [Test]
    public void Programs_for_a_GPU_are_not_run_here() => Assert.That(
        () => new GraphCompiler(KernelCacheOptions.Disabled).Compile(Model(), new Dictionary<DimSymbol, long> { [Batch] = 4 }, Options with { Device = GpuTarget.Common }),
        Throws.ArgumentException.With.Message.EqualTo(
            "A program for a GPU does not run here: compile it by DeviceGraphCompiler. (Parameter 'options')"));

    [Test]
    public void A_damaged_plan_is_made_anew()
    {
        Compile(Model());
        var entry = Directory.GetFiles(_folder.Path, "*" + DiskCache.Plans).Single();
        var bytes = File.ReadAllBytes(entry);
        bytes[^20] ^= 1;
        File.WriteAllBytes(entry, bytes);
        Assert.That(Compile(Model()).Report.Cache, Is.EqualTo(CacheUse.Kernels));
        Assert.That(Compile(Model()).Report.Cache, Is.EqualTo(CacheUse.Plan));
    }

    [Test]
    public void A_plan_without_its_kernels_is_made_anew()
    {
        Compile(Model());
        File.Delete(Directory.GetFiles(_folder.Path, "*" + DiskCache.Kernels).Single());
        Assert.That(Compile(Model()).Report.Cache, Is.EqualTo(CacheUse.None));
        Assert.That(Compile(Model()).Report.Cache, Is.EqualTo(CacheUse.Plan));
    }

    [Test]
    public void Other_graphs_extents_and_settings_have_plans_of_their_own()
    {
        Compile(Model());
        Assert.Multiple(() =>
        {
            Assert.That(Compile(Model(factor: 3)).Report.Cache, Is.Not.EqualTo(CacheUse.Plan));
            Assert.That(Compile(Model(), batch: 5).Report.Cache, Is.Not.EqualTo(CacheUse.Plan));
            Assert.That(Compile(Model(), options: Options with { Threads = 3 }).Report.Cache, Is.Not.EqualTo(CacheUse.Plan));
            Assert.That(Compile(Model(), options: Options with { Target = new(16) }).Report.Cache, Is.Not.EqualTo(CacheUse.Plan));
            Assert.That(Compile(Model()).Report.Cache, Is.EqualTo(CacheUse.Plan));
        });
    }

    [Test]
    public void A_budget_is_held_against_a_plan_that_is_kept()
    {
        Compile(Model());
        Assert.That(() => Compile(Model(), options: Options with { MemoryBudget = 16 }),
            Throws.TypeOf<GraphException>().With.Property(nameof(GraphException.Code)).EqualTo(ErrorCode.OverBudget));
    }

    [Test]
    public void Every_budget_that_holds_the_whole_plan_finds_it()
    {
        var need = Compile(Deep()).Memory.TotalBytes;
        foreach (var budget in new[] { long.MaxValue, 1L << 40, need + 1, need })
            Assert.That(Compile(Deep(), options: Options with { MemoryBudget = budget }).Report.Cache, Is.EqualTo(CacheUse.Plan), $"{budget} bytes");
        Assert.That(Directory.GetFiles(_folder.Path, "*" + DiskCache.Plans), Has.Length.EqualTo(1));
    }

    [Test]
    public void A_plan_made_under_a_budget_that_holds_it_serves_all_that_do()
    {
        var need = Compile(Deep(), options: Options with { MemoryBudget = 1L << 40 }).Memory.TotalBytes;
        Assert.That(Compile(Deep()).Report.Cache, Is.EqualTo(CacheUse.Plan));
        Assert.That(Compile(Deep(), options: Options with { MemoryBudget = need }).Report.Cache, Is.EqualTo(CacheUse.Plan));
    }

    [Test]
    public void A_squeezed_plan_is_found_for_its_own_budget_alone()
    {
        var (whole, squeezed) = (Compile(Deep()), Deep());
        var budget = whole.Memory.TotalBytes - 1;
        var first = Compile(squeezed, options: Options with { MemoryBudget = budget });
        var again = Compile(Deep(), options: Options with { MemoryBudget = budget });
        Assert.Multiple(() =>
        {
            Assert.That(first.Memory.TotalBytes, Is.LessThanOrEqualTo(budget));
            Assert.That(first.Report.Cache, Is.Not.EqualTo(CacheUse.Plan));
            Assert.That(again.Report.Cache, Is.EqualTo(CacheUse.Plan));
            Assert.That(PlanPrinter.Print(again.Plan), Is.EqualTo(PlanPrinter.Print(first.Plan)));
            Assert.That(Compile(Deep(), options: Options with { MemoryBudget = budget - 1 }).Report.Cache, Is.Not.EqualTo(CacheUse.Plan));
            Assert.That(Compile(Deep()).Memory.TotalBytes, Is.EqualTo(whole.Memory.TotalBytes));
        });
    }

    [Test]
    public async Task Kernels_an_application_asked_for_first_are_loaded_before_it_asks_again([Values(2, 3)] double asked)
    {
        Compile(Model(factor: 2));
        Compile(Model(factor: 3));
        var compiler = Compiler();
        // The last process to ask for anything asked for 3.
        compiler.Start();
        var expected = await compiler.First!.Expected!;

        var found = compiler.Compile(Model(asked), new Dictionary<DimSymbol, long> { [Batch] = 4 }, Options);

        Assert.Multiple(() =>
        {
            Assert.That(found.Report.Cache, Is.EqualTo(CacheUse.Plan));
            Assert.That(ReferenceEquals(found.Kernels, expected), Is.EqualTo(asked == 3));
            Assert.That(compiler.First.Expected, Is.Null, "held longer than it is waited for");
        });
        var next = Compiler();
        next.Start();
        Assert.That((await next.First!.Expected!)!.Name, Is.EqualTo(found.Kernels.Name));
    }

    [Test]
    public async Task Nothing_is_expected_where_nothing_was_asked_for()
    {
        var compiler = Compiler();
        compiler.Start();
        Assert.That(await compiler.First!.Expected!, Is.Null);
    }

    [Test]
    public void With_a_dump_every_pass_runs()
    {
        Compile(Model());
        using var dump = new TemporaryFolder();
        Assert.That(Compile(Model(), options: Options with { DumpFolder = dump.Path }).Report.Cache, Is.Not.EqualTo(CacheUse.Plan));
        Assert.That(Directory.GetFiles(dump.Path, "*", SearchOption.AllDirectories), Has.Length.GreaterThan(5));
    }

    [Test]
    public void Without_a_cache_nothing_is_kept()
    {
        var compiler = new GraphCompiler(KernelCacheOptions.Disabled);
        var binding = new Dictionary<DimSymbol, long> { [Batch] = 4 };
        Assert.That(compiler.Compile(Model(), binding, Options).Report.Cache, Is.EqualTo(CacheUse.None));
        Assert.That(compiler.Compile(Model(), binding, Options).Report.Cache, Is.Not.EqualTo(CacheUse.Plan));
    }

    [Test]
    public void A_report_says_what_was_compiled_and_where_time_went()
    {
        var report = Compile(Model()).Report;
        Assert.Multiple(() =>
        {
            Assert.That((report.Nodes, report.Steps, report.Kernels), Is.EqualTo((8, 1, 1)));
            Assert.That(report.Phases.Select(p => p.Name), Is.SupersetOf(new[] { "simplify", "fusion", "plan", "kernels", "C# compiler", "machine code" }));
            Assert.That(report.Total.Ticks, Is.EqualTo(report.Phases.Sum(p => p.Time.Ticks)));
            Assert.That(report.ToString(), Does.StartWith("model: compiled in ").And.Contain("; nodes 8, steps 1, kernels 1, C# "));
            Assert.That(report.ToString(), Does.Match(@"\n +\d+\.\d ms +\d+ %  fusion\n"));
            Assert.That(report.After("trace", TimeSpan.FromSeconds(1)).ToString(), Does.Match(@"1000\.0 ms +\d+ %  trace\n"));
        });
    }

    /// <summary>y = Σ factor · x + s over the batch, and s ← y: a state, a constant, an input of symbolic extent.</summary>
    private static ComputationGraph Model(double factor = 2)
    {
        using var scope = NodeScope.Enter("model", new SourceLocation("Model.cs", 3));
        var state = new StateSlot("s", new TensorType(DType.Float32, Shape.Of(3)));
        var x = Node.Of(new Input("x", new TensorType(DType.Float32, [Batch, 3]), new object()));
        var y = (x * factor).Sum([0]) + Nodes.State(state);
        return new ComputationGraph("model", [new NamedOutput("y", y)], [new StateUpdate(state, y)]);
    }

    /// <summary>A chain whose values are all needed again at its end, in reverse.</summary>
    private static ComputationGraph Deep()
    {
        using var scope = NodeScope.Enter("deep", new SourceLocation("Model.cs", 5));
        var x = Node.Of(new Input("x", new TensorType(DType.Float32, [Batch, 64]), new object()));
        var weight = Nodes.State(new StateSlot("w", new TensorType(DType.Float32, Shape.Of(64, 64))));
        var values = new List<Node> { x };
        for (var layer = 0; layer < 6; layer++) values.Add(Nodes.MatMul(values[^1], weight).Tanh());
        var y = values[^1];
        foreach (var value in values.AsEnumerable().Reverse().Skip(1)) y = Nodes.MatMul(y, weight) * value;
        return new ComputationGraph("deep", [new NamedOutput("y", y.Sum([0]))], []);
    }

    private GraphCompiler Compiler() => new(new KernelCacheOptions(_folder.Path));

    private LoadedProgram Compile(ComputationGraph graph, long batch = 4, CompilerOptions? options = null) =>
        Compiler().Compile(graph, new Dictionary<DimSymbol, long> { [Batch] = batch }, options ?? Options);

    /// <summary>Outputs of two runs, of which the second reads the state that the first one left.</summary>
    private static float[] Run(LoadedProgram loaded, ComputationGraph? graph)
    {
        if (graph is not null) Assert.That(loaded.States, Is.SubsetOf(graph.States));
        var states = loaded.States.Select(s => new StateBuffer(s.Name, s.Type.DType, s.Type.Shape.Values)).ToArray();
        var program = new CompiledProgram(loaded.Plan, loaded.Kernels.Entries, states, 2, loaded.Kernels);
        var results = new float[6];
        using var context = program.Rent();
        for (var run = 0; run < 2; run++)
        {
            context.SetInput<float>(0, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
            context.Run();
            context.GetOutput(0, results.AsSpan(3 * run, 3));
        }
        Assert.That(results, Is.EqualTo(new[] { 44f, 52, 60, 88, 104, 120 }));
        return results;
    }
}
