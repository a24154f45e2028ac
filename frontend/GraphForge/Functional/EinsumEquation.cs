using System.Text.RegularExpressions;
using GraphForge.Compiler.Graph;

namespace GraphForge;

/// <summary>
/// The labels an einsum equation gives to the axes of its operands and of its result: a letter's code, or 256 and more for the
/// axes an ellipsis stands for, counted from its last.
/// </summary>
internal sealed partial record EinsumEquation(string Text, IReadOnlyList<int[]> Operands, int[] Output)
{
    private const int FirstOfEllipsis = 256;

    /// <exception cref="GraphException">The equation is malformed or does not fit the operands.</exception>
    public static EinsumEquation Parse(string text, IReadOnlyList<Tensor> operands)
    {
        var sides = text.Replace(" ", "").Split("->");
        var terms = sides[0].Split(',');
        if (sides.Length > 2 || terms.Concat(sides.Skip(1)).Any(term => !Term().IsMatch(term)))
            throw new GraphException(ErrorCode.BadAttribute,
                $"einsum takes an equation like \"bij,bjk->bik\", a letter an axis and \"...\" for any number of axes, got \"{text}\".");
        if (terms.Length != operands.Count)
            throw new GraphException(ErrorCode.BadAttribute,
                $"einsum \"{text}\" has labels for {Count(terms.Length)} and was given {operands.Count}.");
        var labels = terms.Select((term, i) => LabelsOf(text, term, operands[i].Node.Type)).ToArray();
        var inEllipsis = labels.SelectMany(l => l).Where(l => l >= FirstOfEllipsis).Distinct().OrderDescending().ToArray();
        var output = sides.Length == 2 ? Expand(sides[1], inEllipsis) : Implicit(labels, inEllipsis);
        if (output.GroupBy(l => l).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new GraphException(ErrorCode.BadAttribute, $"einsum \"{text}\" has label {Name(twice.Key)} twice in its result.");
        if (output.Except(labels.SelectMany(l => l)).ToArray() is [var unknown, ..])
            throw new GraphException(ErrorCode.BadAttribute, $"einsum \"{text}\" has label {Name(unknown)} in its result and in no operand.");
        return new(text, labels, output);
    }

    /// <summary>The extent of each label: that of its axes, of which those of extent 1 broadcast.</summary>
    /// <exception cref="GraphException">Axes of one label have different extents.</exception>
    public Dictionary<int, Dim> Extents(IReadOnlyList<Tensor> operands)
    {
        var extents = new Dictionary<int, (Dim Extent, int Operand)>();
        for (var i = 0; i < operands.Count; i++)
            foreach (var (label, extent) in Operands[i].Zip(operands[i].Shape))
            {
                if (!extents.TryGetValue(label, out var known) || known.Extent.Is(1)) extents[label] = (extent, i);
                else if (known.Extent != extent && !extent.Is(1))
                    throw new GraphException(ErrorCode.ShapeMismatch,
                        $"einsum \"{Text}\": label {Name(label)} is {known.Extent} in {operands[known.Operand].Node.Type} " +
                        $"and {extent} in {operands[i].Node.Type}.");
            }
        return extents.ToDictionary(p => p.Key, p => p.Value.Extent);
    }

    /// <summary>A label as the user wrote it.</summary>
    public static string Name(int label) => label < FirstOfEllipsis ? ((char)label).ToString() : "\"...\"";

    private static int[] LabelsOf(string text, string term, TensorType operand)
    {
        var letters = term.Replace("...", "").Length;
        var missing = operand.Rank - letters;
        if (missing < 0 || missing > 0 && letters == term.Length)
            throw new GraphException(ErrorCode.ShapeMismatch,
                $"einsum \"{text}\" labels {letters} axes of {operand}, which has {operand.Rank}; " +
                "give each axis one letter, or leave some to \"...\".");
        return Expand(term, [.. Enumerable.Range(FirstOfEllipsis, missing).Reverse()]);
    }

    private static int[] Expand(string term, int[] ellipsis)
    {
        var parts = term.Split("...");
        return parts.Length == 1 ? [.. term] : [.. parts[0], .. ellipsis, .. parts[1]];
    }

    /// <summary>The axes of the ellipses, then every letter that stands once, in the order of the alphabet.</summary>
    private static int[] Implicit(IReadOnlyList<int[]> operands, int[] ellipsis)
    {
        var letters = operands.SelectMany(l => l).Where(l => l < FirstOfEllipsis).GroupBy(l => l);
        return [.. ellipsis, .. letters.Where(g => g.Count() == 1).Select(g => g.Key).Order()];
    }

    private static string Count(int operands) => operands == 1 ? "1 operand" : $"{operands} operands";

    [GeneratedRegex(@"^[A-Za-z]*(\.\.\.)?[A-Za-z]*$")]
    private static partial Regex Term();
}
