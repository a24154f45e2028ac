using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Compiler.Ops;

namespace GraphForge.Compiler.Schedule;

/// <summary>Lowers the results of a scan to one loop: its body becomes kernels that see the number of the iteration.</summary>
internal sealed class LoopLowering
{
    private readonly KernelDefinitions _kernels;
    private readonly FusionGroup _group;
    private readonly NodeStorage _outside;
    private readonly GroupLowering _reader;
    private readonly Scan _scan;
    private readonly Node[] _operands;
    private readonly LoopVar _counter;
    private readonly IndexExpr _element;
    private readonly CarrySlots[] _carries;
    private readonly LoopStorage _storage;

    /// <param name="kernels">Takes the kernels.</param>
    /// <param name="group">All results of the scan.</param>
    /// <param name="plan">The groups around the loop.</param>
    /// <param name="outside">Where their nodes stand.</param>
    public LoopLowering(KernelDefinitions kernels, FusionGroup group, FusionPlan plan, NodeStorage outside)
    {
        (_kernels, _group, _outside) = (kernels, group, outside);
        _reader = new GroupLowering(plan, outside);
        _scan = (Scan)group.Members[0].Op;
        _operands = group.Members[0].Inputs.ToArray();
        _counter = new LoopVar($"t{outside.Counters.Count}", _scan.Length.Value);
        _element = _scan.Reverse ? (IndexExpr)(_scan.Length.Value - 1) - _counter : _counter;
        _carries = Enumerable.Range(0, _scan.Carries).Select(SlotsOf).ToArray();
        _storage = new LoopStorage([.. outside.Counters, _counter], ReadParameter, kernels.Program);
        foreach (var carry in _carries)
        {
            _kernels.See(carry.Old, carry.Whole);
            _kernels.See(carry.Next, carry.Whole);
        }
    }

    public PlannedWork Lower()
    {
        var graph = RootCopies.Run(_scan.Body.ToGraph(_group.ToString()));
        foreach (var (i, output) in graph.Outputs.Index()) PlaceRoot(i, output.Value);
        var body = _kernels.Lower(Fusion.Run(graph), _storage);
        if (body is [PlannedKernel only] && Interchange.IsLegal(only, _carries))
            return _kernels.Replace(only, Interchange.Swap(only, _counter,
                _carries.Select((c, i) => (c, new Func<IndexExpr, Expr>(linear => InitialCarry(i, linear)))).ToArray()));
        var before = Initialise();
        var accessed = body.Select(w => (w.Writes, w.Reads)).Concat(before.Select(k => (k.Writes, k.Reads))).ToArray();
        var writes = Outside(accessed.SelectMany(a => a.Writes)).Concat(_carries.Select(c => c.Whole)).Distinct().ToArray();
        var reads = Outside(accessed.SelectMany(a => a.Reads)).Except(writes).ToArray();
        return new PlannedLoop(KernelSummary.Name(_kernels.Count, _group), _scan.Length.Value, before, body, _storage, writes, reads);
    }

    private IEnumerable<LoopBuffer> Outside(IEnumerable<LoopBuffer> buffers) =>
        buffers.Select(WholeOf).Where(b => !_storage.Owns(b)).Distinct();

    /// <summary>The slots behind this loop's views; views of loops around are buffers like any other.</summary>
    private LoopBuffer WholeOf(LoopBuffer buffer) =>
        _carries.FirstOrDefault(c => c.Old == buffer || c.Next == buffer)?.Whole ?? buffer;

    private Expr InitialCarry(int carry, IndexExpr linear) =>
        _reader.Read(_operands[carry], IndexExpr.Unravel(linear, _scan.Body.Parameters[carry].Shape.Values));

    private CarrySlots SlotsOf(int carry)
    {
        var type = _scan.Body.Parameters[carry];
        var size = type.Shape.Size.Value;
        if (ResultBuffer(ScanResultKind.States, carry) is { } states)
            return CarrySlots.AllStates(states, size, _element, _scan.Length.Value, _scan.Reverse);
        var slots = ResultBuffer(ScanResultKind.Recent, carry) ?? _outside.Reserve($"carry{carry}", type.DType, 2 * size);
        return CarrySlots.InTurn(slots, size, _counter);
    }

    /// <summary>The buffer of a result somebody reads, else null.</summary>
    private LoopBuffer? ResultBuffer(ScanResultKind kind, int index) =>
        _group.Members.FirstOrDefault(m => ((Scan)m.Op).Result == new ScanResult(kind, index)) is { } node
            ? _outside.PlaceOf(node).Buffer
            : null;

    private void PlaceRoot(int root, Node node)
    {
        if (root < _scan.Carries) _storage.Place(node, _carries[root].Next, _carries[root].NextStart);
        else if (ResultBuffer(ScanResultKind.Stacked, root - _scan.Carries) is { } stacked)
            _storage.Place(node, stacked, _element * node.Shape.Size.Value);
    }

    private Expr ReadParameter(int parameter, IndexExpr[] index)
    {
        if (parameter >= _scan.Carries + _scan.StackedInputs) return _reader.Read(_operands[parameter], index);
        if (parameter >= _scan.Carries) return _reader.Read(_operands[parameter], [_element, .. index]);
        var carry = _carries[parameter];
        return new LoadExpr(carry.Old, carry.OldStart + IndexExpr.Linear(index, _scan.Body.Parameters[parameter].Shape.Strides()));
    }

    /// <summary>Kernels that put the initial carries into their slots, one for all carries of a shape.</summary>
    private PlannedKernel[] Initialise() => _carries.Index().GroupBy(c => _scan.Body.Parameters[c.Index].Shape).Select(carries =>
    {
        var index = LoopIndices.For(carries.Key, "i");
        var linear = LoopIndices.Linear(index);
        var stores = carries.Select(c => new StoreDefinition(index, c.Item.Whole, c.Item.InitialStart + linear,
            InitialCarry(c.Index, linear))).ToArray();
        var title = $"Initial carries of {_group.Members[0].Op.Name}{(_group.Members[0].Source.IsKnown ? $", {_group.Members[0].Source}" : "")}.";
        return _kernels.Kernel($"init_{_group.Members[0].Op.Name}", title, index, stores, _outside.Counters);
    }).ToArray();
}
