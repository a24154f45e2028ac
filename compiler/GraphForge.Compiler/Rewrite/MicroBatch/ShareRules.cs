using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Rewrite.MicroBatch;

/// <summary>
/// For each op, what a slice of the batch gives of the result, given what it gives of the operands. Whatever no rule speaks of is
/// late, so that a new op is never cut wrongly.
/// </summary>
/// <param name="symbol">The extent that counts samples.</param>
internal sealed class ShareRules(DimSymbol symbol)
{
    /// <summary>The one axis whose extent is a multiple of the number of samples; null where there is none, or more.</summary>
    public int? AxisOf(Shape shape)
    {
        int? found = null;
        for (var axis = 0; axis < shape.Rank; axis++)
        {
            if (!shape[axis].Symbols.Contains(symbol)) continue;
            if (found is not null || !shape[axis].TryDivide(symbol, out var samples) || samples.Symbols.Contains(symbol)) return null;
            found = axis;
        }
        return found;
    }

    /// <summary>Whether an extent of the shape depends on the number of samples.</summary>
    public bool Counts(Shape shape) => shape.Any(d => d.Symbols.Contains(symbol));

    /// <param name="node">A node that is no leaf of the program.</param>
    /// <param name="shares">Those of its operands.</param>
    public Share Of(Node node, Share[] shares)
    {
        if (shares.Any(s => s.Kind == ShareKind.Late)) return Share.Late;
        if (shares.All(s => s.IsWhole)) return Generated(node);
        var share = shares.Any(s => s.IsPartial) ? OfPartial(node, shares) : OfSliced(node, shares);
        return share.IsSliced && AxisOf(node.Shape) != share.Axis || share.IsPartial && Counts(node.Shape) ? Share.Late : share;
    }

    /// <summary>What is made without samples, but for each of them: counted, drawn, repeated.</summary>
    private Share Generated(Node node)
    {
        if (!Counts(node.Shape)) return Share.Whole;
        if (AxisOf(node.Shape) is not { } axis) return Share.Late;
        return node.Op switch
        {
            Iota => Share.Along(axis),
            RandomUniform when node.Shape.Take(axis).All(d => d.Is(1)) => Share.Along(axis),
            Expand when node.Inputs[0].Shape[axis].Is(1) => Share.Along(axis),
            _ => Share.Late,
        };
    }

    /// <summary>Sums of what slices give are found by every linear op of them.</summary>
    private static Share OfPartial(Node node, Share[] shares) => node.Op switch
    {
        Negate or StopGradient or Identity or Reshape or Permute or Expand or Slice or Flip or Sum => Share.Partial,
        Cast cast when cast.DType.IsFloat() && cast.DType.Size() >= node.Inputs[0].Type.DType.Size() => Share.Partial,
        Pad { Fill: var fill } when fill == Graph.Scalar.Of(fill.DType, 0L) => Share.Partial,
        Add or Subtract or Concat when shares.All(s => s.IsPartial) => Share.Partial,
        Multiply or Contraction when shares.Count(s => s.IsPartial) == 1 && shares.Count(s => s.IsWhole) == 1 => Share.Partial,
        Divide when shares[1].IsWhole && node.Type.DType.IsFloat() => Share.Partial,
        Gather when shares[1].IsWhole => Share.Partial,
        ScatterAdd when shares[0].IsWhole => Share.Partial,
        _ => Share.Late,
    };

