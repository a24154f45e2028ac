using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;

namespace GraphForge.Compiler.Autodiff;

/// <summary>
/// Backpropagation through a scan, as one scan in the other direction. It carries the cotangents of the carries and the sums
/// for captured values; its body is the gradient of the forward body, which is computed again from the carries that stood
/// before the step. Products of the forward body are not computed again: the forward scan puts them out as well, or what is made
/// of them (<see cref="KeptValues"/>).
/// </summary>
internal sealed class ScanGradient
{
    private readonly Scan _scan;
    private readonly Node[] _operands;
    private readonly IReadOnlyList<bool> _isWanted;
    private readonly Dictionary<ScanResult, Node> _cotangents;
    private readonly Node[] _parameters;

    /// <summary>Per step values the backward body reads: the node that stands for one inside, and all steps of it outside.</summary>
    private readonly List<(Node Inside, Node Stacked)> _perStep = [];

    /// <summary>The cotangent that one step passes to a parameter, by the parameter's number.</summary>
    private readonly Dictionary<int, Node> _inStep = [];

    private readonly Dictionary<Node, bool> _isInvariant = new(ReferenceEqualityComparer.Instance);
    private readonly int[] _carries;
    private readonly StepSums _sums;

    public ScanGradient(IReadOnlyList<(Node Result, Node Cotangent)> results, IReadOnlyList<bool> isWanted)
    {
        _scan = (Scan)results[0].Result.Op;
        _operands = results[0].Result.Inputs.ToArray();
        _isWanted = isWanted;
        _cotangents = results.ToDictionary(r => ((Scan)r.Result.Op).Result, r => r.Cotangent);
        _parameters = Enumerable.Range(0, _operands.Length).Select(_scan.Body.Parameter).ToArray();
        _carries = Enumerable.Range(0, _scan.Carries).Where(i => IsFloat(_parameters[i])).ToArray();
        _sums = new StepSums(_parameters.Skip(FirstCaptured));
    }

    private Dim Length => _scan.Length;

    /// <summary>The cotangent of each operand; null where it has none or none is wanted.</summary>
    public Node?[] Operands()
    {
        var arriving = _carries.Select(i => SubgraphClosure.Placeholder(_parameters[i].Type)).ToArray();
        Differentiate(arriving);
        var result = new Node?[_operands.Length];
        var lift = new StepLift(KnownSteps, node => IsInvariant(node) ? Outside(node) : null, Length);
        foreach (var i in Reached(_scan.Carries, FirstCaptured)) result[i] = lift.TryLift(_inStep[i]);
        var stacked = Reached(_scan.Carries, FirstCaptured).Where(i => result[i] is null).ToArray();
        // Products first: a sum can then use values that are kept for a product.
        var outside = Reached(FirstCaptured, _operands.Length).OrderBy(i => _inStep[i].Op is not Contraction).Where(i => _sums.TryAdd(_inStep[i])).ToArray();
        var carried = Reached(FirstCaptured, _operands.Length).Except(outside).ToArray();
        var factors = _sums.Factors.Where(f => !IsForwardLeaf(f)).ToList();

        var totals = carried.Select(i => SubgraphClosure.Placeholder(_parameters[i].Type)).ToArray();
        Node[] init =
        [
            .. _carries.Select(i => Arrived(ScanResultKind.Final, i) ?? _operands[i].ZerosLike()),
            .. carried.Select(i => _operands[i].ZerosLike()),
        ];
        Node[] next =
        [
            .. _carries.Select(i => _inStep.GetValueOrDefault(i) ?? _parameters[i].ZerosLike()),
            .. carried.Zip(totals, (i, total) => total + _inStep[i]),
        ];
        var backward = Backward([.. arriving, .. totals], init, next, [.. stacked.Select(i => _inStep[i]), .. factors]);

        foreach (var (k, i) in _carries.Index()) result[i] = AtStart(i, backward(new(ScanResultKind.Final, k)));
        foreach (var (k, i) in stacked.Index()) result[i] = backward(new(ScanResultKind.Stacked, k));
        foreach (var (k, i) in carried.Index()) result[i] = backward(new(ScanResultKind.Final, _carries.Length + k));
        foreach (var i in outside)
            result[i] = StepSums.Total(_inStep[i], f => KnownFactor(f) ?? backward(new(ScanResultKind.Stacked, stacked.Length + factors.IndexOf(f))));
        return result;
    }

    private int FirstCaptured => _scan.Carries + _scan.StackedInputs;

    /// <summary>Finds the cotangents of the parameters in one step, given those that arrive at its carries.</summary>
    private void Differentiate(Node[] arriving)
    {
        var targets = Enumerable.Range(0, _operands.Length)
            .Where(i => IsFloat(_parameters[i]) && (i < _scan.Carries || _isWanted[i])).ToArray();
        var gradients = Gradients.Of(Seeds(arriving), targets.Select(i => _parameters[i]).ToArray());
        foreach (var (i, gradient) in targets.Zip(gradients))
            if (gradient is not null) _inStep[i] = gradient;
    }

    /// <summary>Operands of a range to which a step passes a cotangent.</summary>
    private int[] Reached(int first, int end) => _inStep.Keys.Where(i => i >= first && i < end).Order().ToArray();

    /// <summary>All steps of a factor that need not be put out by the backward scan.</summary>
    private Node? KnownFactor(Node factor) =>
        _perStep.FirstOrDefault(p => p.Inside == factor).Stacked ??
        (IsForwardLeaf(factor) ? AllElements((int)((BodyParameter)factor.Op).Index, _scan) : null);

