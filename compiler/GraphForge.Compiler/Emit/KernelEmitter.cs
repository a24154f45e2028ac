using GraphForge.Compiler.Emit.Targets;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Emit;

/// <summary>Writes one kernel as a C# method.</summary>
internal sealed class KernelEmitter
{
    private readonly CodeWriter _outer;
    private readonly CodeWriter _writer;
    private readonly LoopKernel _kernel;
    private readonly KernelLocals _locals;
    private readonly ExpressionEmitter _expressions;
    private readonly ScratchLayout _scratch;
    private readonly bool _isWide;
    private readonly Dictionary<long, LoopVar> _laneVariables = [];
    private readonly HashSet<LoopBuffer> _combinedLater;
    private readonly HashSet<LoopVar> _bound = [];
    private int _unit;

    private KernelEmitter(CodeWriter writer, LoopKernel kernel, CpuTarget target)
    {
        (_outer, _writer, _kernel) = (writer, writer.Later(1), kernel);
        _isWide = kernel.Lanes > 1 && target.VectorBytes / kernel.Lanes == 8;
        _locals = new KernelLocals(kernel.Lanes);
        _expressions = new ExpressionEmitter(_writer, _locals, kernel.Lanes, _isWide);
        _scratch = ScratchLayout.Of(kernel);
        _combinedLater = CombinedLater(kernel);
    }

    /// <param name="kernel">The kernel.</param>
    /// <param name="target">The processor to write for.</param>
    /// <param name="depth">Indentation.</param>
    public static string Write(LoopKernel kernel, CpuTarget target, int depth)
    {
        var writer = new CodeWriter(depth);
        new KernelEmitter(writer, kernel, target).Write();
        return writer.ToString();
    }

    /// <summary>Registers whose lanes are combined in the end, and those that are added to them: idle lanes must not change them.</summary>
    private static HashSet<LoopBuffer> CombinedLater(LoopKernel kernel)
    {
        var combined = StatementWalk.All(kernel.Body).SelectMany(StatementWalk.Expressions)
            .SelectMany(e => e.DescendantsAndSelf()).OfType<ReduceExpr>().Select(r => r.Body).OfType<LoadExpr>()
            .Select(l => l.Buffer).ToHashSet();
        foreach (var store in StatementWalk.All(kernel.Body).OfType<Store>())
            if (store is { Accumulate: not null, Value: LoadExpr run } && combined.Contains(store.Buffer)) combined.Add(run.Buffer);
        return combined;
    }

    private void Write()
    {
        foreach (var line in _kernel.Summary) _outer.Line($"/// {line}");
        _outer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (_outer.Open($"public static void {_kernel.Name}(nint* buffers, nint scratch, int begin, int end)"))
        {
            for (var i = 0; i < _kernel.Arguments.Count; i++)
                _outer.Line($"var {_locals.Declare(_kernel.Arguments[i])} = ({CpuSimd.StorageName(_kernel.Arguments[i].Type)}*)buffers[{i}];");
            DeclareCounters();
            var task = _locals.Variable(_kernel.Body.Variable);
            using (_writer.Open($"for (long {task} = begin; {task} < end; {task}++)")) WriteLoopBody(_kernel.Body);
            foreach (var (type, name) in _expressions.LaneBuffers) _outer.Line($"var {name} = stackalloc {type}[{_kernel.Lanes}];");
            _outer.Append(_writer);
        }
    }

    /// <summary>The iterations at work of the plan's loops around the kernel; see <see cref="PlanLoop"/>.</summary>
    private void DeclareCounters()
    {
        var used = StatementWalk.Variables(_kernel.Body);
        foreach (var (depth, counter) in _kernel.Counters.Index().Where(c => used.Contains(c.Item)))
        {
            _writer.Line($"var {_locals.Variable(counter)} = ((long*)scratch)[{-1 - depth}];");
            _bound.Add(counter);
        }
    }

    private void WriteLoopBody(For loop)
    {
        _bound.Add(loop.Variable);
        var named = _expressions.NameDivisions(loop.Body, _bound);
        WriteBody(loop.Body);
        _locals.DropAtoms(named);
        _bound.Remove(loop.Variable);
    }

    private void WriteBody(Statement body) => _expressions.InBlock(() => WriteStatements(Block.Of(body).Statements));

    private void WriteStatements(IReadOnlyList<Statement> statements)
    {
        var run = new List<LaneStore>();
        foreach (var statement in statements)
        {
            if (TryFlatten(statement, null, run)) continue;
            WriteRun(run);
            run.Clear();
            Write(statement);
        }
        WriteRun(run);
    }

