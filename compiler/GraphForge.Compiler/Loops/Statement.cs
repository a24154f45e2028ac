namespace GraphForge.Compiler.Loops;

/// <summary>How the iterations of a loop are carried out.</summary>
public enum LoopKind
{
    /// <summary>One after the other.</summary>
    Serial,

    /// <summary>The outermost loop of a kernel: its iterations are the tasks workers share.</summary>
    Parallel,

    /// <summary>All at once, one lane each. The extent is at most the lane count; fewer lanes make a masked tail.</summary>
    Vector,

    /// <summary>Written out one by one, the variable replaced by its values.</summary>
    Unrolled,

    /// <summary>The outermost loop of a kernel of a device: its iterations are groups of threads that know nothing of each other.</summary>
    Grid,

    /// <summary>The loop of a group, around everything it does: an iteration each thread, all at once. They meet at a <see cref="GroupBarrier"/>.</summary>
    Group,
}

/// <summary>Where the memory of a kernel-local buffer lives.</summary>
public enum BufferPlace
{
    /// <summary>In locals: every index must be a constant, plus the lane variable for vectors.</summary>
    Register,

    /// <summary>In the worker's private scratch memory.</summary>
    Scratch,

    /// <summary>In memory that the threads of a group share. Declared before their loop.</summary>
    Shared,
}

/// <summary>A statement of the loop IR: the "how" of a kernel.</summary>
public abstract class Statement;

/// <summary>Statements in sequence.</summary>
public sealed class Block(IReadOnlyList<Statement> statements) : Statement
{
    public IReadOnlyList<Statement> Statements { get; } = statements;

    /// <summary>A block without nested blocks.</summary>
    public static Block Of(params IEnumerable<Statement> statements) =>
        new(statements.SelectMany(s => s is Block b ? b.Statements : [s]).ToArray());
}

/// <summary>
/// Runs <paramref name="body"/> for each value of <paramref name="variable"/> below its extent and, where given, below
/// <paramref name="limit"/> (an index over outer variables).
/// </summary>
public sealed class For(LoopVar variable, LoopKind kind, Statement body, IndexExpr? limit = null, string note = "") : Statement
{
    public LoopVar Variable { get; } = variable;

    public LoopKind Kind { get; } = kind;

    public Statement Body { get; } = body;

    public IndexExpr? Limit { get; } = limit;

    /// <summary>Serial loops over <paramref name="variables"/>, outermost first, around a body.</summary>
    public static Statement Nest(IEnumerable<LoopVar> variables, Statement body) =>
        variables.Reverse().Aggregate(body, (inner, variable) => new For(variable, LoopKind.Serial, inner));

    /// <summary>What the loop does, for the reader of the generated code; empty for inner loops that speak for themselves.</summary>
    public string Note { get; } = note;
}

/// <summary>Declares a kernel-local buffer for the rest of the enclosing block. A vector register holds one value a lane.</summary>
public sealed class Allocate(LoopBuffer buffer, BufferPlace place, bool isVector = false) : Statement
{
    public LoopBuffer Buffer { get; } = buffer;

    public BufferPlace Place { get; } = place;

    public bool IsVector { get; } = isVector;
}

/// <summary>buffer[index] = value; with <paramref name="accumulate"/>, buffer[index] = accumulate(buffer[index], value).</summary>
public sealed class Store(LoopBuffer buffer, IndexExpr index, Expr value, ReduceFunction? accumulate = null) : Statement
{
    public LoopBuffer Buffer { get; } = buffer;

    public IndexExpr Index { get; } = index;

    public Expr Value { get; } = value;

    public ReduceFunction? Accumulate { get; } = accumulate;
}

/// <summary>Rows of a matrix in a buffer, <paramref name="Stride"/> elements from one to the next.</summary>
public sealed record MatrixPlace(LoopBuffer Buffer, IndexExpr Start, long Stride)
{
    public MatrixPlace Substitute(IReadOnlyDictionary<LoopVar, IndexExpr> values) => this with { Start = Start.Substitute(values) };
}