    /// <summary>All steps of what does not wait for the backward loop: its inputs, and carries of the forward scan.</summary>
    private Node? KnownSteps(Node node)
    {
        if (_perStep.FirstOrDefault(p => p.Inside == node).Stacked is { } cotangents) return cotangents;
        if (node.Op is BodyParameter { Index: >= 0 } parameter && parameter.Index < FirstCaptured)
            return AllElements((int)parameter.Index, _scan);
        return NextCarry(node) is >= 0 and var next ? After(Node.Of(_scan with { Result = new ScanResult(ScanResultKind.States, next) }, _operands)) : null;
    }

    /// <summary>Whether the value is made of numbers and captured values.</summary>
    private bool IsInvariant(Node node)
    {
        if (_isInvariant.TryGetValue(node, out var known)) return known;
        return _isInvariant[node] = node.Op is BodyParameter parameter
            ? parameter.Index >= FirstCaptured
            : node.Inputs.ToArray().All(IsInvariant);
    }

    private bool IsForwardLeaf(Node node) => node.Op is BodyParameter { Index: >= 0 } || _perStep.Any(p => p.Inside == node);

    /// <summary>Roots of the forward body with the cotangents that reach them in one step.</summary>
    private List<(Node, Node)> Seeds(Node[] arriving)
    {
        var seeds = new List<(Node, Node)>();
        foreach (var (i, cotangent) in _carries.Zip(arriving))
            seeds.Add((_scan.Body.Roots[i], Arrived(ScanResultKind.States, i) is { } states ? cotangent + PerStep(After(states)) : cotangent));
        for (var j = 0; j < _scan.Outputs; j++)
            if (Arrived(ScanResultKind.Stacked, j) is { } cotangent) seeds.Add((_scan.Body.Roots[_scan.Carries + j], PerStep(cotangent)));
        return seeds;
    }

    private Node? Arrived(ScanResultKind kind, int index) => _cotangents.GetValueOrDefault(new ScanResult(kind, index));

    /// <summary>A value of the backward body that is one element of <paramref name="stacked"/>.</summary>
    private Node PerStep(Node stacked)
    {
        var inside = SubgraphClosure.Placeholder(stacked.Type with { Shape = Shape.Of(stacked.Shape.Skip(1)) });
        _perStep.Add((inside, stacked));
        return inside;
    }

    /// <summary>The cotangent of an initial carry, to which its own place among the states adds.</summary>
    private Node AtStart(int carry, Node cotangent)
    {
        if (Arrived(ScanResultKind.States, carry) is not { } states) return cotangent;
        return cotangent + states.Slice(0, _scan.Reverse ? Length : 0, 1).Reshape(cotangent.Shape);
    }

    private Node Before(Node states) => states.Slice(0, _scan.Reverse ? 1 : 0, Length);

    private Node After(Node states) => states.Slice(0, _scan.Reverse ? 0 : 1, Length);

    private Func<ScanResult, Node> Backward(Node[] carries, Node[] init, Node[] next, Node[] outputs)
    {
        Node[] roots = [.. next, .. outputs];
        ReadForward(roots);
        var closure = SubgraphClosure.Of([.. carries, .. _perStep.Select(p => p.Inside)], roots);
        Node[] operands = [.. init, .. _perStep.Select(p => p.Stacked), .. closure.Captured.Select(Outside)];
        return result => Node.Of(
            new Scan(closure.Body, carries.Length, _perStep.Count, Length, !_scan.Reverse, result), operands);
    }

    /// <summary>Adds the per step values of the forward scan that <paramref name="roots"/> are computed from.</summary>
    private void ReadForward(Node[] roots)
    {
        var kept = KeptValues.Of(_scan.Body, roots, _parameters.Take(FirstCaptured));
        var outputs = kept.Where(n => n.Op is not BodyParameter && NextCarry(n) < 0).ToArray();
        var forward = _scan with { Body = _scan.Body.WithRoots([.. _scan.Body.Roots, .. outputs]) };
        var output = _scan.Outputs;
        foreach (var node in kept)
            _perStep.Add((node, node.Op is BodyParameter parameter ? AllElements((int)parameter.Index, forward)
                : NextCarry(node) is >= 0 and var carry ? After(Node.Of(forward with { Result = new ScanResult(ScanResultKind.States, carry) }, _operands))
                : Node.Of(forward with { Result = new ScanResult(ScanResultKind.Stacked, output++) }, _operands)));
    }

    /// <summary>The carry whose next value the node is; -1 where it is none's.</summary>
    private int NextCarry(Node node) => _scan.Body.Roots.Take(_scan.Carries).ToList().IndexOf(node);

    /// <summary>What a parameter is in every step: the stacked operand, or a carry before each step.</summary>
    private Node AllElements(int parameter, Scan forward) => IsStacked(parameter)
        ? _operands[parameter]
        : Before(Node.Of(forward with { Result = new ScanResult(ScanResultKind.States, parameter) }, _operands));

    /// <summary>A loop invariant of the backward body, which is made of the forward body's captured parameters, outside the loop.</summary>
    private Node Outside(Node invariant)
    {
        var outside = new Dictionary<Node, Node>(ReferenceEqualityComparer.Instance);
        foreach (var node in Topology.Order([invariant]))
            outside[node] = node.Op is BodyParameter { Index: >= 0 } parameter
                ? _operands[parameter.Index]
                : node.WithInputs(node.Inputs.ToArray().Select(i => outside[i]).ToArray());
        return outside[invariant];
    }

    private bool IsStacked(int operand) => operand >= _scan.Carries && operand < FirstCaptured;

    private static bool IsFloat(Node node) => Runtime.DTypes.IsFloat(node.Type.DType);
}
