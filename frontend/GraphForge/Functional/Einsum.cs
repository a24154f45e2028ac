using GraphForge.Compiler.Graph;

namespace GraphForge;

/// <content>Products of tensors by labelled axes.</content>
public static partial class Functional
{
    /// <summary>What a symbolic extent counts as where the order of products is chosen.</summary>
    private const long TypicalExtent = 64;

    /// <summary>
    /// Product of tensors by labelled axes, such as <c>"bij,bjk->bik"</c>: axes with one letter run together (those of extent 1
    /// broadcast), letters missing from the result are summed over, a letter twice in an operand takes its diagonal, and
    /// <c>...</c> stands for any further axes. Without <c>-></c> the result has the axes of <c>...</c>, then the letters that stand
    /// once, in alphabetical order. Of several operands the pair with the fewest multiplications is contracted first.
    /// </summary>
    /// <exception cref="GraphException">The equation is malformed or does not fit the operands.</exception>
    public static Tensor Einsum(string equation, params IReadOnlyList<Tensor> operands)
    {
        var parsed = EinsumEquation.Parse(equation, operands);
        var extents = parsed.Extents(operands);
        var type = operands.Select(o => o.DType).Aggregate(Promotion.Wider);
        var terms = operands.Select((o, i) => EinsumTerm.Of(o.To(type), parsed.Operands[i], equation, extents)).ToList();
        while (terms.Count > 1)
        {
            var (left, right) = CheapestPair(terms, extents);
            terms.Remove(left);
            terms.Remove(right);
            int[] later = [.. terms.SelectMany(t => t.Labels).Except(parsed.Output)];
            terms.Add(EinsumTerm.Contract(left, right, [.. parsed.Output, .. later]));
        }
        var result = terms[0].SumExcept(parsed.Output);
        return result.Value.Permute([.. parsed.Output.Select(label => Array.IndexOf(result.Labels, label))]);
    }

    private static (EinsumTerm Left, EinsumTerm Right) CheapestPair(IReadOnlyList<EinsumTerm> terms, IReadOnlyDictionary<int, Dim> extents)
    {
        var pairs = terms.SelectMany((left, i) => terms.Skip(i + 1).Select(right => (Left: left, Right: right)));
        return pairs.MinBy(pair => pair.Left.Labels.Union(pair.Right.Labels)
            .Aggregate(1.0, (product, label) => product * Estimate(extents[label])));
    }

    private static double Estimate(Dim extent) =>
        extent.Bind(extent.Symbols.ToDictionary(s => s, s => Math.Min(TypicalExtent, s.Maximum))).Value;
}
