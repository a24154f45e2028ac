namespace GraphForge.Data;

/// <summary>A dense array of unsigned bytes as an idx file holds it.</summary>
/// <param name="Data">Elements, row-major; as many as the product of <paramref name="Dims"/>.</param>
/// <param name="Dims">Extents, outermost first.</param>
public sealed record IdxTensor(byte[] Data, int[] Dims)
{
    /// <summary>Extent of the outermost axis.</summary>
    public int Count => Dims[0];
}
