using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;

namespace GraphForge.Compiler.Autodiff;

/// <summary>
/// Backpropagation through a scan, as one scan in the other direction. It carries the cotangents of the carries and the sums
/// for captured values; its body is the gradient of the forward body, which is computed again from the carries that stood
/// before the step. Products of the forward body are not computed again: the forward scan puts them out as well.
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

    private readonly Dictionary<Node, bool> _isInvariant = new(ReferenceEqualityComparer.Instance);

    public ScanGradient(IReadOnlyList<(Node Result, Node Cotangent)> results, IReadOnlyList<bool> isWanted)
    {
        _scan = (Scan)results[0].Result.Op;
        _operands = results[0].Result.Inputs.ToArray();
        _isWanted = isWanted;
        _cotangents = results.ToDictionary(r => ((Scan)r.Result.Op).Result, r => r.Cotangent);
        _parameters = Enumerable.Range(0, _operands.Length).Select(_scan.Body.Parameter).ToArray();
    }

    private Dim Length => _scan.Length;

    /// <summary>The cotangent of each operand; null where it has none or none is wanted.</summary>
    public Node?[] Operands()
    {
        var carries = Enumerable.Range(0, _scan.Carries).Where(i => IsFloat(_parameters[i])).ToArray();
        var arriving = carries.Select(i => SubgraphClosure.Placeholder(_parameters[i].Type)).ToArray();
        var targets = Enumerable.Range(0, _operands.Length)
            .Where(i => IsFloat(_parameters[i]) && (i < _scan.Carries || _isWanted[i])).ToArray();
        var gradients = Gradients.Of(Seeds(carries, arriving), targets.Select(i => _parameters[i]).ToArray());
        var ofParameter = targets.Zip(gradients).ToDictionary(p => p.First, p => p.Second);

        var lift = new StepLift(KnownSteps, node => IsInvariant(node) ? Outside(node) : null, Length);
        var lifted = targets.Where(i => IsStacked(i) && ofParameter[i] is not null)
            .Select(i => (Operand: i, Gradient: lift.TryLift(ofParameter[i]!))).ToArray();
        var stacked = lifted.Where(l => l.Gradient is null).Select(l => l.Operand).ToArray();
        var captured = targets.Where(i => i >= _scan.Carries + _scan.StackedInputs && ofParameter[i] is not null).ToArray();
        var sums = new StepSums(_parameters.Skip(_scan.Carries + _scan.StackedInputs));
        // Products first: a sum can then use values that are kept for a product.
        var outside = captured.OrderBy(i => ofParameter[i]!.Op is not Contraction).Where(i => sums.TryAdd(ofParameter[i]!)).ToArray();
        captured = captured.Except(outside).ToArray();

        var totals = captured.Select(i => SubgraphClosure.Placeholder(_parameters[i].Type)).ToArray();
        var factors = sums.Factors.Where(f => !IsForwardLeaf(f)).ToList();
        Node[] next = [.. carries.Select(i => ofParameter[i] ?? _parameters[i].ZerosLike()), .. captured.Zip(totals, (i, total) => total + ofParameter[i]!)];
        Node[] init = [.. carries.Select(i => Arrived(ScanResultKind.Final, i) ?? _operands[i].ZerosLike()), .. captured.Select(i => _operands[i].ZerosLike())];
        var backward = Backward([.. arriving, .. totals], init, next, [.. stacked.Select(i => ofParameter[i]!), .. factors]);

        var result = new Node?[_operands.Length];
        for (var k = 0; k < carries.Length; k++) result[carries[k]] = AtStart(carries[k], backward(new(ScanResultKind.Final, k)));
        for (var k = 0; k < stacked.Length; k++) result[stacked[k]] = backward(new(ScanResultKind.Stacked, k));
        for (var k = 0; k < captured.Length; k++) result[captured[k]] = backward(new(ScanResultKind.Final, carries.Length + k));
        foreach (var (i, gradient) in lifted.Where(l => l.Gradient is not null)) result[i] = gradient;
        foreach (var i in outside) result[i] = StepSums.Total(ofParameter[i]!, AllSteps);
        return result;

        Node AllSteps(Node factor)
        {
            if (_perStep.FirstOrDefault(p => p.Inside == factor).Stacked is { } known) return known;
            return IsForwardLeaf(factor)
                ? AllElements((int)((BodyParameter)factor.Op).Index, _scan)
                : backward(new(ScanResultKind.Stacked, stacked.Length + factors.IndexOf(factor)));
        }
    }

    /// <summary>All steps of what does not wait for the backward loop: its inputs, and carries of the forward scan.</summary>
    private Node? KnownSteps(Node node)
    {
        if (_perStep.FirstOrDefault(p => p.Inside == node).Stacked is { } cotangents) return cotangents;
        if (node.Op is BodyParameter { Index: >= 0 } parameter && parameter.Index < _scan.Carries + _scan.StackedInputs)
            return AllElements((int)parameter.Index, _scan);
        var next = _scan.Body.Roots.Take(_scan.Carries).ToList().IndexOf(node);
        return next < 0 ? null : After(Node.Of(_scan with { Result = new ScanResult(ScanResultKind.States, next) }, _operands));
    }

    /// <summary>Whether the value is made of numbers and captured values.</summary>
    private bool IsInvariant(Node node)
    {
        if (_isInvariant.TryGetValue(node, out var known)) return known;
        return _isInvariant[node] = node.Op is BodyParameter parameter
            ? parameter.Index >= _scan.Carries + _scan.StackedInputs
            : node.Inputs.ToArray().All(IsInvariant);
    }

    private bool IsForwardLeaf(Node node) => node.Op is BodyParameter { Index: >= 0 } || _perStep.Any(p => p.Inside == node);

    /// <summary>Roots of the forward body with the cotangents that reach them in one step.</summary>
    private List<(Node, Node)> Seeds(int[] carries, Node[] arriving)
    {
        var seeds = new List<(Node, Node)>();
        foreach (var (i, cotangent) in carries.Zip(arriving))
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
        var varying = Varying();
        var kept = Kept(roots, varying);
        var forward = _scan with { Body = _scan.Body.WithRoots([.. _scan.Body.Roots, .. kept.Where(n => n.Op is not BodyParameter)]) };
        var output = _scan.Outputs;
        foreach (var node in kept)
            _perStep.Add((node, node.Op is BodyParameter parameter
                ? AllElements((int)parameter.Index, forward)
                : Node.Of(forward with { Result = new ScanResult(ScanResultKind.Stacked, output++) }, _operands)));
    }

    /// <summary>What a parameter is in every step: the stacked operand, or a carry before each step.</summary>
    private Node AllElements(int parameter, Scan forward) => IsStacked(parameter)
        ? _operands[parameter]
        : Before(Node.Of(forward with { Result = new ScanResult(ScanResultKind.States, parameter) }, _operands));

    /// <summary>Nodes of the forward body that differ from step to step.</summary>
    private HashSet<Node> Varying()
    {
        var varying = new HashSet<Node>(_parameters.Take(_scan.Carries + _scan.StackedInputs), ReferenceEqualityComparer.Instance);
        foreach (var node in _scan.Body.Order)
            if (node.Inputs.ToArray().Any(varying.Contains)) varying.Add(node);
        return varying;
    }

    /// <summary>What <paramref name="roots"/> need of the forward step: carries and elements, and products instead of what they are made of.</summary>
    private List<Node> Kept(Node[] roots, HashSet<Node> varying)
    {
        var kept = new List<Node>();
        var seen = new HashSet<Node>(ReferenceEqualityComparer.Instance);
        var forward = new HashSet<Node>(_scan.Body.Order, ReferenceEqualityComparer.Instance);
        var stack = new Stack<Node>(roots.Reverse());
        while (stack.TryPop(out var node))
        {
            if (!seen.Add(node)) continue;
            if (varying.Contains(node) && (node.Op is BodyParameter || forward.Contains(node) && IsProduct(node))) kept.Add(node);
            else foreach (var input in node.Inputs) stack.Push(input);
        }
        return kept;
    }

    private static bool IsProduct(Node node) =>
        node.Op is Contraction or Convolution or ConvolutionInputGradient or ConvolutionWeightGradient || node.Op.Bodies.Count > 0;

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

    private bool IsStacked(int operand) => operand >= _scan.Carries && operand < _scan.Carries + _scan.StackedInputs;

    private static bool IsFloat(Node node) => Runtime.DTypes.IsFloat(node.Type.DType);
}
