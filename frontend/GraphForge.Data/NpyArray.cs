using GraphForge.Runtime;

namespace GraphForge.Data;

/// <summary>A dense array as an npy file holds it.</summary>
/// <param name="DType">Element type.</param>
/// <param name="Dims">Extents, outermost first; empty for a scalar.</param>
/// <param name="Data">Elements, row-major and little-endian; as many bytes as the extents and the element type multiply to.</param>
public sealed record NpyArray(DType DType, long[] Dims, byte[] Data);