/// <summary>
/// Row c of the target = column c of the source, for the first <paramref name="columns"/> columns, at most a vector of them. Rows
/// of the target are whole vectors: zeros follow the <paramref name="rows"/> elements there are. Both hold one type.
/// </summary>
public sealed class Transpose(MatrixPlace target, MatrixPlace source, long rows, IndexExpr columns) : Statement
{
    public MatrixPlace Target { get; } = target;

    public MatrixPlace Source { get; } = source;

    public long Rows { get; } = rows;

    /// <summary>May exceed a vector, which it is cut to.</summary>
    public IndexExpr Columns { get; } = columns;
}

/// <summary>
/// Asks for the cache line of an element that will be used soon. It changes nothing but the time that takes, and may lie beyond the end.
/// </summary>
public sealed class Prefetch(LoopBuffer buffer, IndexExpr index) : Statement
{
    public LoopBuffer Buffer { get; } = buffer;

    public IndexExpr Index { get; } = index;
}

/// <summary>
/// No thread of the group goes on before all have come here; what they wrote before, all of them see behind it. Every thread of
/// the group must come to the same barriers.
/// </summary>
public sealed class GroupBarrier : Statement;

/// <summary>
/// Gives every thread the register of the thread of its warp whose number differs by one bit. It orders nothing else: what threads wrote
/// to memory takes a barrier. Every thread of the group must come to it.
/// </summary>
/// <param name="target">A register.</param>
/// <param name="source">Another one of the same type, of 4 or 8 bytes.</param>
/// <param name="distance">The bit: a power of 2 below the threads of a warp.</param>
public sealed class WarpExchange(LoopBuffer target, LoopBuffer source, int distance) : Statement
{
    public LoopBuffer Target { get; } = target;

    public LoopBuffer Source { get; } = source;

    public int Distance { get; } = distance;
}

/// <summary>
/// Runs <paramref name="body"/> in a function of its own. A compiler that keeps what the body needs in registers from before the loops around it,
/// constants above all, would take these from the other statements there. The body declares no scratch memory, and no registers reach it.
/// </summary>
public sealed class Routine(string name, Statement body) : Statement
{
    public string Name { get; } = name;

    public Statement Body { get; } = body;
}

/// <summary>Runs <paramref name="body"/> where <paramref name="condition"/> holds. The condition never depends on a lane.</summary>
public sealed class If(Expr condition, Statement body) : Statement
{
    public Expr Condition { get; } = condition;

    public Statement Body { get; } = body;
}

/// <summary>A kernel ready to be emitted: its arguments in order and its one loop over tasks, which on a device are groups of threads.</summary>
/// <param name="Name">Method name.</param>
/// <param name="Summary">Lines for the reader: what is fused, where it comes from, shapes, work.</param>
/// <param name="Arguments">Buffers in the order of the step's arguments.</param>
/// <param name="Body">A parallel <see cref="For"/>, or one over the grid.</param>
/// <param name="Lanes">Elements a vector register holds.</param>
public sealed record LoopKernel(
    string Name, IReadOnlyList<string> Summary, IReadOnlyList<LoopBuffer> Arguments, For Body, int Lanes)
{
    /// <summary>Counters of the plan's loops around the kernel, outermost first; their values stand before the scratch memory.</summary>
    public IReadOnlyList<LoopVar> Counters { get; init; } = [];

    /// <summary>Number of tasks: iterations of the outermost loop.</summary>
    public int Tasks => checked((int)Body.Variable.Extent);

    /// <summary>The loop over the threads of a group; null for a kernel of the CPU.</summary>
    public For? Group => Body.Kind == LoopKind.Grid ? Block.Of(Body.Body).Statements.OfType<For>().Single() : null;

    /// <summary>Threads that share a task.</summary>
    public int Threads => Group is { } group ? checked((int)group.Variable.Extent) : 1;

    /// <summary>Bytes of memory that the threads of a group share.</summary>
    public long SharedBytes => StatementWalk.All(Body).OfType<Allocate>().Where(a => a.Place == BufferPlace.Shared)
        .Sum(a => a.Buffer.Count * Runtime.DTypes.Size(a.Buffer.Type));

    /// <summary>Bytes of scratch a worker needs: the sum of the kernel's scratch buffers, each aligned.</summary>
    public long ScratchBytes => ScratchLayout.Of(this).Bytes;
}
