using System.Diagnostics;

namespace GraphForge.Compiler;

/// <summary>Splits the time of a compilation into phases. For one thread.</summary>
public sealed class PhaseClock
{
    private readonly List<CompilePhase> _phases = [];
    private long _since = Stopwatch.GetTimestamp();

    /// <summary>Phases ended so far, in order of their first end.</summary>
    public IReadOnlyList<CompilePhase> Phases => _phases;

    /// <summary>Attributes the time since the last call, or since the clock was made, to <paramref name="phase"/>.</summary>
    public void End(string phase)
    {
        var now = Stopwatch.GetTimestamp();
        var time = Stopwatch.GetElapsedTime(_since, now);
        _since = now;
        var known = _phases.FindIndex(p => p.Name == phase);
        if (known < 0) _phases.Add(new CompilePhase(phase, time));
        else _phases[known] = new CompilePhase(phase, _phases[known].Time + time);
    }
}
