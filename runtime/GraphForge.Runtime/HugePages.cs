using System.Runtime.InteropServices;

namespace GraphForge.Runtime;

/// <summary>
/// Large pages for large memory, where the system lends them for the asking. A kernel walks through many rows of a tensor at once,
/// each in a page of its own; with pages of 4 KiB a tenth of a large step goes into looking up where they lie.
/// </summary>
internal static unsafe partial class HugePages
{
    /// <summary>Size and alignment of a large page, of x86-64 and of Arm where small ones have 4 KiB.</summary>
    public const long Bytes = 2 << 20;

    /// <summary>MADV_HUGEPAGE of Linux: from now on, a page may be a large one when it is first touched.</summary>
    private const int MayBeHuge = 14;

    /// <summary>
    /// Asks for large pages for as many whole ones as there are in memory that starts with one, so that none reaches beyond it.
    /// A system without them goes on as before.
    /// </summary>
    public static void Ask(nint start, long bytes)
    {
        var whole = bytes / Bytes * Bytes;
        if (whole == 0 || !OperatingSystem.IsLinux()) return;
        try
        {
            _ = Advise((void*)start, (nuint)whole, MayBeHuge);
        }
        catch (Exception missing) when (missing is DllNotFoundException or EntryPointNotFoundException)
        {
            // It was advice; memory is the same without.
        }
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* address, nuint length, int advice);
}
