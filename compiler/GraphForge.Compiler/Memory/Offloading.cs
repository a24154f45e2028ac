using GraphForge.Runtime;

namespace GraphForge.Compiler.Memory;

/// <summary>
/// Copies of a program's values to memory of the host and back: for time alone, a value that was given up is had again without anything
/// else being kept for it. The host keeps each of them to the end of the run, as all wait there when a backward pass begins.
/// </summary>
internal sealed class Offloading
{
    /// <summary>What a copy costs beside its bytes: to ask the driver for it, and to start.</summary>
    private const double StartMilliseconds = 0.01;

    private readonly int _first;
    private readonly (PlannedStep Store, PlannedStep Fetch)?[] _transfers;

    /// <param name="problem">The program.</param>
    /// <param name="producers">Step that writes each value, -1 for inputs.</param>
    public Offloading(PlanningProblem problem, IReadOnlyList<int> producers)
    {
        _first = problem.Steps.Count + problem.Derivations.Count;
        _transfers = problem.HostBytesPerMillisecond <= 0 ? [] : [.. problem.Values.Select(v => IsOffloadable(v, producers) ? Transfers(v, problem) : ((PlannedStep, PlannedStep)?)null)];
    }

    /// <summary>The step of a number behind those of steps and derivations.</summary>
    public PlannedStep this[int number] =>
        _transfers[(number - _first) / 2] is { } transfer ? (number - _first) % 2 == 0 ? transfer.Store : transfer.Fetch : throw new ArgumentOutOfRangeException(nameof(number));

    /// <summary>Whether any value may wait in memory of the host.</summary>
    public bool IsPossible => _transfers.Length > 0;

    /// <summary>Whether a value may wait in memory of the host.</summary>
    public bool Has(int value) => IsPossible && _transfers[value] is not null;

    /// <summary>Number of the step that stores a value.</summary>
    public int StoreOf(int value) => _first + 2 * value;

    /// <summary>Number of the step that fetches a value.</summary>
    public int FetchOf(int value) => _first + 2 * value + 1;

    /// <summary>What a value costs that is fetched once.</summary>
    public double Milliseconds(int value) => this[StoreOf(value)].Milliseconds + this[FetchOf(value)].Milliseconds;

    private static bool IsOffloadable(PlannedValue value, IReadOnlyList<int> producers) =>
        producers[value.Id] >= 0 && value is { Bytes: > 0, IsOutput: false, Role: not TensorRole.Scratch };

    private static (PlannedStep Store, PlannedStep Fetch) Transfers(PlannedValue value, PlanningProblem problem)
    {
        var milliseconds = StartMilliseconds + value.Bytes / problem.HostBytesPerMillisecond;
        // Its place there, told from states by the sign.
        int[] place = [-1 - value.Id];
        return (
            new PlannedStep($"{value.Name} to the host", [value.Id], [], []) { StateWrites = place, Milliseconds = milliseconds, Transfer = HostTransfer.Store },
            new PlannedStep($"{value.Name} from the host", [], [value.Id], []) { StateReads = place, Milliseconds = milliseconds, Transfer = HostTransfer.Fetch });
    }
}
