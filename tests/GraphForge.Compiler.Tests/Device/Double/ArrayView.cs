using System.Runtime.CompilerServices;
using GraphForge.Compiler.Tests.Device.Double;

#pragma warning disable IDE0130 // The double stands where kernels expect ILGPU.
namespace ILGPU;
#pragma warning restore IDE0130

/// <summary>
/// Test double: elements of a watched block of memory. Reading and writing are told apart, which ILGPU's own view does not need to,
/// and no index leaves the view.
/// </summary>
public readonly struct ArrayView<T> where T : unmanaged
{
    private readonly WatchedMemory _memory;
    private readonly long _start;

    internal ArrayView(WatchedMemory memory, long start, long length) => (_memory, _start, Length) = (memory, start, length);

    public long Length { get; }

    public T this[long index]
    {
        get => _memory.Read<T>(ByteOf(index));
        set => _memory.Write(ByteOf(index), value);
    }

    public ArrayView<T> SubView(long index, long length) => index >= 0 && length >= 0 && index + length <= Length
        ? new(_memory, _start + index * Unsafe.SizeOf<T>(), length)
        : throw new InvalidOperationException($"{length} elements from {index} on, of {Length} of {_memory}");

    public ArrayView<TOther> Cast<TOther>() where TOther : unmanaged => new(_memory, _start, Length * Unsafe.SizeOf<T>() / Unsafe.SizeOf<TOther>());

    internal ArrayView<T> Aligned(int bytes) => _start % bytes == 0 ? this : throw new InvalidOperationException($"byte {_start} of {_memory} is no multiple of {bytes}");

    private long ByteOf(long index) => index >= 0 && index < Length
        ? _start + index * Unsafe.SizeOf<T>()
        : throw new InvalidOperationException($"element {index} of {Length} in {_memory}, by {RunningThread.Current}");
}
