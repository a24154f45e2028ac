using GraphForge.Runtime;
using static GraphForge.Compiler.Loops.Schedules.IntegerArithmetic;

namespace GraphForge.Compiler.Loops.Schedules.Winograd;

/// <summary>
/// How much a task of a Winograd kernel takes on: its transformed tiles and products stay in the second-level cache.
/// </summary>
/// <param name="Tiles">Tiles of a block.</param>
/// <param name="Channels">Channels of the left factor.</param>
/// <param name="Columns">Columns of the result.</param>
internal sealed record WinogradBlocking(long Tiles, long Channels, long Columns)
{
    private const long TileBytes = 256 * 1024, ProductBytes = 640 * 1024;

    /// <summary>Tiles beyond which a block's matrix products gain nothing, and below which they lose.</summary>
    private const long MostTiles = 96, FewTiles = 12;

    private const long EnoughTasks = 16, FewTasks = 8;

    /// <summary>All channels; fewer columns where there would be few tasks otherwise, or too many products.</summary>
    public static WinogradBlocking OfConvolution(WinogradShape shape, long tiles)
    {
        var (channels, outputs, size) = (shape.Channel.Extent, shape.Vector.Extent, DTypes.Size(shape.Root.Type));
        var fit = TileBytes / (shape.ProductCount * size * (channels + Math.Min(outputs, 128)));
        var wanted = Math.Clamp(fit, Math.Min(4, tiles), MostTiles);
        var block = Math.Min(wanted, Math.Max(FewTiles, CeilingDivide(tiles, EnoughTasks)));
        var blocks = CeilingDivide(tiles, Math.Min(block, tiles));
        var columns = Parts(outputs, shape.Lanes).Where(c => c <= 128 || c == outputs).Where(c => blocks * (outputs / c) >= FewTasks).DefaultIfEmpty(0).Max();
        return new WinogradBlocking(CeilingDivide(tiles, blocks), channels, columns > 0 ? columns : Parts(outputs, shape.Lanes).Min());
    }

    /// <summary>As many channels and columns as the products of all pairs fit, since each is transformed again for every block of the other.</summary>
    public static WinogradBlocking OfWeightGradient(WinogradShape shape, long tiles, long batch)
    {
        var size = DTypes.Size(shape.Root.Type);
        var (channels, columns) = (
            from c in Parts(shape.Channel.Extent, shape.Lanes)
            from o in Parts(shape.Vector.Extent, shape.Lanes)
            let bytes = shape.ProductCount * size * c * o
            let tasks = batch * (shape.Channel.Extent / c) * (shape.Vector.Extent / o)
            orderby bytes > ProductBytes, Math.Min(tasks, FewTasks) descending, 1.0 / c + 1.0 / o
            select (c, o)).First();
        var fit = 2 * TileBytes / (shape.ProductCount * size * (channels + columns));
        var blocks = CeilingDivide(tiles, Math.Clamp(fit, 8, MostTiles));
        return new WinogradBlocking(CeilingDivide(tiles, blocks), channels, columns);
    }

    /// <summary>Even parts of an axis that are whole vectors, and all of it.</summary>
    private static IEnumerable<long> Parts(long extent, int lanes) => Enumerable.Range(1, (int)Math.Min(extent, 64))
        .Where(parts => extent % parts == 0 && (parts == 1 || extent / parts % lanes == 0)).Select(parts => extent / parts);
}
