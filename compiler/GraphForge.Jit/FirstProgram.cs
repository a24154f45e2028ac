namespace GraphForge.Jit;

/// <summary>
/// An application that starts again mostly asks for the same program first. Which one that was is kept on disk, so that its
/// kernels become machine code on another core while the application still writes its model down. A wrong guess costs that core's
/// time and nothing else: what is asked for is found by its own key.
/// </summary>
/// <param name="plans">Where plans are kept.</param>
/// <param name="notes">Where it is noted which of them was the first.</param>
/// <param name="kernels">Loads kernels.</param>
internal sealed class FirstProgram(DiskCache plans, DiskCache notes, KernelCompiler kernels)
{
    /// <summary>The application, started with its arguments.</summary>
    private static readonly Lazy<CacheKey> Application = new(CacheKey.OfApplication);

    private CacheKey? _noted;
    private int _asked;

    /// <summary>The kernels that are expected to be asked for; kept only until something is.</summary>
    internal Task<KernelLibrary?>? Expected { get; private set; }

    /// <summary>Begins to load the kernels of the program that was first the last time; to be called once, early.</summary>
    public void Expect()
    {
        if (Volatile.Read(ref _asked) != 0 || Expected is not null) return;
        Expected = Task.Run(() =>
        {
            if (notes.Read(Application.Value) is not { Length: 32 } noted) return null;
            _noted = CacheKey.Of(noted);
            return plans.Read(_noted) is { } bytes && StoredPlan.Of(bytes) is var stored ? kernels.Find(stored.Kernels, stored.Plan.KernelNames) : null;
        });
    }

    /// <summary>To be called with the key of every program, once its kernels are in use.</summary>
    public void Asked(CacheKey plan)
    {
        if (Interlocked.Exchange(ref _asked, 1) != 0) return;
        Expected = null;
        if (_noted != plan) notes.Write(Application.Value, plan.Bytes);
    }
}
