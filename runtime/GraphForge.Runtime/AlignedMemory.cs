using System.Runtime.InteropServices;

namespace GraphForge.Runtime;

/// <summary>
/// Zero-filled native memory that starts on a multiple of <see cref="ExecutionPlan.Alignment"/> bytes, in large pages where the
/// system has them and whole ones fit. Freed when disposed or finalized; the garbage collector knows its size, so that dropping a large program is noticed.
/// </summary>
/// <remarks>
/// Guarded memory lies between two bands of known bytes. The upper band starts at the first byte past the end, even when
/// that is not aligned, so that an overrun by a single byte shows.
/// </remarks>
internal sealed unsafe class AlignedMemory : SafeHandle
{
    private const int GuardBytes = ExecutionPlan.Alignment;
    private const byte GuardValue = 0xA5;

    private readonly bool _guarded;
    private readonly long _allocated;

    /// <summary>First aligned byte of what was allocated.</summary>
    private readonly nint _start;

    public AlignedMemory(long bytes, bool guarded = false) : base(0, ownsHandle: true)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        Bytes = bytes;
        _guarded = guarded;
        // Never empty: every buffer, also one of no elements, has an address.
        _allocated = checked(RoundUp(Math.Max(bytes, 1)) + (guarded ? 2 * GuardBytes : 0) + ExecutionPlan.Alignment);
        // The system's own zeros: pages appear as they are first used, by the thread that uses them, and are not cleared again. What is
        // skipped to start with a large page never appears.
        var alignment = bytes >= HugePages.Bytes ? HugePages.Bytes : ExecutionPlan.Alignment;
        SetHandle((nint)NativeMemory.AllocZeroed(checked((nuint)(_allocated + alignment))));
        _start = (nint)(checked(handle + alignment - 1) / alignment * alignment);
        HugePages.Ask(_start, _allocated);
        GC.AddMemoryPressure(_allocated);
        ResetGuards();
    }

    /// <summary>First byte, valid while this object is reachable.</summary>
    public nint Address => _start + (_guarded ? GuardBytes : 0);

    public long Bytes { get; }

    public override bool IsInvalid => handle == 0;

    private ReadOnlySpan<byte> LowerGuard => new((void*)_start, GuardBytes);

    private ReadOnlySpan<byte> UpperGuard => new((void*)(Address + (nint)Bytes), GuardBytes);

    /// <summary>Writes <paramref name="value"/> to bytes [begin, end).</summary>
    public void Fill(long begin, long end, byte value) =>
        NativeMemory.Fill((void*)(Address + (nint)begin), (nuint)(end - begin), value);

    /// <summary>Copies bytes [begin, end) of memory at least as large to the same place.</summary>
    public void Take(AlignedMemory other, long begin, long end) =>
        NativeMemory.Copy((void*)(other.Address + (nint)begin), (void*)(Address + (nint)begin), (nuint)(end - begin));

    /// <summary>The first of bytes [begin, end) that differs from other memory's; −1 where none does.</summary>
    public long FindDifference(AlignedMemory other, long begin, long end)
    {
        for (; begin < end; begin += int.MaxValue)
        {
            var length = (int)Math.Min(int.MaxValue, end - begin);
            var same = new ReadOnlySpan<byte>((void*)(Address + (nint)begin), length)
                .CommonPrefixLength(new ReadOnlySpan<byte>((void*)(other.Address + (nint)begin), length));
            if (same < length) return begin + same;
        }

        return -1;
    }

    /// <summary>Whether the bytes around the memory are untouched. Always true of unguarded memory.</summary>
    public bool GuardsIntact =>
        !_guarded || !(LowerGuard.ContainsAnyExcept(GuardValue) || UpperGuard.ContainsAnyExcept(GuardValue));

    public void ResetGuards()
    {
        if (!_guarded) return;
        NativeMemory.Fill((void*)_start, GuardBytes, GuardValue);
        NativeMemory.Fill((void*)(Address + (nint)Bytes), GuardBytes, GuardValue);
    }

    public static long RoundUp(long bytes) =>
        checked(bytes + ExecutionPlan.Alignment - 1) / ExecutionPlan.Alignment * ExecutionPlan.Alignment;

    protected override bool ReleaseHandle()
    {
        NativeMemory.Free((void*)handle);
        GC.RemoveMemoryPressure(_allocated);
        return true;
    }
}