    private void Write(Statement statement)
    {
        switch (statement)
        {
            case Block block: WriteStatements(block.Statements); break;
            case Allocate allocate: WriteAllocate(allocate); break;
            case If condition:
                using (_writer.Open($"if ({_expressions.ScalarValue(condition.Condition)})")) WriteBody(condition.Body);
                break;
            case Transpose transpose: WriteTranspose(transpose); break;
            case Prefetch prefetch: _writer.Line($"Lanes.Prefetch({_expressions.Address(prefetch.Buffer, prefetch.Index)});"); break;
            case For { Kind: LoopKind.Vector } vector: WriteVectorBlock(vector); break;
            case For { Kind: LoopKind.Unrolled } unrolled: WriteStatements(Unroll(unrolled).ToArray()); break;
            case For loop: WriteLoop(loop); break;
            default: throw new InternalCompilerException("emit", $"no form for {statement.GetType().Name}");
        }
    }

    private void WriteAllocate(Allocate allocate)
    {
        var buffer = allocate.Buffer;
        if (allocate.Place == BufferPlace.Scratch)
        {
            var storage = CpuSimd.StorageName(buffer.Type);
            _writer.Line($"var {_locals.Declare(buffer)} = ({storage}*)(scratch + {_scratch.Offsets[buffer]});");
            return;
        }
        var (type, names) = _locals.DeclareRegister(allocate);
        foreach (var chunk in names.Chunk(8)) _writer.Line($"{type} {string.Join(", ", chunk)};");
    }

    private void WriteTranspose(Transpose t)
    {
        var columns = t.Columns.IsConstant ? $"{t.Columns.Constant}" : $"(int)Math.Min({_kernel.Lanes}L, {_expressions.Index(t.Columns)})";
        var (from, to) = (_expressions.Address(t.Source.Buffer, t.Source.Start), _expressions.Address(t.Target.Buffer, t.Target.Start));
        _writer.Line($"Tiles.Transpose({from}, {t.Source.Stride}, {to}, {t.Target.Stride}, {t.Rows}, {columns});");
    }

    private void WriteLoop(For loop)
    {
        var name = _locals.Variable(loop.Variable);
        if (loop.Note.Length > 0) _writer.Line($"// {loop.Note}");
        var bound = loop.Variable.Extent.ToString();
        if (loop.Limit is { } limit)
        {
            bound = _locals.Names.Unique($"{name}End");
            _writer.Line($"var {bound} = Math.Min({loop.Variable.Extent}L, {_expressions.Index(limit)});");
        }
        var isInnermost = StatementWalk.All(loop.Body).All(s => s is not For { Kind: LoopKind.Serial } and not Allocate { Place: BufferPlace.Scratch });
        var pointers = isInnermost ? HoistPointers(loop) : [];
        using (_writer.Open($"for (long {name} = 0; {name} < {bound}; {name}++)"))
        {
            _expressions.Innermost = isInnermost ? loop.Variable : null;
            WriteLoopBody(loop);
            _expressions.Innermost = null;
        }
        _locals.DropPointers(pointers);
    }

    /// <summary>Computes the parts of addresses that an innermost loop does not change before the loop.</summary>
    private List<(LoopBuffer, IndexExpr)> HoistPointers(For loop)
    {
        var declared = new List<(LoopBuffer, IndexExpr)>();
        var unrolled = StatementWalk.All(loop.Body).OfType<For>().Where(f => f.Kind == LoopKind.Unrolled)
            .ToDictionary(f => f.Variable, _ => IndexExpr.Zero);
        foreach (var (buffer, index) in MemoryAccesses.In(loop.Body).Where(a => !_locals.IsRegister(a.Buffer)))
        {
            if (KernelLocals.PointerBase(index.Substitute(unrolled), loop.Variable) is not { } position || _locals.HasPointer(buffer, position)) continue;
            if (position.Variables.Any(v => MemoryAccesses.Binds(loop.Body, v))) continue;
            _expressions.Innermost = null;
            var address = _expressions.Address(buffer, position);
            _writer.Line($"var {_locals.DeclarePointer(buffer, position)} = {address};");
            declared.Add((buffer, position));
        }
        return declared;
    }

