using GraphForge.Compiler.Loops.Schedules.Attention;

namespace GraphForge.Compiler.Loops.Schedules.Device.Attention;

/// <summary>A reduction of rows: each thread combines its scores of a row, then the threads of the row combine what they have.</summary>
internal sealed class RowSum(StoreDefinition store, ScoreRegisters registers)
{
    public StoreDefinition Store { get; } = store;

    public ReduceExpr Sum { get; } = ScorePass.ReductionIn(store)!;

    /// <summary>A register for each row of the thread: that of the result, where nothing is done with it.</summary>
    public LoopBuffer[] Partial { get; } = ScorePass.ReductionIn(store) == store.Value ? registers.Rows(store.Buffer)
        : [.. registers.Rows(store.Buffer).Select(r => new LoopBuffer("partial", r.Type, 1))];

    private bool IsWhole => Sum == Store.Value;

    public IEnumerable<Statement> Start() => Partial.SelectMany(p => (Statement[])
        [.. IsWhole ? [] : new[] { new Allocate(p, BufferPlace.Register) }, new Store(p, 0, new ConstantExpr(Reduction.Neutral(Sum.Function, p.Type)))]);

    public Statement Add(int i, int j) => new Store(Partial[i], 0, registers.At(Sum.Body, i, j), Sum.Function);

    public IEnumerable<Statement> Finish()
    {
        if (IsWhole) return [];
        var hole = new LoadExpr(new LoopBuffer("total", Sum.Type, 1), 0);
        return registers.Rows(Store.Buffer).Zip(Partial).Select((r, row) => registers.InsideRow(row, new Store(
            r.First, 0, registers.AtRow(Store.Value.Replace(Sum, hole), row).Replace(hole, new LoadExpr(r.Second, 0)))));
    }
}
