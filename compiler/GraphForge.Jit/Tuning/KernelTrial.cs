using GraphForge.Compiler.Emit;
using GraphForge.Compiler.Loops;
using GraphForge.Runtime;

namespace GraphForge.Jit.Tuning;

/// <summary>Several schedules of one kernel, compiled together and run over the same memory by the same number of threads.</summary>
internal sealed class KernelTrial : IDisposable
{
    /// <summary>What is compiled here is run once in a lifetime: keeping it would only fill the cache.</summary>
    private static readonly KernelCompiler Compiler = new(KernelCacheOptions.Disabled);

    private readonly TrialMemory _memory;
    private readonly RunContext[] _runs;

    /// <param name="definition">The kernel.</param>
    /// <param name="kernels">Its schedules.</param>
    /// <param name="search">Processor and threads.</param>
    /// <param name="cancellation">Ends the compilation.</param>
    public KernelTrial(KernelDefinition definition, IReadOnlyList<LoopKernel> kernels, TrialSettings search, CancellationToken cancellation)
    {
        var named = kernels.Select((k, i) => k with { Name = $"Candidate{i}" }).ToArray();
        var text = ProgramEmitter.Write(definition.Name, named, search.Target, cancellationToken: cancellation);
        var library = Compiler.Load(text, named.Select(k => k.Name).ToArray(), cancellation: cancellation);
        _memory = new TrialMemory(definition);
        _runs = named.Select((kernel, i) =>
            new CompiledProgram(Plan(kernel), [library.Entries[i]], _memory.Buffers.ToArray(), search.Threads, library).Rent()).ToArray();
    }

    public int Count => _runs.Length;

    public void Reset() => _memory.Reset();

    /// <summary>One run of a schedule over what memory holds.</summary>
    public void Run(int schedule) => _runs[schedule].Run();

    /// <summary>Schedules other than the first whose results do not agree with the first one's.</summary>
    public IReadOnlySet<int> Wrong()
    {
        var expected = Results(0);
        var agreements = _memory.Results.Select(i => new TrialAgreement(_memory.Buffers[i].Type, _memory.SumLength)).ToArray();
        return Enumerable.Range(1, Count - 1).Where(schedule =>
        {
            var actual = Results(schedule);
            return !agreements.Index().All(a => a.Item.Agrees(expected[a.Index], actual[a.Index]));
        }).ToHashSet();
    }

    public void Dispose()
    {
        foreach (var run in _runs) run.Dispose();
    }

    private byte[][] Results(int schedule)
    {
        Reset();
        Run(schedule);
        return _memory.Written();
    }

    /// <summary>One step. Loops around the kernel are there, since it may ask which iteration is at work, but run once.</summary>
    private static ExecutionPlan Plan(LoopKernel kernel)
    {
        var buffers = kernel.Arguments.Select((a, i) =>
            new PlanBuffer(a.Name, BufferKind.State, a.Type, [a.Count], a.Count * a.Type.Size(), i)).ToArray();
        var all = Enumerable.Range(0, buffers.Length).ToArray();
        var step = new PlanStep(0, all, kernel.Tasks, BarrierBefore: true) { Writes = all };
        return new ExecutionPlan(kernel.Name, 0, checked((int)kernel.ScratchBytes), [kernel.Name], buffers, [step], [])
        {
            Loops = kernel.Counters.Select(_ => new PlanLoop(0, 1, 1)).ToArray(),
        };
    }
}
