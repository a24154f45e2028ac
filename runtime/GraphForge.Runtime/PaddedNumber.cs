using System.Runtime.InteropServices;

namespace GraphForge.Runtime;

/// <summary>Alone on its cache lines (and their prefetched neighbours), so that threads that watch it disturb no other field.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal struct PaddedNumber
{
    [FieldOffset(128)]
    public long Value;
}
