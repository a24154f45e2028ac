using GraphForge.Runtime.Device;
using ILGPU;
using ILGPU.Runtime;

namespace GraphForge.Runtime.Ilgpu;

/// <summary>Memory that is locked in its pages, and a stream of its own to copy it.</summary>
internal sealed class IlgpuUpload(Accelerator accelerator, long bytes) : DeviceUpload
{
    private readonly PageLockedArray1D<byte> _pages = accelerator.AllocatePageLocked1D<byte>(bytes);
    private readonly AcceleratorStream _stream = accelerator.CreateStream();

    public override Span<byte> Bytes => _pages.Span;

    public override void Start(DeviceBlock block, long offset)
    {
        try
        {
            ((IlgpuBlock)block).View.SubView(offset, _pages.Length).CopyFromPageLockedAsync(_stream, _pages);
        }
        catch (AcceleratorException cause)
        {
            throw DriverCall.Failure(accelerator, cause);
        }
    }

    public override void Finish()
    {
        try
        {
            _stream.Synchronize();
        }
        catch (AcceleratorException cause)
        {
            throw DriverCall.Failure(accelerator, cause);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (!disposing) return;
        _stream.Dispose();
        _pages.Dispose();
    }
}
