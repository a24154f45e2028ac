using GraphForge.Compiler.Graph;

namespace GraphForge.Execution;

/// <summary>
/// Which tensors of a model a program reads and changes. While it runs it holds them, so that runs of several programs over
/// one model never mix: one that changes a tensor excludes all others, those that read may overlap. Nobody waits: a run that
/// comes in between is the caller's mistake. Holding allocates nothing.
/// </summary>
internal sealed class StateAccess
{
    private readonly StoredTensor[] _changed;
    private readonly StoredTensor[] _read;

    public StateAccess(ComputationGraph graph, StateStore states)
    {
        var changed = graph.Updates.Select(u => u.Slot).ToHashSet();
        _changed = [.. changed.Select(states.TensorOf).OfType<StoredTensor>()];
        _read = [.. graph.States.Where(s => !changed.Contains(s)).Select(states.TensorOf).OfType<StoredTensor>()];
    }

    /// <summary>Holds the tensors until the result is disposed.</summary>
    /// <exception cref="InvalidOperationException">A run on another thread is in the way.</exception>
    public Held Hold()
    {
        for (var i = 0; i < _changed.Length; i++)
            if (!_changed[i].TryChange()) throw Refused(_changed[i], i, 0);
        for (var i = 0; i < _read.Length; i++)
            if (!_read[i].TryRead()) throw Refused(_read[i], _changed.Length, i);
        return new Held(this);
    }

    private InvalidOperationException Refused(StoredTensor tensor, int changed, int read)
    {
        var (what, remedy) = changed < _changed.Length
            ? ("in use by another run", "a run that changes it must have it alone")
            : ("being changed by another run", "a run that reads it must wait for its end");
        Release(changed, read);
        return new InvalidOperationException($"'{tensor.Name}' is {what} at this moment; {remedy}. Let one run end before the next begins.");
    }

    private void Release(int changed, int read)
    {
        for (var i = 0; i < changed; i++) _changed[i].EndChange();
        for (var i = 0; i < read; i++) _read[i].EndRead();
    }

    /// <summary>Gives the tensors back.</summary>
    internal readonly struct Held(StateAccess access) : IDisposable
    {
        public void Dispose() => access.Release(access._changed.Length, access._read.Length);
    }
}
