namespace GraphForge.Runtime.Device;

/// <summary>Whether the prepared values of a program still follow from its states.</summary>
/// <param name="preparation">What prepares them.</param>
/// <param name="states">The program's states.</param>
internal sealed class PreparedVersions(ExecutionPlan preparation, StateBuffer[] states)
{
    private readonly StateBuffer[] _states = [.. preparation.Buffers.Where(b => b.Kind == BufferKind.State).Select(b => states[b.Offset]).Distinct()];
    private long[]? _versions;

    public bool AreCurrent
    {
        get
        {
            if (_versions is null) return false;
            for (var i = 0; i < _states.Length; i++)
                if (_states[i].Version != _versions[i]) return false;
            return true;
        }
    }

    /// <summary>They were computed from the states as these are now.</summary>
    public void Note() => _versions = [.. _states.Select(s => s.Version)];

    /// <summary>They are lost.</summary>
    public void Forget() => _versions = null;
}