    /// <summary>A vector loop with loops inside (a reduction per lane): its body is written once, all lanes at a time.</summary>
    private void WriteVectorBlock(For vector)
    {
        var lane = LaneVariable(vector.Variable.Extent);
        var body = StatementWalk.Substitute(vector.Body, new Dictionary<LoopVar, IndexExpr> { [vector.Variable] = lane });
        using (_writer.Open("")) WriteLaneStatements(body, lane);
    }

    private void WriteLaneStatements(Statement body, LoopVar lane) => _expressions.InBlock(() =>
    {
        var run = new List<LaneStore>();
        foreach (var statement in Block.Of(body).Statements)
        {
            if (TryFlatten(statement, lane, run)) continue;
            WriteRun(run);
            run.Clear();
            if (statement is For { Kind: LoopKind.Serial } loop) WriteLoop(new For(
                loop.Variable, loop.Kind, new For(lane, LoopKind.Vector, loop.Body), loop.Limit, loop.Note));
            else Write(statement);
        }
        WriteRun(run);
    });

    private LoopVar LaneVariable(long extent) =>
        _laneVariables.TryGetValue(extent, out var v) ? v : _laneVariables[extent] = new LoopVar("lane", extent, isLane: true);

    private static IEnumerable<Statement> Unroll(For loop) => Enumerable.Range(0, (int)loop.Variable.Extent)
        .Select(i => StatementWalk.Substitute(loop.Body, new Dictionary<LoopVar, IndexExpr> { [loop.Variable] = i }));

    /// <summary>Appends the stores of a statement without inner loops to a straight-line run.</summary>
    private bool TryFlatten(Statement statement, LoopVar? lane, List<LaneStore> run)
    {
        switch (statement)
        {
            case Store store:
                run.Add(new LaneStore(store, lane, _unit));
                return true;
            case Block block:
                return TryFlattenAll(block.Statements, lane, run);
            case For { Kind: LoopKind.Vector } vector:
                var canonical = LaneVariable(vector.Variable.Extent);
                var body = vector.Variable == canonical ? vector.Body
                    : StatementWalk.Substitute(vector.Body, new Dictionary<LoopVar, IndexExpr> { [vector.Variable] = canonical });
                _unit++;
                var flat = TryFlattenAll([body], canonical, run);
                _unit++;
                return flat;
            case For { Kind: LoopKind.Unrolled } unrolled:
                return TryFlattenAll(Unroll(unrolled), lane, run);
            default:
                return false;
        }
    }

    private bool TryFlattenAll(IEnumerable<Statement> statements, LoopVar? lane, List<LaneStore> run)
    {
        var start = run.Count;
        if (statements.All(s => TryFlatten(s, lane, run))) return true;
        run.RemoveRange(start, run.Count - start);
        return false;
    }

    /// <summary>
    /// Writes a straight-line run. Within one vector or one element all values come first, then all stores, so that an operand
    /// whose memory a result takes over is read before it is overwritten. A read of something stored earlier forces it out first.
    /// </summary>
    private void WriteRun(List<LaneStore> run)
    {
        if (run.Count == 0) return;
        _expressions.Scope.CountUses(run.Select(s => s.Store.Value));
        var pending = new List<(LaneStore Store, string Value)>();
        foreach (var store in run)
        {
            if (pending.Any(p => p.Store.Unit != store.Unit || DependsOn(store, p.Store.Store.Buffer))) Flush(pending);
            pending.Add((store, ValueOf(store)));
        }
        Flush(pending);
    }

    private bool DependsOn(LaneStore store, LoopBuffer written) =>
        ExpressionScope.Reads(store.Store.Value, written) ||
        store.Store.Accumulate is not null && store.Store.Buffer == written && !_locals.IsRegister(written);

    private string ValueOf(LaneStore s)
    {
        var isFused = s.Store is { Accumulate: ReduceFunction.Sum, Value: BinaryExpr { Function: BinaryFunction.Multiply, Type: DType.Float32 or DType.Float64 } };
        if (!isFused) return Text(IsRoundedByStore(s.Store) ? ((RoundExpr)s.Store.Value).Operand : s.Store.Value);
        var product = (BinaryExpr)s.Store.Value;
        return $"{Text(product.Left)}, {Text(product.Right)}";

        string Text(Expr e) => IsVectorStore(s) ? _expressions.VectorValue(e, s.Lane!) : _expressions.ScalarValue(e);
    }

    /// <summary>Whether nobody but memory, which rounds what it is given, wants the rounded value.</summary>
    private bool IsRoundedByStore(Store store) => store.Value is RoundExpr round && store.Buffer.Type == round.Precision &&
        _expressions.Scope.UsesOf(round) < 2;

