namespace GraphForge.Runtime.Device;

/// <summary>One start of a kernel.</summary>
/// <param name="Kernel">Which, as the plan numbers them.</param>
/// <param name="Groups">Groups of threads.</param>
/// <param name="Places">Byte offset of the program's table of places, int64 each, in the block of memory.</param>
/// <param name="PlaceCount">Entries of that table.</param>
/// <param name="First">Entry of the step's first buffer.</param>
/// <param name="Iteration">The iterations at work of the loops around the step; see <see cref="LoopIteration"/>.</param>
public readonly record struct DeviceLaunch(int Kernel, int Groups, long Places, int PlaceCount, int First, long Iteration);
