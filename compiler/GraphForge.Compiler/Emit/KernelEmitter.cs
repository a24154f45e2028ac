using GraphForge.Compiler.Emit.Targets;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Emit;

/// <summary>Writes one kernel as a C# method: what is the same for every target.</summary>
internal abstract class KernelEmitter(LoopKernel kernel, CodeWriter writer, KernelLocals locals, ScalarExpressions expressions)
{
    private readonly HashSet<LoopVar> _bound = [];

    protected LoopKernel Kernel { get; } = kernel;

    /// <summary>Writes the body of the method.</summary>
    protected CodeWriter Writer { get; } = writer;

    protected KernelLocals Locals { get; } = locals;

    /// <summary>What loop variables and locals are declared as that count or index elements.</summary>
    protected abstract string IndexType { get; }

    /// <summary>Whether a loop is written as one, so that the addresses in it can be hoisted; a vector or unrolled one is not.</summary>
    protected static bool IsInnermost(For loop) =>
        StatementWalk.All(loop.Body).All(s => s is not (For { Kind: LoopKind.Serial } or Allocate { Place: BufferPlace.Scratch } or Routine));

    /// <summary>Loop variables whose values are known where the emitter is.</summary>
    protected IReadOnlySet<LoopVar> Bound => _bound;

    protected void Bind(LoopVar variable) => _bound.Add(variable);

    protected void WriteLoopBody(For loop)
    {
        Bind(loop.Variable);
        var named = expressions.NameDivisions(loop.Body, _bound);
        WriteBody(loop.Body);
        Locals.DropAtoms(named);
        _bound.Remove(loop.Variable);
    }

    protected void WriteBody(Statement body) => expressions.InBlock(() => WriteStatements(Block.Of(body).Statements));

    protected void WriteStatements(IReadOnlyList<Statement> statements)
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

    protected virtual void Write(Statement statement)
    {
        switch (statement)
        {
            case Block block: WriteStatements(block.Statements); break;
            case Allocate allocate: WriteAllocate(allocate); break;
            case If condition:
                using (Writer.Open($"if ({expressions.ScalarValue(condition.Condition)})")) WriteBody(condition.Body);
                break;
            case For { Kind: LoopKind.Unrolled } unrolled: WriteStatements(Unroll(unrolled).ToArray()); break;
            case For { Kind: LoopKind.Serial } loop: WriteLoop(loop); break;
            default: throw new InternalCompilerException("emit", $"no form for {statement.GetType().Name} in {Kernel.Name}");
        }
    }

    protected abstract void WriteAllocate(Allocate allocate);

    protected virtual void WriteLoop(For loop)
    {
        var name = Locals.Variable(loop.Variable);
        if (loop.Note.Length > 0) Writer.Line($"// {loop.Note}");
        var bound = loop.Variable.Extent.ToString();
        if (loop.Limit is { } limit)
        {
            bound = Locals.Names.Unique($"{name}End");
            Writer.Line($"var {bound} = Math.Min({loop.Variable.Extent}{(IndexType == "long" ? "L" : "")}, {expressions.Index(limit)});");
        }
        var isInnermost = IsInnermost(loop);
        var pointers = isInnermost ? HoistAddresses(loop) : [];
        using (Writer.Open($"for ({IndexType} {name} = 0; {name} < {bound}; {name}++)"))
        {
            expressions.Innermost = isInnermost ? loop.Variable : null;
            WriteLoopBody(loop);
            expressions.Innermost = null;
        }
        Locals.DropPointers(pointers);
    }

    /// <summary>Computes the parts of addresses that an innermost loop does not change before the loop.</summary>
    private List<(LoopBuffer, IndexExpr)> HoistAddresses(For loop)
    {
        var declared = new List<(LoopBuffer, IndexExpr)>();
        var unrolled = StatementWalk.All(loop.Body).OfType<For>().Where(f => f.Kind == LoopKind.Unrolled)
            .ToDictionary(f => f.Variable, _ => IndexExpr.Zero);
        foreach (var (buffer, index) in MemoryAccesses.In(loop.Body).Where(a => !Locals.IsRegister(a.Buffer)))
        {
            if (KernelLocals.PointerBase(index.Substitute(unrolled), loop.Variable) is not { } position || Locals.HasPointer(buffer, position)) continue;
            if (position.Variables.Any(v => MemoryAccesses.Binds(loop.Body, v))) continue;
            expressions.Innermost = null;
            var address = Address(buffer, position);
            Writer.Line($"var {Locals.DeclarePointer(buffer, position)} = {address};");
            declared.Add((buffer, position));
        }
        return declared;
    }

    /// <summary>The address of an element, as it is hoisted.</summary>
    protected abstract string Address(LoopBuffer buffer, IndexExpr position);

    private static IEnumerable<Statement> Unroll(For loop) => Enumerable.Range(0, (int)loop.Variable.Extent)
        .Select(i => StatementWalk.Substitute(loop.Body, new Dictionary<LoopVar, IndexExpr> { [loop.Variable] = i }));

    /// <summary>Appends the stores of a statement without inner loops to a straight-line run.</summary>
    protected bool TryFlatten(Statement statement, LoopVar? lane, List<LaneStore> run)
    {
        switch (statement)
        {
            case Store store:
                run.Add(new LaneStore(store, lane, Unit));
                return true;
            case Block block:
                return TryFlattenAll(block.Statements, lane, run);
            case For { Kind: LoopKind.Vector } vector:
                return TryFlattenVector(vector, run);
            case For { Kind: LoopKind.Unrolled } unrolled:
                return TryFlattenAll(Unroll(unrolled), lane, run);
            default:
                return false;
        }
    }

    /// <summary>Number of the vector or element being written.</summary>
    protected int Unit { get; set; }

    protected abstract bool TryFlattenVector(For vector, List<LaneStore> run);

    protected bool TryFlattenAll(IEnumerable<Statement> statements, LoopVar? lane, List<LaneStore> run)
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
    protected void WriteRun(List<LaneStore> run)
    {
        if (run.Count == 0) return;
        expressions.Scope.CountUses(run.Select(s => s.Store.Value));
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
        store.Store.Accumulate is not null && store.Store.Buffer == written && !Locals.IsRegister(written);

    protected virtual string ValueOf(LaneStore s) => expressions.ScalarValue(Unrounded(s.Store));

    /// <summary>The stored value, or its operand where nobody but memory, which rounds what it is given, wants the rounded value.</summary>
    protected Expr Unrounded(Store store) => store.Value is RoundExpr round && store.Buffer.Type == round.Precision &&
        expressions.Scope.UsesOf(round) < 2 ? round.Operand : store.Value;

    private void Flush(List<(LaneStore Store, string Value)> pending)
    {
        foreach (var (store, value) in pending) WriteStore(store, value);
        foreach (var (store, _) in pending) expressions.Scope.Invalidate(store.Store.Buffer);
        pending.Clear();
    }

    protected virtual void WriteStore(LaneStore s, string value)
    {
        var store = s.Store;
        var isRegister = Locals.IsRegister(store.Buffer);
        var element = isRegister ? Locals.Register(store.Buffer, store.Index).Name : expressions.Element(store.Buffer, store.Index);
        var result = store.Accumulate is null ? value : Combined(s, isRegister ? element : ScalarCode.Load(store.Buffer.Type, element), value);
        Writer.Line($"{element} = {(isRegister ? result : ScalarCode.Store(store.Buffer.Type, result))};");
    }

    /// <summary>What a scalar becomes when <paramref name="value"/> is accumulated into it.</summary>
    protected abstract string Combined(LaneStore s, string current, string value);
}
