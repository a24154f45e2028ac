using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Compiler.Ops;

namespace GraphForge.Compiler.Schedule;

/// <summary>A scan as a loop whose kernels see the number of the iteration, or as one kernel that takes all steps itself.</summary>
internal sealed class ScanLowering : LoopLowering
{
    private readonly Scan _scan;
    private readonly LoopVar _counter;
    private readonly IndexExpr _element;
    private readonly CarrySlots[] _carries;
    private readonly LoopStorage _storage;

    public ScanLowering(KernelDefinitions kernels, FusionGroup group, FusionPlan plan, NodeStorage outside) : base(kernels, group, plan, outside)
    {
        _scan = (Scan)group.Members[0].Op;
        _counter = new LoopVar($"t{Depth}", _scan.Length.Value);
        _element = _scan.Reverse ? (IndexExpr)(_scan.Length.Value - 1) - _counter : _counter;
        _carries = Enumerable.Range(0, _scan.Carries).Select(SlotsOf).ToArray();
        _storage = StorageOf(_counter, ReadParameter);
        foreach (var carry in _carries)
        {
            kernels.See(carry.Old, carry.Whole);
            kernels.See(carry.Next, carry.Whole);
        }
    }

    public override PlannedWork Lower()
    {
        var body = LowerBody(_scan.Body, _storage, PlaceRoot);
        if (body is [PlannedKernel only] && Interchange.IsLegal(only, _carries))
            return Kernels.Replace(only, Interchange.Swap(only, _counter,
                _carries.Select((c, i) => (c, new Func<IndexExpr, Expr>(linear => ReadLinear(i, linear)))).ToArray()));
        var before = Prepare(_carries.Select((c, i) =>
            (Operands[i].Shape, c.Whole, c.InitialStart, new Func<IndexExpr, Expr>(linear => ReadLinear(i, linear)))));
        return Loop(before, [new LoopPart(body, _storage, _scan.Length.Value)], _carries.Select(c => c.Whole), WholeOf);
    }

    /// <summary>The slots behind this loop's views; views of loops around are buffers like any other.</summary>
    private LoopBuffer WholeOf(LoopBuffer buffer) => _carries.FirstOrDefault(c => c.Old == buffer || c.Next == buffer)?.Whole ?? buffer;

    private LoopBuffer? Result(ScanResultKind kind, int index) => ResultBuffer(op => ((Scan)op).Result == new ScanResult(kind, index));

    private CarrySlots SlotsOf(int carry)
    {
        var type = _scan.Body.Parameters[carry];
        var size = type.Shape.Size.Value;
        if (Result(ScanResultKind.States, carry) is { } states)
            return CarrySlots.AllStates(states, size, _element, _scan.Length.Value, _scan.Reverse);
        if (Result(ScanResultKind.Final, carry) is { } total) return CarrySlots.InPlace(total);
        return CarrySlots.InTurn(Result(ScanResultKind.Recent, carry) ?? Reserve($"carry{carry}", type, copies: 2), size, _counter);
    }

    private void PlaceRoot(int root, Node node)
    {
        if (root < _scan.Carries) _storage.Place(node, _carries[root].Next, _carries[root].NextStart);
        else if (Result(ScanResultKind.Stacked, root - _scan.Carries) is { } stacked)
            _storage.Place(node, stacked, _element * node.Shape.Size.Value);
    }

    private Expr ReadParameter(int parameter, IndexExpr[] index)
    {
        if (parameter >= _scan.Carries + _scan.StackedInputs) return Read(parameter, index);
        if (parameter >= _scan.Carries) return Read(parameter, [_element, .. index]);
        var carry = _carries[parameter];
        return new LoadExpr(carry.Old, carry.OldStart + IndexExpr.Linear(index, _scan.Body.Parameters[parameter].Shape.Strides()));
    }
}
