using GraphForge.Compiler.Emit.Targets;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Emit;

/// <summary>Writes one kernel as a C# method over pointers and vectors.</summary>
internal sealed class CpuKernelEmitter : KernelEmitter
{
    private readonly CodeWriter _outer;
    private readonly VectorExpressions _expressions;
    private readonly ScratchLayout _scratch;
    private readonly bool _isWide;
    private readonly Dictionary<long, LoopVar> _laneVariables = [];
    private readonly HashSet<LoopBuffer> _combinedLater;
    private readonly List<CodeWriter> _routines = [];

    private CpuKernelEmitter(LoopKernel kernel, CodeWriter outer, CodeWriter writer, KernelLocals locals, VectorExpressions expressions, bool isWide)
        : base(kernel, writer, locals, expressions)
    {
        (_outer, _expressions, _isWide) = (outer, expressions, isWide);
        _scratch = ScratchLayout.Of(kernel);
        _combinedLater = CombinedLater(kernel);
    }

    /// <param name="kernel">The kernel.</param>
    /// <param name="target">The processor to write for.</param>
    /// <param name="depth">Indentation.</param>
    public static string Write(LoopKernel kernel, CpuTarget target, int depth)
    {
        var isWide = kernel.Lanes > 1 && target.VectorBytes / kernel.Lanes == 8;
        var (outer, locals) = (new CodeWriter(depth), new KernelLocals(kernel.Lanes));
        var writer = outer.Later(1);
        new CpuKernelEmitter(kernel, outer, writer, locals, new VectorExpressions(writer, locals, kernel.Lanes, isWide), isWide).Write();
        return outer.ToString();
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

    protected override string IndexType => "long";

    private void Write()
    {
        foreach (var line in Kernel.Summary) _outer.Line($"/// {line}");
        _outer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (_outer.Open($"public static void {Kernel.Name}(nint* buffers, nint scratch, int begin, int end)"))
        {
            for (var i = 0; i < Kernel.Arguments.Count; i++)
                _outer.Line($"var {Locals.Declare(Kernel.Arguments[i])} = ({ScalarCode.StorageName(Kernel.Arguments[i].Type)}*)buffers[{i}];");
            DeclareCounters();
            var task = Locals.Variable(Kernel.Body.Variable);
            using (Writer.Open($"for (long {task} = begin; {task} < end; {task}++)")) WriteLoopBody(Kernel.Body);
            AppendBody();
            foreach (var routine in _routines) _outer.Append(routine);
        }
    }

    private void AppendBody()
    {
        foreach (var (type, name) in _expressions.LaneBuffers) _outer.Line($"var {name} = stackalloc {type}[{Kernel.Lanes}];");
        _outer.Append(Writer);
    }

    /// <summary>The call of a function with all that its body uses; the function itself stands at the end of the method.</summary>
    private void WriteRoutine(Routine routine)
    {
        var name = Locals.Names.Unique(routine.Name);
        var buffers = MemoryAccesses.Buffers(routine.Body);
        var variables = StatementWalk.Variables(routine.Body).Where(v => !v.IsLane && !MemoryAccesses.Binds(routine.Body, v))
            .OrderBy(Locals.Variable, StringComparer.Ordinal).ToArray();
        Writer.Line($"{name}({string.Join(", ", buffers.Select(Locals.Name).Concat(variables.Select(Locals.Variable)))});");

        var (outer, locals) = (_outer.Later(0), new KernelLocals(Kernel.Lanes));
        var writer = outer.Later(1);
        var emitter = new CpuKernelEmitter(Kernel, outer, writer, locals, new VectorExpressions(writer, locals, Kernel.Lanes, _isWide), _isWide);
        emitter.WriteFunction(routine, name, buffers, variables);
        _routines.Add(outer);
    }

    private void WriteFunction(Routine routine, string name, IReadOnlyList<LoopBuffer> buffers, IReadOnlyList<LoopVar> variables)
    {
        var parameters = buffers.Select(b => $"{ScalarCode.StorageName(b.Type)}* {Locals.Declare(b)}").Concat(variables.Select(v => $"long {Locals.Variable(v)}"));
        _outer.Line();
        _outer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]");
        using (_outer.Open($"static void {name}({string.Join(", ", parameters)})"))
        {
            foreach (var variable in variables) Bind(variable);
            _expressions.NameDivisions(routine.Body, Bound);
            WriteBody(routine.Body);
            AppendBody();
        }
    }

    /// <summary>The iterations at work of the plan's loops around the kernel; see <see cref="PlanLoop"/>.</summary>
    private void DeclareCounters()
    {
        var used = StatementWalk.Variables(Kernel.Body);
        foreach (var (depth, counter) in Kernel.Counters.Index().Where(c => used.Contains(c.Item)))
        {
            Writer.Line($"var {Locals.Variable(counter)} = ((long*)scratch)[{-1 - depth}];");
            Bind(counter);
        }
    }

    protected override void Write(Statement statement)
    {
        switch (statement)
        {
            case Transpose transpose: WriteTranspose(transpose); break;
            case Routine routine: WriteRoutine(routine); break;
            case Prefetch prefetch: Writer.Line($"Lanes.Prefetch({_expressions.Address(prefetch.Buffer, prefetch.Index)});"); break;
            case For { Kind: LoopKind.Vector } vector: WriteVectorBlock(vector); break;
            default: base.Write(statement); break;
        }
    }

