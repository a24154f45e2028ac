using GraphForge.Compiler.Emit.Targets;

namespace GraphForge.Jit.Tuning;

/// <summary>What schedules are compared on.</summary>
/// <param name="Target">The processor.</param>
/// <param name="Threads">Threads of a run.</param>
internal sealed record TrialSettings(CpuTarget Target, int Threads);
