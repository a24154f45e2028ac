using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Loops;

/// <summary>
/// The invariants of a scheduled kernel. Bounds are proved from the ranges of indices alone: an access that a guard or the
/// limit of a loop narrows further is taken on trust here, and checked element by element by the interpreter of the tests.
/// </summary>
public sealed class LoopVerifier
{
    private readonly LoopKernel _kernel;
    private readonly Dictionary<LoopVar, LoopKind> _bound = [];
    private readonly HashSet<LoopVar> _narrowed = [];
    private int _guards;
    private readonly Dictionary<LoopBuffer, Allocate?> _buffers = [];

    /// <summary>Expressions checked already: one set for the statement, and one for each guard around that narrows further.</summary>
    private readonly Stack<HashSet<Expr>> _checked = new();

    private LoopVerifier(LoopKernel kernel)
    {
        _kernel = kernel;
        foreach (var argument in kernel.Arguments) _buffers[argument] = null;
        foreach (var counter in kernel.Counters) _bound[counter] = LoopKind.Serial;
    }

    /// <exception cref="InternalCompilerException">An invariant does not hold; the message carries the kernel.</exception>
    public static LoopKernel Verify(LoopKernel kernel)
    {
        var verifier = new LoopVerifier(kernel);
        if (kernel.Body.Kind == LoopKind.Grid) verifier.Grid(kernel);
        else verifier.Require(kernel.Body.Kind == LoopKind.Parallel, "the outermost loop is not parallel");
        verifier.Require(kernel.Lanes >= 1, $"{kernel.Lanes} lanes");
        verifier.Loop(kernel.Body);
        return kernel;
    }

    /// <summary>In a grid stand shared memory and one loop over threads, whose barriers all of them reach.</summary>
    private void Grid(LoopKernel kernel)
    {
        var inside = Block.Of(kernel.Body.Body).Statements;
        var loops = StatementWalk.All(kernel.Body).OfType<For>().Count(f => f.Kind == LoopKind.Group);
        Require(loops == 1 && inside[^1] is For { Kind: LoopKind.Group } && inside.SkipLast(1).All(s => s is Allocate { Place: BufferPlace.Shared }),
            "a grid holds shared memory and one loop over threads");
        var allocations = StatementWalk.All(kernel.Body).OfType<Allocate>().ToArray();
        Require(allocations.Count(a => a.Place == BufferPlace.Shared) == inside.Count - 1, "shared memory is declared inside a thread");
        Require(allocations.All(a => a.Place != BufferPlace.Scratch), "a device has no scratch memory");
        if (BarrierReach.Problem(kernel) is { } problem) throw Broken(problem);
    }

    private void Statement(Statement statement)
    {
        switch (statement)
        {
            case GroupBarrier: Require(_kernel.Group is not null, "a barrier outside of a group"); break;
            case WarpExchange exchange: Exchange(exchange); break;
            case WarpMultiply product: Multiply(product); break;
            case Block block: InScope(block); break;
            case For { Kind: LoopKind.Parallel or LoopKind.Grid } loop: throw Broken($"{loop.Kind} loop {loop.Variable} inside a loop");
            case For loop: Loop(loop); break;
            case Allocate allocate: Declare(allocate); break;
            case Store store: Store(store); break;
            case If condition: If(condition); break;
            case Routine routine: Routine(routine); break;
            case Transpose transpose: Transpose(transpose); break;
            case Prefetch prefetch: Foresee(prefetch); break;
            default: throw Broken($"unknown statement {statement.GetType().Name}");
        }
    }

    /// <summary>Buffers declared in a block end with it.</summary>
    private void InScope(Block block)
    {
        var declared = new List<LoopBuffer>();
        foreach (var statement in block.Statements)
        {
            Statement(statement);
            if (statement is Allocate allocate) declared.Add(allocate.Buffer);
        }
        foreach (var buffer in declared) _buffers.Remove(buffer);
    }

    private void Loop(For loop)
    {
        var variable = loop.Variable;
        if (loop.Limit is { } limit) Check(() => Index(limit));
        Require(loop.Kind != LoopKind.Vector || variable.Extent <= _kernel.Lanes,
            $"vector loop over {variable.Extent} elements of {_kernel.Lanes} lanes");
        Require(variable.IsLane == (loop.Kind == LoopKind.Vector), $"{loop.Kind} loop over {variable}, lane variable: {variable.IsLane}");
        Require(_bound.TryAdd(variable, loop.Kind), $"{variable} is bound twice");
        var narrowed = loop.Limit is null ? [] : Narrow(loop.Limit.Variables.Append(variable));
        Statement(loop.Body);
        _narrowed.ExceptWith(narrowed);
        _bound.Remove(variable);
    }