    protected override void WriteAllocate(Allocate allocate)
    {
        var buffer = allocate.Buffer;
        if (allocate.Place == BufferPlace.Scratch)
        {
            var storage = ScalarCode.StorageName(buffer.Type);
            Writer.Line($"var {Locals.Declare(buffer)} = ({storage}*)(scratch + {_scratch.Offsets[buffer]});");
            return;
        }
        var (type, names) = Locals.DeclareRegister(allocate);
        foreach (var chunk in names.Chunk(8)) Writer.Line($"{type} {string.Join(", ", chunk)};");
    }

    private void WriteTranspose(Transpose t)
    {
        var columns = t.Columns.IsConstant ? $"{t.Columns.Constant}" : $"(int)Math.Min({Kernel.Lanes}L, {_expressions.Index(t.Columns)})";
        var (from, to) = (_expressions.Address(t.Source.Buffer, t.Source.Start), _expressions.Address(t.Target.Buffer, t.Target.Start));
        Writer.Line($"Tiles.Transpose({from}, {t.Source.Stride}, {to}, {t.Target.Stride}, {t.Rows}, {columns});");
    }

    protected override string Address(LoopBuffer buffer, IndexExpr position) => _expressions.Address(buffer, position);

    /// <summary>A vector loop with loops inside (a reduction per lane): its body is written once, all lanes at a time.</summary>
    private void WriteVectorBlock(For vector)
    {
        var lane = LaneVariable(vector.Variable.Extent);
        var body = StatementWalk.Substitute(vector.Body, new Dictionary<LoopVar, IndexExpr> { [vector.Variable] = lane });
        using (Writer.Open("")) WriteLaneStatements(body, lane);
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

    protected override bool TryFlattenVector(For vector, List<LaneStore> run)
    {
        var canonical = LaneVariable(vector.Variable.Extent);
        var body = vector.Variable == canonical ? vector.Body
            : StatementWalk.Substitute(vector.Body, new Dictionary<LoopVar, IndexExpr> { [vector.Variable] = canonical });
        Unit++;
        var flat = TryFlattenAll([body], canonical, run);
        Unit++;
        return flat;
    }

    protected override string ValueOf(LaneStore s)
    {
        if (!IsFused(s.Store)) return Text(Unrounded(s.Store));
        var product = (BinaryExpr)s.Store.Value;
        return $"{Text(product.Left)}, {Text(product.Right)}";

        string Text(Expr e) => IsVectorStore(s) ? _expressions.VectorValue(e, s.Lane!) : _expressions.ScalarValue(e);
    }

    private static bool IsFused(Store store) =>
        store is { Accumulate: ReduceFunction.Sum, Value: BinaryExpr { Function: BinaryFunction.Multiply, Type: DType.Float32 or DType.Float64 } };

    protected override void WriteStore(LaneStore s, string value)
    {
        if (Locals.IsVectorRegister(s.Store.Buffer)) WriteRegister(s, value);
        else if (IsVectorStore(s)) WriteVectorMemory(s, value);
        else base.WriteStore(s, value);
    }

    private static bool IsVectorStore(LaneStore s) => s.Lane is { } lane && s.Store.Index.Variables.Contains(lane);

    private void WriteRegister(LaneStore s, string value)
    {
        var store = s.Store;
        if (!IsVectorStore(s)) throw new InternalCompilerException("emit", $"vector register {store.Buffer} is stored outside a vector loop");
        var name = Locals.Register(store.Buffer, store.Index).Name;
        var result = store.Accumulate is null ? value : Combined(s, name, value, isVector: true);
        if (store.Accumulate is not null && s.Lane!.Extent < Kernel.Lanes && _combinedLater.Contains(store.Buffer) && !AddsZeros(s))
            result = $"Vec.ConditionalSelect(Lanes.First{(_isWide ? "64" : "32")}({s.Lane.Extent}){MaskCast(store.Buffer.Type)}, {result}, {name})";
        Writer.Line($"{name} = {result};");
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
        var address = _expressions.Address(store.Buffer, VectorExpressions.WithoutLane(store.Index, lane));
        if (store.Accumulate is not null)
            value = Combined(s, CpuSimd.VectorLoad(store.Buffer.Type, address, lane.Extent, Kernel.Lanes, _isWide), value, isVector: true);
        Writer.Line(CpuSimd.VectorStore(store.Buffer.Type, value, address, lane.Extent, Kernel.Lanes));
    }

    protected override string Combined(LaneStore s, string current, string value) => Combined(s, current, value, isVector: false);

    /// <summary>What a register or element becomes when <paramref name="value"/> is accumulated into it.</summary>
    private string Combined(LaneStore s, string current, string value, bool isVector)
    {
        var type = s.Store.Buffer.Type;
        if (IsFused(s.Store))
            return isVector ? $"Vec.FusedMultiplyAdd({value}, {current})"
                : $"{(type == DType.Float32 ? "MathF" : "Math")}.FusedMultiplyAdd({value}, {current})";
        var function = Reduction.Combine(s.Store.Accumulate!.Value);
        return isVector ? CpuSimd.VectorBinary(function, type, current, value, _isWide) : CpuScalars.Instance.Binary(function, type, current, value);
    }
}
