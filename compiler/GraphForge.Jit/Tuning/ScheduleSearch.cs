using System.Globalization;
using GraphForge.Compiler.Emit.Targets;
using GraphForge.Compiler.Loops;
using GraphForge.Compiler.Loops.Schedules;
using GraphForge.Compiler.Schedule;
using GraphForge.Runtime;

namespace GraphForge.Jit.Tuning;

/// <summary>
/// Measures schedules of the contractions that have no record yet. A choice is taken only if its results agree with the plainest
/// schedule's and it is clearly faster than what the model picks.
/// </summary>
/// <param name="options">How many choices are tried, and who is told.</param>
/// <param name="settings">What they are compared on.</param>
internal sealed class ScheduleSearch(TuneOptions options, TrialSettings settings)
{
    /// <summary>What a choice has to gain over the model's to be taken.</summary>
    private const double Gain = 1.03;

    /// <summary>Kernels over more memory are left to the model: a search keeps it twice.</summary>
    private const long MostBytes = 1L << 30;

    /// <summary>The choices tried for a kernel, the model's first.</summary>
    public Func<KernelDefinition, CpuTarget, int, IReadOnlyList<ScheduleCandidate>> Candidates { get; init; } = ScheduleCandidates.Of;

    /// <summary>Hands over each kernel's record as soon as there is one.</summary>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public IEnumerable<(ScheduleKey Key, ScheduleRecord Record)> Run(IEnumerable<PlannedKernel> kernels, ScheduleRecords known)
    {
        var wanted = kernels.Where(k => ScheduleCandidates.Exist(k, settings.Target) && k.Definition.Arguments.Sum(a => a.Count * a.Type.Size()) <= MostBytes)
            .Select(k => (Key: ScheduleKey.Of(k.Definition, settings.Target), k.Definition))
            .Where(k => known.Find(k.Key) is null).DistinctBy(k => k.Key).ToArray();
        foreach (var (i, (key, definition)) in wanted.Index())
        {
            options.Cancellation.ThrowIfCancellationRequested();
            var tuned = Tune(definition) with { Number = i + 1, Count = wanted.Length };
            yield return (key, new ScheduleRecord(tuned.Choice, Note(tuned)));
            options.Progress?.Report(tuned);
        }
    }

    private TunedKernel Tune(KernelDefinition definition)
    {
        var candidates = Candidates(definition, settings.Target, options.Candidates);
        LoopKernel[] kernels = [ScheduleCandidates.Reference(definition, settings.Target), .. candidates.Select(c => c.Kernel)];
        foreach (var kernel in kernels) LoopVerifier.Verify(kernel);
        using var trial = new KernelTrial(definition, kernels, settings, options.Cancellation);
        // Schedule 0 of the trial is the reference, schedule 1 the model's choice.
        var wrong = trial.Wrong();
        var right = Enumerable.Range(1, candidates.Count).Where(i => !wrong.Contains(i)).ToArray();
        var refused = wrong.Order().Select(i => candidates[i - 1].Choice).ToArray();
        if (right.Length == 0) return new TunedKernel(definition.Name, ScheduleRecord.Model, 1, refused, 0, 0);
        var (fastest, speedup) = new TrialClock(trial, right[0], options.Cancellation).Fastest(right);
        var (best, gain) = speedup > Gain ? (fastest, speedup) : (right[0], 1);
        return new TunedKernel(definition.Name, best == 1 ? ScheduleRecord.Model : candidates[best - 1].Choice, gain, refused, 0, 0);
    }

    private string Note(TunedKernel tuned) => tuned.Choice == ScheduleRecord.Model
        ? tuned.Kernel
        : string.Create(CultureInfo.InvariantCulture, $"{tuned.Kernel}: {tuned.Speedup:F2} times the model's speed, {settings.Threads} threads");
}