    private void Declare(Allocate allocate)
    {
        Require(_buffers.TryAdd(allocate.Buffer, allocate), $"{allocate.Buffer} is declared twice");
        Require(allocate.Place == BufferPlace.Register || !allocate.IsVector, $"vector register {allocate.Buffer} in scratch");
    }

    private void Store(Store store)
    {
        Require(store.Value.Type == store.Buffer.Type.Arithmetic(), $"{store.Value.Type} stored in {store.Buffer}, which holds {store.Buffer.Type}");
        Require(store.Accumulate is null || !store.Buffer.Type.IsHalf(), $"a sum in {store.Buffer} is rounded to {store.Buffer.Type} at every step");
        var places = store.Index.Variables.ToHashSet();
        Require(store.Value.Variables.All(v => !v.IsLane || places.Contains(v)), $"each lane stores another value in {store.Buffer}[{store.Index}]");
        Check(() => Expression(store.Value));
        Check(() => Access(store.Buffer, store.Index));
    }

    private void Exchange(WarpExchange exchange)
    {
        Require(_kernel.Group is not null, "an exchange outside of a group");
        foreach (var register in new[] { exchange.Target, exchange.Source })
            Require(_buffers.GetValueOrDefault(register) is { Place: BufferPlace.Register } && register.Count == 1 && register.Type.Size() >= sizeof(int), $"{register} is exchanged");
        Require(exchange.Target.Type == exchange.Source.Type && exchange.Target != exchange.Source, $"{exchange.Source} is exchanged into {exchange.Target}");
        Require(long.IsPow2(exchange.Distance) && _kernel.Threads % (2 * exchange.Distance) == 0, $"threads {exchange.Distance} apart of {_kernel.Threads} exchange");
    }

    private void Multiply(WarpMultiply product)
    {
        Require(_kernel.Group is not null && _kernel.Threads % 32 == 0, $"tensor cores with {_kernel.Threads} threads");
        Require(_buffers.GetValueOrDefault(product.Target) is { Place: BufferPlace.Register } && product.Target.Type == DType.Float32 &&
            product.First + WarpMultiply.Sums <= product.Target.Count, $"{product.Target} holds no sums of tensor cores");
        foreach (var word in product.Left.Concat(product.Right))
        {
            Require(word.Type == DType.Int32, $"{word} is no word of tensor cores");
            Check(() => Expression(word));
        }
    }

    private void Transpose(Transpose t)
    {
        Require(t.Target.Buffer.Type == t.Source.Buffer.Type, $"{t.Source.Buffer} of {t.Source.Buffer.Type} is transposed to {t.Target.Buffer.Type}");
        Require(t.Rows <= _kernel.Lanes, $"{t.Rows} rows are transposed in {_kernel.Lanes} lanes");
        var most = Math.Clamp(t.Columns.Maximum, 1, _kernel.Lanes);
        Check(() => Index(t.Columns));
        foreach (var (place, rows, row) in new[] { (t.Target, most, _kernel.Lanes), (t.Source, t.Rows, most) })
        {
            Check(() => Access(place.Buffer, place.Start));
            // Columns may be fewer than the most there are: only the interpreter sees how many.
            if (t.Columns.IsConstant) Check(() => Access(place.Buffer, place.Start + ((rows - 1) * place.Stride + row - 1)));
        }
    }

    private void If(If statement)
    {
        Check(() => Expression(statement.Condition));
        var narrowed = Narrow(statement.Condition.Variables);
        Statement(statement.Body);
        _narrowed.ExceptWith(narrowed);
    }

    /// <summary>May reach beyond the end: asking for memory that is not there does no harm.</summary>
    private void Foresee(Prefetch prefetch)
    {
        Require(_buffers.ContainsKey(prefetch.Buffer), $"{prefetch.Buffer} is neither an argument nor declared");
        Check(() => Index(prefetch.Index));
    }

