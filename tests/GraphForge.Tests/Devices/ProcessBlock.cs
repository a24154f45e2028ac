using GraphForge.Runtime.Device;

namespace GraphForge.Tests.Devices;

/// <summary>
/// Memory of the process for a device that copies as late as it may: once a copy is waited for. Whatever was not stored is NaN, and what was
/// given back is gone.
/// </summary>
internal sealed class ProcessBlock : HostBlock
{
    private readonly Queue<Copy> _waiting = [];
    private long _done;
    private byte[]? _bytes;

    public ProcessBlock(long bytes)
    {
        _bytes = new byte[bytes];
        Array.Fill(_bytes, (byte)0xFF);
    }

    public override long Bytes => _bytes!.Length;

    /// <summary>Whether copies were asked for that nobody waited for yet.</summary>
    public bool IsBusy => _waiting.Count > 0;

    public override long Store(DeviceBlock block, long from, long to, long bytes) => Later(new Copy(block, from, to, bytes, IsFetch: false));

    public override long Fetch(long from, DeviceBlock block, long to, long bytes) => Later(new Copy(block, to, from, bytes, IsFetch: true));

    public override void Await(long copy)
    {
        for (; _done <= copy; _done++)
        {
            var (block, device, host, bytes, isFetch) = _waiting.Dequeue();
            var here = _bytes.AsSpan((int)host, (int)bytes);
            if (isFetch) block.Write(device, here);
            else block.Read(device, here);
        }
    }

    protected override void Dispose(bool disposing) => _bytes = null;

    private long Later(Copy copy)
    {
        _waiting.Enqueue(copy);
        return _done + _waiting.Count - 1;
    }

    private readonly record struct Copy(DeviceBlock Block, long OnDevice, long AtHost, long Bytes, bool IsFetch);
}
