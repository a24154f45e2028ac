namespace GraphForge.Runtime.Device;

/// <summary>A part of a device's memory that lasts from run to run. It is given back when nobody refers to it any more.</summary>
/// <param name="memory">Where it is.</param>
/// <param name="bytes">Its size.</param>
internal sealed class DeviceRange(DeviceMemory memory, long bytes)
{
    ~DeviceRange() => memory.GiveBack(this);

    public long Bytes => bytes;

    /// <summary>Of its first byte. It changes when the block is replaced.</summary>
    public long Offset { get; private set; }

    /// <summary>Of the block that <see cref="Offset"/> is meant for.</summary>
    public int Generation { get; private set; }

    public void MoveTo(long offset, int generation) => (Offset, Generation) = (offset, generation);

    /// <summary>Gives it back now.</summary>
    public void Release()
    {
        GC.SuppressFinalize(this);
        memory.GiveBack(this);
    }
}
