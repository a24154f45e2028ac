namespace GraphForge.Runtime.Artifacts;

/// <summary>A file within a zip file.</summary>
/// <param name="Name">Path with slashes.</param>
/// <param name="IsDeflated">Whether it is compressed.</param>
/// <param name="Crc">Checksum of the content.</param>
/// <param name="Header">Where its header begins in the zip file.</param>
/// <param name="Offset">Where its bytes begin in the zip file.</param>
/// <param name="StoredLength">Its bytes in the zip file.</param>
/// <param name="Length">Bytes of its content.</param>
internal sealed record ZipEntry(string Name, bool IsDeflated, uint Crc, long Header, long Offset, long StoredLength, long Length);
