using GraphForge.Compiler.Emit.Targets;

namespace GraphForge.Compiler.Loops.Schedules.Winograd;

/// <summary>The matrix product of one product of the transforms after the other, by the means of any contraction.</summary>
internal static class ProductStage
{
    /// <param name="result">Where the sums go.</param>
    /// <param name="extents">Products, rows and columns of the result.</param>
    /// <param name="summed">Extent of the sum.</param>
    /// <param name="left">The factor that varies with the row: by product, row and summed element.</param>
    /// <param name="right">The factor that varies with the column: by product, summed element and column.</param>
    /// <param name="adds">Whether the sums are added to what stands in the result.</param>
    /// <param name="target">The processor.</param>
    /// <returns>Null where the factors have no form a register tile can take.</returns>
    public static Statement? Build(LoopBuffer result, long[] extents, long summed,
        Func<IndexExpr, IndexExpr, IndexExpr, Expr> left, Func<IndexExpr, IndexExpr, IndexExpr, Expr> right, bool adds, CpuTarget target)
    {
        LoopVar[] domain = [new("product", extents[0]), new("row", extents[1]), new("column", extents[2])];
        var k = new LoopVar("k", summed);
        var sum = new ReduceExpr(ReduceFunction.Sum, [k], new BinaryExpr(BinaryFunction.Multiply, left(domain[0], domain[1], k), right(domain[0], k, domain[2])));
        var index = LoopIndices.Linear(domain);
        var value = adds ? new BinaryExpr(BinaryFunction.Add, new LoadExpr(result, index), sum) : (Expr)sum;
        var definition = new KernelDefinition("products", [], domain, [new StoreDefinition(domain, result, index, value)], []);
        var choices = ContractionSchedule.Choices(definition, target).Where(c => IsWhole(c.Shape, c.Blocking)).ToArray();
        if (choices.Length == 0) return null;
        var (shape, blocking) = choices.MinBy(c => c.Blocking.Cycles);
        var product = new LoopVar("product", shape.BatchCount);
        var batch = shape.Batch.Zip(IndexExpr.Unravel(product, shape.Batch.Select(v => v.Extent).ToArray())).ToDictionary(p => p.First, p => p.Second);
        var task = new ContractionTask(shape, blocking, new RowBlock(shape, blocking, 0, batch), 0).Build();
        return new For(product, LoopKind.Serial, task, note: "One matrix product after the other.");
    }

    /// <summary>Operands stand in scratch memory as the tiles want them: read in place, all in one go.</summary>
    private static bool IsWhole(ContractionShape shape, ContractionBlocking blocking) =>
        shape.Choice == LaneChoice.Result && !blocking.PacksVector && blocking.Broadcast == BroadcastPacking.None && blocking.SumStep == shape.Summed[0].Extent &&
        RowBlock.Count(shape, blocking) == 1 && blocking.Panels == ContractionTask.Panels(shape, blocking);
}
