using GraphForge.Runtime.Device;

namespace GraphForge.Tests.Devices;

/// <summary>An upload that is late: nothing is there before it is waited for.</summary>
internal sealed class HostUpload(long bytes) : DeviceUpload
{
    private readonly byte[] _bytes = new byte[bytes];
    private (DeviceBlock Block, long Offset)? _target;

    public override Span<byte> Bytes => _bytes;

    public override void Start(DeviceBlock block, long offset) => _target = (block, offset);

    public override void Finish()
    {
        if (_target is { } target) target.Block.Write(target.Offset, _bytes);
        _target = null;
    }

    protected override void Dispose(bool disposing) { }
}
