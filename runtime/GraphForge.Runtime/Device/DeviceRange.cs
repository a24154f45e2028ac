namespace GraphForge.Runtime.Device;

/// <summary>A part of a device's memory that lasts from run to run. It is given back when nobody refers to it any more.</summary>
/// <param name="memory">Where it is.</param>
/// <param name="offset">Of its first byte.</param>
/// <param name="bytes">Its size.</param>
internal sealed class DeviceRange(DeviceMemory memory, long offset, long bytes)
{
    ~DeviceRange() => memory.GiveBack(offset, bytes);

    public long Offset => offset;
}