    private Share OfSliced(Node node, Share[] shares)
    {
        var first = shares.First(s => s.IsSliced).Axis;
        var inputs = node.Inputs.ToArray();
        // Operands that lack samples, or have them along another axis, fit few ops; each says which.
        var agree = shares.Select((s, i) => s.IsSliced ? s.Axis == first : AxisOf(inputs[i].Shape) == first).All(a => a);
        return node.Op switch
        {
            ElementwiseOp or Identity when agree => Share.Along(first),
            Reshape => Reshaped(inputs[0].Shape, node.Shape, first),
            Permute permute => Share.Along(permute.Axes.ToList().IndexOf(first)),
            Expand => Share.Along(first),
            Slice slice when slice.Starts[first].Is(0) && slice.Lengths[first] == inputs[0].Shape[first] && slice.Steps[first] == 1 => Share.Along(first),
            Pad pad when pad.Low[first].Is(0) && pad.High[first].Is(0) && pad.Interior[first] == 0 => Share.Along(first),
            Flip flip when !flip.Axes.Contains(first) => Share.Along(first),
            SlidingWindows windows when windows.Axis != first => Share.Along(first),
            Concat concat when agree && concat.Axis != first => Share.Along(first),
            Sum sum when sum.Axes.Contains(first) => Share.Partial,
            ReductionOp reduction when !reduction.Axes.Contains(first) => Share.Along(first - reduction.Axes.Count(a => a < first)),
            ArgReductionOp reduction when reduction.Axis != first => Share.Along(reduction.Axis < first ? first - 1 : first),
            ArgSort sort when sort.Axis != first => Share.Along(first),
            GatherElements gather when agree && gather.Axis != first => Share.Along(first),
            ScatterElements scatter when agree && scatter.Axis != first => Share.Along(first),
            Gather gather => Gathered(gather, shares, inputs),
            ScatterAdd scatter => Scattered(scatter, shares, inputs),
            Contraction contraction => Contracted(contraction, shares, inputs),
            Convolution or ConvolutionInputGradient when shares[0].IsSliced && first == 0 && shares[1].IsWhole => Share.Along(0),
            ConvolutionWeightGradient when agree && first == 0 => Share.Partial,
            WindowSum { Geometry: var g } => Windowed(g, agree, first, inputs),
            WindowSpread { Geometry: var g } => Windowed(g, agree, first, inputs),
            WindowExtreme { Geometry: var g } => Windowed(g, agree, first, inputs),
            WindowArgExtreme { Geometry: var g } => Windowed(g, agree, first, inputs),
            WindowGather { Geometry: var g } => Windowed(g, agree, first, inputs),
            WindowScatter { Geometry: var g } => Windowed(g, agree, first, inputs),
            _ => Share.Late,
        };
    }

    /// <summary>A slice of samples stays one run of elements where what stands before its axis is as much as before.</summary>
    private Share Reshaped(Shape from, Shape to, int axis) =>
        AxisOf(to) is { } result && Before(from, axis) == Before(to, result) ? Share.Along(result) : Share.Late;

    private static Dim Before(Shape shape, int axis) => shape.Take(axis).Aggregate((Dim)1, (product, dim) => product * dim);

    private static Share Gathered(Gather gather, Share[] shares, Node[] inputs)
    {
        if (shares[0].IsWhole) return Share.Along(gather.Axis + shares[1].Axis);
        if (!shares[1].IsWhole || shares[0].Axis == gather.Axis) return Share.Late;
        return Share.Along(shares[0].Axis < gather.Axis ? shares[0].Axis : shares[0].Axis - 1 + inputs[1].Shape.Rank);
    }

    /// <summary>Samples that add to one tensor add a share of it each.</summary>
    private static Share Scattered(ScatterAdd scatter, Share[] shares, Node[] inputs)
    {
        var rank = inputs[0].Shape.Rank;
        if (!shares[1].IsSliced) return Share.Late;
        var axis = shares[1].Axis;
        if (axis >= scatter.Axis && axis < scatter.Axis + rank)
            return shares[0] == Share.Along(axis - scatter.Axis) ? Share.Partial : Share.Late;
        return shares[0].IsWhole ? Share.Along(axis < scatter.Axis ? axis : axis - rank + 1) : Share.Late;
    }

    private Share Contracted(Contraction contraction, Share[] shares, Node[] inputs)
    {
        var labels = new[] { contraction.Left, contraction.Right };
        int? label = null;
        for (var i = 0; i < 2; i++)
        {
            var axis = shares[i].IsSliced ? shares[i].Axis : AxisOf(inputs[i].Shape);
            if (axis is null && Counts(inputs[i].Shape)) return Share.Late;
            if (axis is not { } a) continue;
            if (label is { } other && other != labels[i][a]) return Share.Late;
            label = labels[i][a];
        }
        // Where one operand has the samples' axis and the other shares it, both were found to be sliced along it.
        return contraction.Output.Contains(label!.Value) ? Share.Along(contraction.Output.ToList().IndexOf(label.Value)) : Share.Partial;
    }

    private static Share Windowed(WindowGeometry geometry, bool agree, int axis, Node[] inputs) =>
        agree && axis < inputs[0].Shape.Rank - geometry.Rank ? Share.Along(axis) : Share.Late;
}
