namespace GraphForge.Runtime.Embedded;

/// <summary>
/// Has machine code made of kernels before the first run asks for it, by calling each with no work to do: on a thread of its own
/// from the last kernel on, while the caller goes on, and by the caller from the first one on when nothing else is left to do.
/// </summary>
internal sealed unsafe class KernelWarmUp
{
    /// <summary>Room for the iterations at work of as many loops around a kernel, which it finds before its scratch memory.</summary>
    private const int LoopDepth = 64;

    private readonly nint[] _kernels;
    private readonly nint[] _arguments;
    private readonly Thread? _other;
    private int _taken;

    private KernelWarmUp(nint[] kernels, int arguments, bool isShared)
    {
        (_kernels, _arguments) = (kernels, new nint[arguments]);
        if (!isShared) return;
        _other = new Thread(() => Call(fromLast: true)) { IsBackground = true, Name = "GraphForge warm-up" };
        _other.Start();
    }

    public static KernelWarmUp Begin(ExecutionPlan plan, nint[] kernels, int threads) =>
        new(kernels, Arguments(plan), threads > 1 && kernels.Length > 1);

    /// <summary>Returns when every kernel has been made.</summary>
    public void End()
    {
        Call(fromLast: false);
        _other?.Join();
    }

    private static int Arguments(ExecutionPlan plan)
    {
        var most = plan.Preparation is { } preparation ? Arguments(preparation) : 0;
        foreach (var step in plan.Steps) most = Math.Max(most, step.Buffers.Count);
        return most;
    }

    private void Call(bool fromLast)
    {
        var scratch = stackalloc long[LoopDepth];
        fixed (nint* arguments = _arguments)
        {
            for (var ordinal = 0; ordinal < _kernels.Length; ordinal++)
            {
                if (Interlocked.Increment(ref _taken) > _kernels.Length) return;
                var kernel = _kernels[fromLast ? _kernels.Length - 1 - ordinal : ordinal];
                ((delegate*<nint*, nint, int, int, void>)kernel)(arguments, (nint)(scratch + LoopDepth), 0, 0);
            }
        }
    }
}
