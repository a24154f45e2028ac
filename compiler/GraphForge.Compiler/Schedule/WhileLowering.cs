using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Compiler.Ops;

namespace GraphForge.Compiler.Schedule;

/// <summary>
/// A loop that ends when its first carry is false. How many steps there are is not known, so that a carry has one place, and
/// every iteration ends with copying the next carries there.
/// </summary>
internal sealed class WhileLowering : LoopLowering
{
    private readonly While _loop;
    private readonly LoopBuffer[] _carries;
    private readonly Node[] _next;
    private readonly LoopStorage _storage;

    public WhileLowering(KernelDefinitions kernels, FusionGroup group, FusionPlan plan, NodeStorage outside) : base(kernels, group, plan, outside)
    {
        _loop = (While)group.Members[0].Op;
        _carries = Enumerable.Range(0, _loop.Carries)
            .Select(i => ResultBuffer(op => ((While)op).Result == i) ?? Reserve($"carry{i}", _loop.Body.Parameters[i])).ToArray();
        _next = new Node[_loop.Carries];
        _storage = StorageOf(new LoopVar($"t{Depth}", _loop.Limit), ReadParameter);
    }

    public override PlannedWork Lower()
    {
        var body = LowerBody(_loop.Body, _storage, (i, node) => _next[i] = node);
        var copies = Copy("next", "Next carries of", _storage.Counters, _carries.Select((c, i) =>
            (_next[i].Shape, c, IndexExpr.Zero, new Func<IndexExpr, Expr>(linear => _storage.Load(_next[i], IndexExpr.Unravel(linear, _next[i].Shape.Values))))));
        var before = Prepare(_carries.Select((c, i) =>
            (Operands[i].Shape, c, IndexExpr.Zero, new Func<IndexExpr, Expr>(linear => ReadLinear(i, linear)))));
        var part = new LoopPart([.. body, .. copies], _storage, _loop.Limit) { Condition = (_carries[0], true), Overwrites = true };
        return Loop(before, [part], _carries, b => b);
    }

    private Expr ReadParameter(int parameter, IndexExpr[] index) => parameter < _loop.Carries
        ? new LoadExpr(_carries[parameter], IndexExpr.Linear(index, _loop.Body.Parameters[parameter].Shape.Strides()))
        : Read(parameter, index);
}