    /// <summary>Registers and scratch memory belong to the function that declares them.</summary>
    private void Routine(Routine routine)
    {
        Require(_kernel.Group is null, "a routine in a kernel of a device");
        Require(!StatementWalk.All(routine.Body).Any(s => s is Allocate { Place: BufferPlace.Scratch } or Loops.Routine), $"{routine.Name} declares scratch memory or calls another routine");
        var registers = _buffers.Where(b => b.Value is { Place: BufferPlace.Register }).ToArray();
        foreach (var (register, _) in registers) _buffers.Remove(register);
        Statement(routine.Body);
        foreach (var (register, allocate) in registers) _buffers.Add(register, allocate);
    }

    private void Check(Action check)
    {
        _checked.Push(new HashSet<Expr>(ReferenceEqualityComparer.Instance));
        check();
        _checked.Pop();
    }

    private void Expression(Expr expr)
    {
        if (_checked.Any(c => c.Contains(expr))) return;
        _checked.Peek().Add(expr);
        foreach (var index in expr.Indices) Index(index);
        switch (expr)
        {
            case LoadExpr load:
                Access(load.Buffer, load.Index);
                break;
            case SelectExpr select:
                Select(select);
                break;
            case ReduceExpr reduce:
                LaneCombination(reduce);
                break;
            default:
                foreach (var operand in expr.Operands) Expression(operand);
                break;
        }
    }

    private void LaneCombination(ReduceExpr reduce)
    {
        Require(reduce is { Body: LoadExpr load, ReducedVariables: [{ IsLane: true }], IsArg: false, Match: null } &&
            _buffers.GetValueOrDefault(load.Buffer) is { IsVector: true }, $"a reduction is left: {reduce}");
        var lane = reduce.ReducedVariables[0];
        Require(_bound.TryAdd(lane, LoopKind.Vector), $"{lane} is bound twice");
        Expression(reduce.Body);
        _bound.Remove(lane);
    }

    private void Select(SelectExpr select)
    {
        Expression(select.Condition);
        var isGuard = select.Condition.DescendantsAndSelf().Any(e => e is InBoundsExpr or IndexValueExpr);
        var narrowed = isGuard ? Narrow(select.Condition.Variables) : [];
        var isOutermost = isGuard && _guards == 0;
        if (isGuard) _guards++;
        if (isOutermost || narrowed.Length > 0) Check(Branches);
        else Branches();
        if (isGuard) _guards--;
        _narrowed.ExceptWith(narrowed);

        void Branches()
        {
            Expression(select.WhenTrue);
            Expression(select.WhenFalse);
        }
    }

    private LoopVar[] Narrow(IEnumerable<LoopVar> variables) => variables.Where(_narrowed.Add).ToArray();

    private void Access(LoopBuffer buffer, IndexExpr index)
    {
        Require(_buffers.TryGetValue(buffer, out var allocate), $"{buffer} is neither an argument nor declared");
        Index(index);
        if (allocate?.Place == BufferPlace.Register)
            Require(index.Terms.All(t => t.Atom is LoopVar v && (v.IsLane || _bound[v] == LoopKind.Unrolled)),
                $"register {buffer} is indexed by {index}, which is not constant");
        var isInside = index.Minimum >= 0 && index.Maximum < buffer.Count;
        var isNarrowed = index.Variables.Any(_narrowed.Contains) || _guards > 0 && index.Terms.Any(t => t.Atom is not LoopVar);
        Require(isInside || isNarrowed || RunsNever(),
            $"{buffer}[{index}] reaches from {index.Minimum} to {index.Maximum}, of {buffer.Count} elements");
    }

    private bool RunsNever() => _bound.Keys.Any(v => v.Extent == 0);

    private void Index(IndexExpr index)
    {
        foreach (var variable in index.Variables) Require(_bound.ContainsKey(variable), $"{variable} in {index} is bound by no loop");
        foreach (var (atom, _) in index.Terms)
            switch (atom)
            {
                case FloorDivAtom d: Index(d.Value); break;
                case ModAtom m: Index(m.Value); break;
                case DataAtom data: Expression(data.Value); break;
            }
    }

    private void Require(bool holds, string problem)
    {
        if (!holds) throw Broken(problem);
    }

    private InternalCompilerException Broken(string problem) =>
        new("loops", $"{problem} in {_kernel.Name}", LoopPrinter.Print(_kernel));
}
