using GraphForge.Runtime.Device;
using ILGPU;
using ILGPU.Runtime;

namespace GraphForge.Runtime.Ilgpu;

/// <summary>A block of memory in ILGPU's keeping.</summary>
internal sealed class IlgpuBlock(MemoryBuffer1D<byte, Stride1D.Dense> memory, AcceleratorStream stream) : DeviceBlock
{
    public override long Bytes => memory.Length;

    public ArrayView<byte> View => memory.View.BaseView;

    public override void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty) return;
        try
        {
            View.SubView(offset, bytes.Length).CopyFromCPU(stream, bytes);
        }
        catch (AcceleratorException cause)
        {
            throw DriverCall.Failure(memory.Accelerator, cause);
        }
    }

    public override void Read(long offset, Span<byte> bytes)
    {
        if (bytes.IsEmpty) return;
        try
        {
            View.SubView(offset, bytes.Length).CopyToCPU(stream, bytes);
        }
        catch (AcceleratorException cause)
        {
            throw DriverCall.Failure(memory.Accelerator, cause);
        }
    }

    public override void Copy(long from, long to, long bytes)
    {
        try
        {
            View.SubView(from, bytes).CopyTo(stream, View.SubView(to, bytes));
        }
        catch (AcceleratorException cause)
        {
            throw DriverCall.Failure(memory.Accelerator, cause);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (!disposing) return;
        try
        {
            memory.Dispose();
        }
        catch (AcceleratorException)
        {
            // The driver has failed, and takes nothing back; with the accelerator, all of it goes.
        }
    }
}
