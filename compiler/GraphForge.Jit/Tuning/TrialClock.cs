using System.Diagnostics;

namespace GraphForge.Jit.Tuning;

/// <summary>
/// Times the schedules of a trial in turns, so that whatever else the machine does meets all alike. What falls far behind is left
/// out of further rounds. The fastest of many owes part of its lead to luck, so it has to show it once more against the model's.
/// </summary>
/// <param name="trial">The schedules.</param>
/// <param name="model">The one to beat: the model's choice.</param>
/// <param name="cancellation">Ends the search between rounds.</param>
internal sealed class TrialClock(KernelTrial trial, int model, CancellationToken cancellation)
{
    private const int Rounds = 7, FinalRounds = 15;

    /// <summary>Samples of a measurement. The least counts: what else a machine does can only make a run longer.</summary>
    private const int Samples = 5;

    /// <summary>Seconds a sample should take at least; short kernels are run several times.</summary>
    private const double SampleTime = 1e-4;

    /// <summary>A schedule whose best time is so many times the best of all has no prospects.</summary>
    private const double Hopeless = 1.4;

    /// <summary>The schedule with the least median, and how many times as fast as the model's it is.</summary>
    public (int Schedule, double Speedup) Fastest(IEnumerable<int> schedules)
    {
        var repeats = schedules.ToDictionary(s => s, Repeats);
        var times = repeats.Keys.ToDictionary(s => s, _ => new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            var best = times.Values.SelectMany(t => t).DefaultIfEmpty(double.PositiveInfinity).Min();
            foreach (var (schedule, known) in times)
                if (known.Count == round && known.DefaultIfEmpty(best).Min() <= Hopeless * best) known.Add(Seconds(schedule, repeats[schedule]));
        }
        var fastest = times.Where(t => t.Value.Count == Rounds).MinBy(t => t.Value.Order().ElementAt(Rounds / 2)).Key;
        return fastest == model ? (model, 1) : (fastest, Speedup(fastest, repeats));
    }

    /// <summary>The median of what pairs of measurements say; 1 where a quarter of them sees no gain.</summary>
    private double Speedup(int schedule, Dictionary<int, int> repeats)
    {
        var ratios = new List<double>();
        for (var round = 0; round < FinalRounds; round++)
        {
            var (first, second) = round % 2 == 0 ? (model, schedule) : (schedule, model);
            var (early, late) = (Seconds(first, repeats[first]), Seconds(second, repeats[second]));
            ratios.Add(first == model ? early / late : late / early);
        }
        ratios.Sort();
        return ratios[FinalRounds / 4] > 1 ? ratios[FinalRounds / 2] : 1;
    }

    private int Repeats(int schedule) => (int)Math.Clamp(Math.Ceiling(SampleTime / Math.Max(Seconds(schedule, 1), 1e-7)), 1, 1000);

    /// <summary>Of one run, when the one before has brought operands and threads to where they will be.</summary>
    private double Seconds(int schedule, int repeats)
    {
        cancellation.ThrowIfCancellationRequested();
        trial.Reset();
        trial.Run(schedule);
        var least = double.PositiveInfinity;
        for (var sample = 0; sample < Samples; sample++)
        {
            var start = Stopwatch.GetTimestamp();
            for (var i = 0; i < repeats; i++) trial.Run(schedule);
            least = Math.Min(least, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        return least / repeats;
    }
}
