using GraphForge.Compiler.Emit.Targets;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops.Schedules.Attention;
using static GraphForge.Compiler.Loops.Schedules.IntegerArithmetic;

namespace GraphForge.Compiler.Loops.Schedules.Device.Attention;

/// <summary>
/// Sums over a matrix of scores that is never stored. A group owns a block of rows and goes through the keys, a tile of scores at a
/// time: the contractions that make them go through shared memory, what follows them is done in registers, and contractions with
/// them read them from shared memory. Softmax needs to go through the keys once, other functions of whole rows once for each reduction
/// that others wait for. Sums of keys are the same with rows and keys exchanged.
/// </summary>
internal sealed class DeviceAttentionSchedule
{
    private readonly OnlineRows _online;
    private readonly ScoreView _view;
    private readonly AttentionTile _tile;
    private readonly AttentionPhases _phases;
    private readonly GroupLoop _loop;
    private readonly IndexExpr _part;
    private readonly LoopVar _block;
    private readonly ScoreRegisters _registers;
    private readonly IndexExpr? _limit;
    private readonly ScoreProducts _products;
    private readonly SharedMemory _exchanged = new();
    private readonly RowThreads _threads;

    private DeviceAttentionSchedule(OnlineRows online, AttentionTile tile, GpuTarget target)
    {
        (_online, _view, _tile) = (online, online.View, tile);
        _phases = new AttentionPhases(_view);
        var blocks = CeilingDivide(_view.Own.Extent, tile.Own);
        var parts = _view.Definition.Stores.Where(_view.IsProduct).Select(s => CeilingDivide(s.Domain[^1].Extent, tile.Features)).DefaultIfEmpty(1).Max();
        _loop = new GroupLoop(_view.Outer.Aggregate(1L, (p, v) => p * v.Extent) * blocks * parts, tile.Threads);
        var place = IndexExpr.Unravel(_loop.Group, [.. _view.Outer.Select(v => v.Extent), blocks, parts]);
        _part = place[^1];
        _limit = KeyLimit.Of(_view.Definition) is { } limit && !Loads.Of(limit).Any() ? limit : null;
        // Groups begin in their order, those with most work first: the last rows, or the first keys.
        var own = _limit is null || _view.OwnsKeys ? place[^2] : blocks - 1 - place[^2];
        _block = new LoopVar("block", CeilingDivide(_view.Other.Extent, tile.Other));
        _registers = new ScoreRegisters(_view, tile, _loop.Thread, _view.Outer.Zip(place), own * tile.Own, (IndexExpr)_block * tile.Other);
        _products = new ScoreProducts(_registers, tile, _loop.Thread, _part * tile.Features);
        _threads = RowThreads.Of(_loop.Thread, tile.OtherThreads, target);
    }

    public static LoopKernel Build(KernelDefinition definition, GpuTarget target)
    {
        var online = OnlineRows.Of(ScoreView.Of(definition));
        return new DeviceAttentionSchedule(online, AttentionTile.Best(online.View, target), target).Build(definition);
    }

    private LoopKernel Build(KernelDefinition definition)
    {
        var statements = new List<Statement>();
        var stores = _view.Definition.Stores;
        statements.AddRange(_products.Start(stores.Where(_view.IsProduct)));
        if (!_view.OwnsKeys)
            statements.AddRange(_view.Scores.Locals.Where(b => stores.All(s => s.Buffer != b || !_view.IsMatrix(s))).SelectMany(_registers.Rows).Select(r => new Allocate(r, BufferPlace.Register)));
        for (var phase = 0; phase <= _phases.Count; phase++)
        {
            if (!_view.OwnsKeys) statements.AddRange(stores.Where(s => _view.IsRowLocal(s) && !_phases.IsRowReduction(s) && _phases.Known(s.Buffer) == phase).SelectMany(RowValue));
            if (phase < _phases.Count) statements.AddRange(Phase(phase));
        }
        statements.AddRange(stores.Where(s => !_view.Scores.Locals.Contains(s.Buffer)).SelectMany(s => _view.IsProduct(s) ? _products.Stored(s) : RowResult(s)));
        return _loop.Wrap(definition, [.. _products.Shared, .. _exchanged.Buffers], Block.Of(statements));
    }

