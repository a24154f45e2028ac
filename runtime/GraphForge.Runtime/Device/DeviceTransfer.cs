namespace GraphForge.Runtime.Device;

/// <summary>Copies of any size between memory and a device, in pieces that spans can hold.</summary>
internal static unsafe class DeviceTransfer
{
    private const int Piece = 1 << 30;

    public static void Write(DeviceBlock block, long offset, byte* source, long bytes)
    {
        for (long done = 0; done < bytes; done += Piece)
            block.Write(offset + done, new ReadOnlySpan<byte>(source + done, (int)Math.Min(Piece, bytes - done)));
    }

    public static void Read(DeviceBlock block, long offset, byte* destination, long bytes)
    {
        for (long done = 0; done < bytes; done += Piece)
            block.Read(offset + done, new Span<byte>(destination + done, (int)Math.Min(Piece, bytes - done)));
    }
}
