using System.Runtime.CompilerServices;
using GraphForge.Compiler.Tests.Device.Double;

#pragma warning disable IDE0130 // The double stands where kernels expect ILGPU.
namespace ILGPU;
#pragma warning restore IDE0130

/// <summary>Test double: which group runs.</summary>
public static class Grid
{
    public static int IdxX => RunningThread.Current.Group;
}

/// <summary>Test double: which thread of its group runs, and where it waits for the others.</summary>
public static class Group
{
    public static int IdxX => RunningThread.Current.Index;

    /// <param name="line">Where it stands in the kernel: two barriers are two, even if all threads reach one of them.</param>
    public static void Barrier([CallerLineNumber] int line = 0) => RunningThread.Current.Wait(line);
}

/// <summary>Test double: what the threads of a warp tell each other.</summary>
public static class Warp
{
    /// <summary>The value of the thread of the same warp whose number differs in the bits of the mask. All threads of the group must come.</summary>
    public static T ShuffleXor<T>(T variable, int mask, [CallerLineNumber] int line = 0) where T : unmanaged
    {
        var thread = RunningThread.Current;
        var (values, other) = (thread.Exchange(variable, line), thread.Lane ^ mask);
        return other < values.Count ? values[other] : throw new InvalidOperationException($"{thread} reads a register {mask} threads further, in a warp of {values.Count}");
    }
}

/// <summary>Test double: memory of a group. Its contents are undefined, and differ from group to group.</summary>
public static class SharedMemory
{
    public static ArrayView<T> Allocate<T>(int count) where T : unmanaged
    {
        var memory = RunningThread.Current.Allocate(count * Unsafe.SizeOf<T>());
        return new ArrayView<T>(memory, 0, count);
    }
}