    private void Flush(List<(LaneStore Store, string Value)> pending)
    {
        foreach (var (store, value) in pending) WriteStore(store, value);
        foreach (var (store, _) in pending) _expressions.Scope.Invalidate(store.Store.Buffer);
        pending.Clear();
    }

    private static bool IsVectorStore(LaneStore s) => s.Lane is { } lane && s.Store.Index.Variables.Contains(lane);

    private void WriteStore(LaneStore s, string value)
    {
        var store = s.Store;
        if (_locals.IsRegister(store.Buffer)) WriteRegister(s, value);
        else if (IsVectorStore(s)) WriteVectorMemory(s, value);
        else
        {
            var element = _expressions.Element(store.Buffer, store.Index);
            var result = store.Accumulate is null ? value : Combined(s, element, value, isVector: false);
            _writer.Line($"{element} = {CpuSimd.Store(store.Buffer.Type, result)};");
        }
    }

    private void WriteRegister(LaneStore s, string value)
    {
        var store = s.Store;
        var (name, lane) = _locals.Register(store.Buffer, store.Index);
        var isVector = IsVectorStore(s);
        if (_locals.IsVectorRegister(store.Buffer) && !isVector)
            throw new InternalCompilerException("emit", $"vector register {store.Buffer} is stored outside a vector loop");
        var result = store.Accumulate is null ? value : Combined(s, name, value, isVector);
        if (isVector && store.Accumulate is not null && s.Lane!.Extent < _kernel.Lanes && _combinedLater.Contains(store.Buffer) && !AddsZeros(s))
            result = $"Vec.ConditionalSelect(Lanes.First{(_isWide ? "64" : "32")}({s.Lane.Extent}){MaskCast(store.Buffer.Type)}, {result}, {name})";
        _writer.Line($"{name} = {result};");
    }

    /// <summary>Whether the idle lanes of a sum add 0 · 0 anyway, both factors being loads that leave them zero.</summary>
    private static bool AddsZeros(LaneStore s) =>
        s.Store is { Accumulate: ReduceFunction.Sum, Value: BinaryExpr { Function: BinaryFunction.Multiply, Left: LoadExpr left, Right: LoadExpr right } } &&
        LaneAnalysis.IsContiguous(left.Index, s.Lane!) && LaneAnalysis.IsContiguous(right.Index, s.Lane!);

    private static string MaskCast(DType type) => type switch { DType.Float32 => ".AsSingle()", DType.Float64 => ".AsDouble()", _ => "" };

    private void WriteVectorMemory(LaneStore s, string value)
    {
        var store = s.Store;
        var lane = s.Lane!;
        if (!LaneAnalysis.IsContiguous(store.Index, lane))
            throw new InternalCompilerException("emit", $"lanes of {store.Buffer}[{store.Index}] are not neighbours");
        var address = _expressions.Address(store.Buffer, ExpressionEmitter.WithoutLane(store.Index, lane));
        if (store.Accumulate is not null)
            value = Combined(s, CpuSimd.VectorLoad(store.Buffer.Type, address, lane.Extent, _kernel.Lanes, _isWide), value, isVector: true);
        _writer.Line(CpuSimd.VectorStore(store.Buffer.Type, value, address, lane.Extent, _kernel.Lanes));
    }

    /// <summary>What a register or element becomes when <paramref name="value"/> is accumulated into it.</summary>
    private string Combined(LaneStore s, string current, string value, bool isVector)
    {
        var type = s.Store.Buffer.Type;
        if (s.Store is { Accumulate: ReduceFunction.Sum, Value: BinaryExpr { Function: BinaryFunction.Multiply } } && type.IsFloat())
            return isVector ? $"Vec.FusedMultiplyAdd({value}, {current})"
                : $"{(type == DType.Float32 ? "MathF" : "Math")}.FusedMultiplyAdd({value}, {current})";
        var function = Reduction.Combine(s.Store.Accumulate!.Value);
        return isVector ? CpuSimd.VectorBinary(function, type, current, value, _isWide) : CpuSimd.Binary(function, type, current, value);
    }

    /// <summary>A store and the lane variable of the vector loop it stands in.</summary>
    /// <param name="Store">The store.</param>
    /// <param name="Lane">Its lane variable; null for a scalar store.</param>
    /// <param name="Unit">Stores of one vector or element share a number.</param>
    private sealed record LaneStore(Store Store, LoopVar? Lane, int Unit);
}