    /// <summary>A value of each row that needs no sum, or none that is not known yet.</summary>
    private IEnumerable<Statement> RowValue(StoreDefinition store) => _registers.Rows(store.Buffer).Select((register, row) =>
        _registers.InsideRow(row, new Store(register, 0, _registers.AtRow(store.Value, row))));

    private IEnumerable<Statement> RowResult(StoreDefinition store) => Enumerable.Range(0, _tile.ThreadOwn).Select(i =>
        GroupLoop.Below(_part, 1, GroupLoop.Below(_threads.Number, 1, _registers.InsideRow(i, new Store(
            store.Buffer, store.Index.Substitute(_registers.Positions(_registers.FirstOwn + _registers.OwnOffset(i), null)), _registers.AtRow(store.Value, i))))));

    /// <summary>Once through the other axis.</summary>
    private IEnumerable<Statement> Phase(int phase)
    {
        var steps = _phases.Of(phase).ToArray();
        var reductions = steps.Where(_phases.IsRowReduction).Select(s => new RowSum(s, _registers)).ToArray();
        foreach (var reduction in reductions) foreach (var statement in reduction.Start()) yield return statement;
        var pass = new Pass(this, reductions);
        var body = pass.Build(steps);
        yield return For.Nest(_view.Inside, new For(_block, LoopKind.Serial, WithinLimit(body), Limit, string.Join(", ", steps.Select(s => s.Buffer.Name).Distinct()) + "."));
        var combined = reductions.Where(r => r.Store != _online.Maximum).ToArray();
        if (combined.Length > 0)
        {
            var statements = new List<Statement>();
            new ThreadCombination(_threads, _exchanged, [.. combined.SelectMany(r => r.Partial)], [.. combined.SelectMany(r => r.Partial.Select(_ => r.Sum.Function))]).AppendTo(statements);
            foreach (var statement in statements) yield return statement;
        }
        foreach (var reduction in reductions) foreach (var statement in reduction.Finish()) yield return statement;
    }

    /// <summary>How many blocks of keys rows need.</summary>
    private IndexExpr? Limit => _limit is null || _view.OwnsKeys ? null
        : (_limit.Substitute(_registers.Positions(_registers.FirstOwn + (_tile.Own - 1), null)) + (_tile.Other - 1)) / _tile.Other;

    /// <summary>Rows that need none of a group's keys are passed over.</summary>
    private Statement WithinLimit(Statement body)
    {
        if (_limit is null || !_view.OwnsKeys) return body;
        var end = _limit.Substitute(_registers.Positions(null, _registers.FirstOther + (_tile.Other - 1))) - _registers.FirstOwn;
        return ScoreBlock.When(end, 1, end.Maximum + 1, body);
    }

    /// <summary>What is done with a tile of scores.</summary>
    private sealed class Pass(DeviceAttentionSchedule kernel, RowSum[] reductions)
    {
        private readonly List<Statement> _statements = [];
        private readonly List<Func<int, int, Statement>> _perScore = [];

        private ScoreRegisters Registers => kernel._registers;

        public Block Build(IReadOnlyList<StoreDefinition> steps)
        {
            var view = kernel._view;
            if (view.OwnsKeys)
                foreach (var store in view.Definition.Stores.Where(view.IsRowLocal))
                    _statements.AddRange([.. Registers.Rows(store.Buffer).Select(r => new Allocate(r, BufferPlace.Register)), .. kernel.RowValue(store)]);
            foreach (var step in steps)
                if (view.IsMatrix(step)) Score(step);
                else if (step == kernel._online.Maximum) RunningMaximum(step);
                else if (view.IsProduct(step))
                {
                    Flush();
                    _statements.Add(kernel._products.Add(step));
                }
                else _perScore.Add(reductions.Single(r => r.Store == step).Add);
            Flush();
            return Block.Of(_statements);
        }

