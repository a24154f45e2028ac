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
        if (bytes.Length > 0) View.SubView(offset, bytes.Length).CopyFromCPU(stream, bytes);
    }

    public override void Read(long offset, Span<byte> bytes)
    {
        try
        {
            if (bytes.Length > 0) View.SubView(offset, bytes.Length).CopyToCPU(stream, bytes);
        }
        catch (AcceleratorException exception)
        {
            throw new DeviceException($"A kernel failed on {memory.Accelerator.Name}: {exception.Message} The device is unusable from here on: dispose it.", exception);
        }
    }

    public override void Copy(long from, long to, long bytes) => View.SubView(from, bytes).CopyTo(stream, View.SubView(to, bytes));

    protected override void Dispose(bool disposing)
    {
        if (disposing) memory.Dispose();
    }
}
