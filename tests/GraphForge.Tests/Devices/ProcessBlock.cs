using GraphForge.Runtime.Device;

namespace GraphForge.Tests.Devices;

/// <summary>Memory of the process for a device that copies at once. Whatever was not stored is NaN, and what was given back is gone.</summary>
internal sealed class ProcessBlock : HostBlock
{
    private byte[]? _bytes;

    public ProcessBlock(long bytes)
    {
        _bytes = new byte[bytes];
        Array.Fill(_bytes, (byte)0xFF);
    }

    public override long Bytes => _bytes!.Length;

    public override void Store(DeviceBlock block, long from, long to, long bytes) => block.Read(from, _bytes.AsSpan((int)to, (int)bytes));

    public override void Fetch(long from, DeviceBlock block, long to, long bytes) => block.Write(to, _bytes.AsSpan((int)from, (int)bytes));

    protected override void Dispose(bool disposing) => _bytes = null;
}