        private void Score(StoreDefinition store)
        {
            var register = Registers.Matrix(store.Buffer);
            _statements.Add(new Allocate(register, BufferPlace.Register));
            if (ScorePass.ReductionIn(store) is not { } sum)
            {
                _perScore.Add((i, j) => new Store(register, Registers.Slot(i, j), Registers.At(store.Value, i, j)));
                return;
            }
            Flush();
            var sums = sum == store.Value ? register : new LoopBuffer("sum", sum.Type, register.Count);
            if (sums != register) _statements.Add(new Allocate(sums, BufferPlace.Register));
            _statements.Add(kernel._products.Scores(sum, sums));
            var hole = new LoadExpr(new LoopBuffer("hole", sum.Type, 1), 0);
            if (sums != register)
                _perScore.Add((i, j) => new Store(register, Registers.Slot(i, j), Registers.At(store.Value.Replace(sum, hole), i, j).Replace(hole, new LoadExpr(sums, Registers.Slot(i, j)))));
        }

        private void RunningMaximum(StoreDefinition store)
        {
            var best = Registers.Rows(store.Buffer);
            var here = best.Select(b => new LoopBuffer("here", b.Type, 1)).ToArray();
            var body = ((ReduceExpr)store.Value).Body;
            _statements.AddRange(here.SelectMany(h => new Statement[] { new Allocate(h, BufferPlace.Register), new Store(h, 0, Lowest(h)) }));
            _perScore.Add((i, j) => new Store(here[i], 0, Registers.At(body, i, j), ReduceFunction.Maximum));
            Flush();
            new ThreadCombination(kernel._threads, kernel._exchanged, here, [.. here.Select(_ => ReduceFunction.Maximum)]).AppendTo(_statements);
            foreach (var (i, (before, block)) in best.Zip(here).Index()) _statements.AddRange(NewMaximum(i, before, block));
        }

        /// <summary>The maximum so far, and the sums so far brought to it.</summary>
        private IEnumerable<Statement> NewMaximum(int row, LoopBuffer best, LoopBuffer here)
        {
            var (before, now) = (new LoadExpr(best, 0), new LoadExpr(here, 0));
            var scale = new LoopBuffer("scale", best.Type, 1);
            yield return new Store(here, 0, before, ReduceFunction.Maximum);
            yield return new Allocate(scale, BufferPlace.Register);
            // Also where both are -∞, or +∞, the sums stay what they are.
            yield return new Store(scale, 0, SelectExpr.Of(new BinaryExpr(BinaryFunction.Equal, before, now), new ConstantExpr(Scalar.Of(best.Type, 1.0)),
                new UnaryExpr(UnaryFunction.Exp, new BinaryExpr(BinaryFunction.Subtract, before, now))));
            yield return new Store(best, 0, now);
            yield return new Store(Registers.Rows(kernel._online.Shift)[row], 0,
                SelectExpr.Of(new BinaryExpr(BinaryFunction.Equal, now, Lowest(best)), ConstantExpr.Zero(best.Type), now));
            foreach (var sums in kernel._products.SumsOf(kernel._online.Scaled, row).Concat(reductions.Where(r => kernel._online.Scaled.Contains(r.Store.Buffer)).Select(r => (r.Partial[row], IndexExpr.Zero))))
                yield return new Store(sums.Item1, sums.Item2, new LoadExpr(scale, 0), ReduceFunction.Product);
        }

        private static ConstantExpr Lowest(LoopBuffer register) => new(Reduction.Neutral(ReduceFunction.Maximum, register.Type));

        private void Flush()
        {
            if (_perScore.Count == 0) return;
            var steps = _perScore.ToArray();
            for (var i = 0; i < kernel._tile.ThreadOwn; i++)
                for (var j = 0; j < kernel._tile.ThreadOther; j++) _statements.Add(Registers.Inside(i, j, Block.Of(steps.Select(step => step(i, j)))));
            _perScore.Clear();
        }
    }
}
