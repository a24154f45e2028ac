using GraphForge.Compiler.Emit;
using static GraphForge.Compiler.Loops.Schedules.IntegerArithmetic;

namespace GraphForge.Compiler.Loops.Schedules.Device;

/// <summary>A place of an operand: whether there is such an element, and its value, which may be read where there is.</summary>
internal readonly record struct OperandElement(Expr IsInside, Expr Value);

/// <summary>
/// Slices of an operand on their way to shared memory: the threads of a group fetch one into registers, a few elements each, while the one
/// before is worked on, then put it where nobody reads at the time. Where four neighbours of memory are one access, they are fetched so.
/// </summary>
internal sealed class StagedOperand
{
    private readonly SharedTile _tile;
    private readonly LoopVar _thread;
    private readonly bool _alongDepth;
    private readonly Func<IndexExpr, IndexExpr, OperandElement> _element;
    private readonly LoopBuffer _next;
    private readonly bool _isWide;

    /// <param name="tile">The place of a slice.</param>
    /// <param name="thread">Number of the thread within its group.</param>
    /// <param name="alongDepth">Whether neighbours of memory follow each other along the depth, and not along the width.</param>
    /// <param name="element">What stands at a place of the width and an element of the sum.</param>
    public StagedOperand(SharedTile tile, LoopVar thread, bool alongDepth, Func<IndexExpr, IndexExpr, OperandElement> element)
    {
        (_tile, _thread, _alongDepth, _element) = (tile, thread, alongDepth, element);
        _isWide = IsWide();
        _next = new LoopBuffer("next", tile.Buffer.Type, Steps * Together);
    }

    /// <summary>Registers of a thread.</summary>
    public Allocate Registers => new(_next, BufferPlace.Register);

    private int Together => _isWide ? WideAccess.Lanes : 1;

    /// <summary>Accesses of the slice, and how many of them a thread has.</summary>
    private long Accesses => _tile.Width * _tile.Depth / Together;

    private long Steps => CeilingDivide(Accesses, _thread.Extent);

    /// <summary>Reads the slice that begins with an element of the sum; zeros beyond the ends.</summary>
    public Statement Fetch(IndexExpr start) => Each((step, within, depth) =>
    {
        var zero = ConstantExpr.Zero(_next.Type);
        var (isInside, value) = _element(within, start + depth);
        if (!_isWide) return new Store(_next, step, SelectExpr.Strict(isInside, value, zero));
        var lane = new LoopVar("lane", WideAccess.Lanes, isLane: true);
        var four = new For(lane, LoopKind.Vector, new Store(_next, step * Together + (IndexExpr)lane, At(within, start + depth, lane).Value));
        var zeros = Enumerable.Range(0, Together).Select(i => new Store(_next, step * Together + i, zero));
        return isInside is ConstantExpr { Value.AsBool: var always } ? always ? four : Block.Of(zeros) : Block.Of([.. zeros, new If(isInside, four)]);
    });

    /// <summary>Writes the slice to one of the two places.</summary>
    public Statement Put(IndexExpr half) => Each((step, within, depth) =>
    {
        if (!_isWide) return new Store(_tile.Buffer, Index(half, depth, within), new LoadExpr(_next, step));
        var lane = new LoopVar("lane", WideAccess.Lanes, isLane: true);
        if (!_alongDepth) return new For(lane, LoopKind.Vector, new Store(_tile.Buffer, Index(half, depth, within + lane), new LoadExpr(_next, step * Together + (IndexExpr)lane)));
        return Block.Of(Enumerable.Range(0, Together).Select(i => new Store(_tile.Buffer, Index(half, depth + i, within), new LoadExpr(_next, step * Together + i))));
    });

    /// <summary>Index of an element of the slice at one of the two places.</summary>
    public IndexExpr Index(IndexExpr half, IndexExpr depth, IndexExpr within) => half * _tile.Extent + _tile.Index(depth, within);

    private Statement Each(Func<int, IndexExpr, IndexExpr, Statement> body)
    {
        var (whole, rest) = Math.DivRem(Accesses, _thread.Extent);
        return Block.Of([
            .. Enumerable.Range(0, (int)whole).Select(i => At(i)),
            .. rest == 0 ? [] : new[] { GroupLoop.Below(_thread, rest, At((int)whole)) }]);

        Statement At(int step)
        {
            var access = step * _thread.Extent + (IndexExpr)_thread;
            var (fast, slow) = _alongDepth ? (_tile.Depth / Together, _tile.Width) : (_tile.Width / Together, _tile.Depth);
            var (neighbour, other) = (access % fast * Together, slow == 1 ? IndexExpr.Zero : access / fast);
            return _alongDepth ? body(step, other, neighbour) : body(step, neighbour, other);
        }
    }

    private OperandElement At(IndexExpr within, IndexExpr depth, LoopVar lane) => _alongDepth ? _element(within, depth + lane) : _element(within + lane, depth);

    /// <summary>Whether four neighbours are read at once, and are all there or none.</summary>
    private bool IsWide()
    {
        if ((_alongDepth ? _tile.Depth : _tile.Width) % WideAccess.Lanes != 0 || _tile.DepthStride % WideAccess.Lanes != 0 && !_alongDepth) return false;
        var (place, slice, lane) = (new LoopVar("four", 1 << 20), new LoopVar("slice", 1 << 20), new LoopVar("lane", WideAccess.Lanes, isLane: true));
        var (within, depth) = _alongDepth ? ((IndexExpr)slice, (IndexExpr)place * WideAccess.Lanes) : ((IndexExpr)place * WideAccess.Lanes, slice);
        var (isInside, value) = At(within, depth, lane);
        return WideAccess.Unguarded(value).Any(l => WideAccess.Is(l.Buffer, l.Index, lane)) && isInside.DescendantsAndSelf().OfType<InBoundsExpr>()
            .All(b => !b.Variables.Contains(lane) || b.High % WideAccess.Lanes == 0 && b.Low == 0 && LaneAnalysis.IsContiguous(b.Index, lane));
    }
}
