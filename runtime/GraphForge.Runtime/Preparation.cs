namespace GraphForge.Runtime;

/// <summary>
/// The prepared values of a program, which all its contexts read. They are computed before the first run, and again before a
/// run that finds a state changed from which they follow.
/// </summary>
/// <remarks>
/// No run reads them while they are computed: a state changes only while no run uses it, so each run that comes after finds
/// the values outdated and waits until they are computed.
/// </remarks>
internal sealed class Preparation
{
    private readonly RunContext _context;
    private readonly StateBuffer[] _states;

    /// <summary>Of <see cref="_states"/>, when the values were computed last.</summary>
    private readonly long[] _versions;

    private readonly Lock _lock = new();
    private bool _isComputed;

    /// <summary><see cref="StateBuffer.Changes"/> when the values were found up to date last; −1 before.</summary>
    private long _upToDate = -1;

    /// <param name="program">Whose values they are.</param>
    /// <param name="kernels">Entry points of the program.</param>
    public Preparation(CompiledProgram program, IReadOnlyList<nint> kernels)
    {
        var plan = program.Plan.Preparation!;
        _context = new CompiledProgram(plan, kernels, program.States, program.Threads, program.KernelOwner) { Poison = program.Poison }.Rent();
        _states = [.. plan.Buffers.Where(b => b.Kind == BufferKind.State).Select(b => program.States[(int)b.Offset]).Distinct()];
        _versions = new long[_states.Length];
    }

    /// <summary>Address of a value, as long as this object is reachable.</summary>
    public nint Locate(int value) => _context.AddressOf(value);

    /// <summary>To be called before every run. Where no state of the process has changed since the last time it costs two reads.</summary>
    public void BringUpToDate()
    {
        if (Volatile.Read(ref _upToDate) != StateBuffer.Changes) Compare();
    }

    private void Compare()
    {
        lock (_lock)
        {
            var now = StateBuffer.Changes;
            if (!_isComputed || HaveChanged()) Compute();
            Volatile.Write(ref _upToDate, now);
        }
    }

    private bool HaveChanged()
    {
        for (var i = 0; i < _states.Length; i++)
            if (_states[i].Version != _versions[i]) return true;
        return false;
    }

    private void Compute()
    {
        // Versions first: a change that comes meanwhile is then found by the next run.
        for (var i = 0; i < _states.Length; i++) _versions[i] = _states[i].Version;
        _isComputed = false;
        _context.Run();
        _isComputed = true;
    }
}
