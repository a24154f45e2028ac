using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;

namespace GraphForge.Compiler.Rewrite.MicroBatch;

/// <summary>What a slice of the batch gives of a loop's results: its body is looked through with the shares of its operands.</summary>
internal static class ScanShares
{
    public static Share Of(Node node, Share[] operands, ShareRules rules)
    {
        var scan = (Scan)node.Op;
        if (operands.All(s => s.IsWhole)) return rules.Counts(node.Shape) ? Share.Late : Share.Whole;
        if (operands.Any(s => s.Kind == ShareKind.Late)) return Share.Late;
        var parameters = new Share[operands.Length];
        for (var i = 0; i < parameters.Length; i++)
        {
            var isStacked = i >= scan.Carries && i < scan.Carries + scan.StackedInputs;
            parameters[i] = !isStacked || !operands[i].IsSliced ? operands[i] : operands[i].Axis == 0 ? Share.Late : Share.Along(operands[i].Axis - 1);
            if (parameters[i].Kind == ShareKind.Late) return Share.Late;
        }
        // A carry that starts as zeros may turn out to be a sum over samples; each round settles one carry at least.
        for (var round = 0; round <= scan.Carries; round++)
        {
            if (Roots(scan, parameters, rules) is not { } roots) return Share.Late;
            var changed = Enumerable.Range(0, scan.Carries).Where(c => roots[c] != parameters[c]).ToArray();
            if (changed.Length == 0) return ResultOf(scan.Result, roots, scan.Carries);
            foreach (var carry in changed)
            {
                if (!(parameters[carry].IsWhole && roots[carry].IsPartial && UniformValue.Is(node.Inputs[carry], 0))) return Share.Late;
                parameters[carry] = Share.Partial;
            }
        }
        return Share.Late;
    }

    private static Share[]? Roots(Scan scan, Share[] parameters, ShareRules rules)
    {
        var shares = new Dictionary<Node, Share>(ReferenceEqualityComparer.Instance);
        foreach (var node in scan.Body.Order)
        {
            var inputs = node.Inputs.ToArray().Select(i => shares[i]).ToArray();
            shares[node] = node.Op switch
            {
                BodyParameter parameter => parameters[parameter.Index],
                Leaf or DimSize => Share.Whole,
                Scan => Of(node, inputs, rules),
                // Steps of a loop would draw, and count, anew in every slice.
                RandomUniform or Iota when rules.Counts(node.Shape) => Share.Late,
                _ => rules.Of(node, inputs),
            };
            if (shares[node].Kind == ShareKind.Late) return null;
        }
        return scan.Body.Roots.Select(r => shares[r]).ToArray();
    }

    private static Share ResultOf(ScanResult result, Share[] roots, int carries)
    {
        var root = roots[result.Kind == ScanResultKind.Stacked ? carries + result.Index : result.Index];
        return root.IsSliced && result.Kind != ScanResultKind.Final ? Share.Along(root.Axis + 1) : root;
    }
}
