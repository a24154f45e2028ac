using System.Runtime.InteropServices;
using GraphForge.Runtime.Device;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;

namespace GraphForge.Runtime.Ilgpu;

/// <summary>
/// Memory of any size that is locked in its pages, where the driver can do that. CUDA copies it beside kernels; elsewhere copies are in the
/// stream that launches are in, and nobody has to wait. Memory that is not garbage collected, as an array ends at 2 GiB.
/// </summary>
internal sealed unsafe class IlgpuHostBlock : HostBlock
{
    private const int PageBytes = 4096;

    private readonly Accelerator _accelerator;
    private readonly PageLockScope<byte> _lock;

    /// <summary>By offset and size. For OpenCL, ILGPU copies as much as what it takes for a buffer has, and not a part.</summary>
    private readonly Dictionary<(long Offset, long Bytes), MemoryBuffer> _parts = [];

    private readonly CudaCopies? _beside;
    private void* _memory;
    private long _count;

    public IlgpuHostBlock(Accelerator accelerator, long bytes)
    {
        (_accelerator, Bytes) = (accelerator, bytes);
        _memory = NativeMemory.AlignedAlloc(checked((nuint)bytes), PageBytes);
        try
        {
            accelerator.Bind();
            _lock = accelerator.CreatePageLockFromPinned<byte>((nint)_memory, bytes);
            _beside = accelerator is CudaAccelerator cuda ? new CudaCopies(cuda) : null;
        }
        catch
        {
            _lock?.Dispose();
            NativeMemory.AlignedFree(_memory);
            throw;
        }
    }

    public override long Bytes { get; }

    public override long Store(DeviceBlock block, long from, long to, long bytes)
    {
        try
        {
            ((IlgpuBlock)block).View.SubView(from, bytes).CopyTo(Begin(), Part(to, bytes));
            return End();
        }
        catch (AcceleratorException cause)
        {
            throw DriverCall.Failure(_accelerator, cause);
        }
    }

    public override long Fetch(long from, DeviceBlock block, long to, long bytes)
    {
        try
        {
            ((IlgpuBlock)block).View.SubView(to, bytes).CopyFrom(Begin(), Part(from, bytes));
            return End();
        }
        catch (AcceleratorException cause)
        {
            throw DriverCall.Failure(_accelerator, cause);
        }
    }

    public override void Await(long copy)
    {
        try
        {
            _beside?.Await(copy);
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
            _beside?.Dispose();
            foreach (var part in _parts.Values) part.Dispose();
            _lock.Dispose();
            NativeMemory.AlignedFree(memory);
        }
        catch (AcceleratorException)
        {
            // The driver has failed, and does not say whether it still copies: the memory stays.
        }
    }

    private AcceleratorStream Begin() => _beside?.Begin() ?? _accelerator.DefaultStream;

    private long End() => _beside?.End() ?? _count++;

    private ArrayView<byte> Part(long offset, long bytes)
    {
        if (!_parts.TryGetValue((offset, bytes), out var part))
            _parts[(offset, bytes)] = part = CPUMemoryBuffer.Create(_accelerator, _lock.AddrOfLockedObject + (nint)offset, bytes, 1);
        return part.AsArrayView<byte>(0, bytes);
    }
}
