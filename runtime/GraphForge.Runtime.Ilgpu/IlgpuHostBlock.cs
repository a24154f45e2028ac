using System.Runtime.InteropServices;
using GraphForge.Runtime.Device;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;

namespace GraphForge.Runtime.Ilgpu;

/// <summary>
/// Memory of any size that is locked in its pages, where the driver can do that, and copied in the stream that launches are in. Memory
/// that is not garbage collected, as an array ends at 2 GiB.
/// </summary>
internal sealed unsafe class IlgpuHostBlock : HostBlock
{
    private const int PageBytes = 4096;

    private readonly Accelerator _accelerator;
    private readonly PageLockScope<byte> _lock;

    /// <summary>By offset and size. For OpenCL, ILGPU copies as much as what it takes for a buffer has, and not a part.</summary>
    private readonly Dictionary<(long Offset, long Bytes), MemoryBuffer> _parts = [];

    private void* _memory;

    public IlgpuHostBlock(Accelerator accelerator, long bytes)
    {
        (_accelerator, Bytes) = (accelerator, bytes);
        _memory = NativeMemory.AlignedAlloc(checked((nuint)bytes), PageBytes);
        try
        {
            accelerator.Bind();
            _lock = accelerator.CreatePageLockFromPinned<byte>((nint)_memory, bytes);
        }
        catch
        {
            NativeMemory.AlignedFree(_memory);
            throw;
        }
    }

    public override long Bytes { get; }

    public override void Store(DeviceBlock block, long from, long to, long bytes)
    {
        try
        {
            ((IlgpuBlock)block).View.SubView(from, bytes).CopyTo(_accelerator.DefaultStream, Part(to, bytes));
        }
        catch (AcceleratorException cause)
        {
            throw DriverCall.Failure(_accelerator, cause);
        }
    }

    public override void Fetch(long from, DeviceBlock block, long to, long bytes)
    {
        try
        {
            ((IlgpuBlock)block).View.SubView(to, bytes).CopyFrom(_accelerator.DefaultStream, Part(from, bytes));
        }
        catch (AcceleratorException cause)
        {
            throw DriverCall.Failure(_accelerator, cause);
        }
    }

    protected override void Dispose(bool disposing)
    {
        // Whom nobody disposed the driver may still copy for: such memory stays.
        if (!disposing || _memory is null) return;
        var memory = _memory;
        _memory = null;
        try
        {
            _accelerator.Bind();
            _accelerator.DefaultStream.Synchronize();
            foreach (var part in _parts.Values) part.Dispose();
            _lock.Dispose();
            NativeMemory.AlignedFree(memory);
        }
        catch (AcceleratorException)
        {
            // The driver has failed, and does not say whether it still copies: the memory stays.
        }
    }

    private ArrayView<byte> Part(long offset, long bytes)
    {
        if (!_parts.TryGetValue((offset, bytes), out var part))
            _parts[(offset, bytes)] = part = CPUMemoryBuffer.Create(_accelerator, _lock.AddrOfLockedObject + (nint)offset, bytes, 1);
        return part.AsArrayView<byte>(0, bytes);
    }
}
