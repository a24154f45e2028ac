using GraphForge.Compiler.Emit.Targets;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Tests.Compiled;
using GraphForge.Jit;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Fuzz;

/// <summary>
/// Random graphs in memory that is poisoned wherever no value is: nothing is noticed of right plans, and wrong ones are caught.
/// </summary>
[Parallelizable(ParallelScope.Children)]
public sealed class PoisonFuzzTests
{
    private const int Batch = 50;

    [Test]
    public void Poison_changes_no_bit_of_two_hundred_graphs([Values(0, 1, 2, 3)] int batch)
    {
        foreach (var (fuzz, source, entries, library) in Compile(batch))
        {
            var plain = Run(fuzz, source, entries, library, threads: 1, poison: false);
            foreach (var (threads, poison) in new[] { (2, false), (3, false), (1, true), (2, true), (3, true) })
                Assert.That(Differ(plain, Run(fuzz, source, entries, library, threads, poison)), Is.False, $"seed {fuzz.Seed}, {threads} threads, poison {poison}");
        }
    }

    /// <summary>Every value that is written while another is alive is put into the bytes of that other one, one at a time.</summary>
    [Test]
    public void A_value_in_the_bytes_of_a_living_one_is_noticed([Values(0, 1, 2, 3)] int batch)
    {
        var (tried, missed) = (0, new List<string>());
        foreach (var (fuzz, source, entries, library) in Compile(batch).Where(c => c.Source.Plan.Loops.Count == 0))
        {
            var right = Run(fuzz, source, entries, library, threads: 1, poison: false);
            foreach (var (moved, over) in Clobbering(source.Plan))
            {
                tried++;
                var wrong = source with { Plan = Moved(source.Plan, moved, source.Plan.Buffers[over].Offset) };
                if (!IsNoticed(() => Differ(right, Run(fuzz, wrong, entries, library, threads: 1, poison: true))))
                    missed.Add($"seed {fuzz.Seed}: {source.Plan.Buffers[moved].Name} over {source.Plan.Buffers[over].Name}");
            }
        }
        Assert.That(tried, Is.GreaterThan(10));
        Assert.That(missed, Is.Empty);
    }

    private static IEnumerable<(FuzzCase Case, CompiledSource Source, nint[] Entries, KernelLibrary Library)> Compile(int batch)
    {
        var cases = Enumerable.Range(1, int.MaxValue).Select(RandomGraph.Generate).OfType<FuzzCase>().Skip(batch * Batch).Take(Batch).ToArray();
        var sources = cases.Select(c => Pipeline.Compile(c.Graph, new Dictionary<DimSymbol, long>(), new CompilerOptions { Threads = 3 })).ToArray();
        var library = FuzzRun.Load(sources, CpuTarget.Host);
        var first = 0;
        foreach (var (fuzz, source) in cases.Zip(sources))
        {
            yield return (fuzz, source, [.. library.Entries.Skip(first).Take(source.Kernels.Count)], library);
            first += source.Kernels.Count;
        }
    }

    private static ReferenceResult Run(FuzzCase fuzz, CompiledSource source, nint[] entries, KernelLibrary library, int threads, bool poison) =>
        CompiledGraph.Run(source, entries, library, fuzz.Inputs, fuzz.States, threads, poison);

    private static bool Differ(ReferenceResult one, ReferenceResult other) =>
        one.Outputs.Any(o => !o.Value.Equals(other.Outputs[o.Key])) || one.States.Any(s => !s.Value.Equals(other.States[s.Key]));

    private static bool IsNoticed(Func<bool> differ)
    {
        try
        {
            return differ();
        }
        catch (Exception e) when (e is InvalidPlanException or MemoryOverrunException)
        {
            return true;
        }
    }

    /// <summary>Pairs of buffers of which the first is written between the first and the last step that is given the second.</summary>
    private static IEnumerable<(int Moved, int Over)> Clobbering(ExecutionPlan plan)
    {
        var uses = plan.Buffers.Select((_, b) => plan.Steps.Index().Where(s => s.Item.Buffers.Contains(b)).Select(s => s.Index).ToArray()).ToArray();
        return
            from moved in Enumerable.Range(0, plan.Buffers.Count)
            from over in Enumerable.Range(0, plan.Buffers.Count)
            where moved != over && uses[moved].Length > 0 && uses[over].Length > 0
            where plan.Buffers[moved] is { Kind: BufferKind.Intermediate, Bytes: > 0 } && plan.Buffers[over] is { InArena: true, Bytes: > 0 }
            where uses[over][0] < uses[moved][0] && uses[moved][0] < uses[over][^1]
            select (moved, over);
    }

    private static ExecutionPlan Moved(ExecutionPlan plan, int buffer, long offset)
    {
        var moved = plan.Buffers[buffer] with { Offset = offset };
        return plan with
        {
            ArenaBytes = Math.Max(plan.ArenaBytes, offset + moved.Bytes),
            Buffers = [.. plan.Buffers.Select((b, i) => i == buffer ? moved : b)],
        };
    }
}
