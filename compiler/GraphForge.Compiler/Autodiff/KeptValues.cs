using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;

namespace GraphForge.Compiler.Autodiff;

/// <summary>
/// What the backward scan needs of the forward step: carries and elements, and products instead of what they are made of. Where
/// nothing but one value is made of a product, such as its sum with an element, that value is kept in its place: it takes no more
/// bytes, spares computing it again, and the element need not be kept beside it.
/// </summary>
internal sealed class KeptValues
{
    private readonly HashSet<Node> _forward;
    private readonly HashSet<Node> _varying;
    private readonly HashSet<Node> _stops = new(ReferenceEqualityComparer.Instance);

    /// <summary>What is kept, in the order it is found, and who reads it.</summary>
    private readonly List<Node> _kept = [];
    private readonly Dictionary<Node, HashSet<Node>> _readers = new(ReferenceEqualityComparer.Instance);

    private KeptValues(Subgraph body, IEnumerable<Node> perStep)
    {
        _forward = new(body.Order, ReferenceEqualityComparer.Instance);
        _varying = new(perStep, ReferenceEqualityComparer.Instance);
        foreach (var node in body.Order)
            if (node.Inputs.ToArray().Any(_varying.Contains)) _varying.Add(node);
    }

    /// <param name="body">The forward step.</param>
    /// <param name="roots">What is computed from it.</param>
    /// <param name="perStep">Parameters of the forward step that differ from step to step.</param>
    public static IReadOnlyList<Node> Of(Subgraph body, Node[] roots, IEnumerable<Node> perStep)
    {
        var values = new KeptValues(body, perStep);
        do values.Find(roots);
        while (values.Advance(roots));
        return values._kept;
    }

    /// <summary>Walks from the roots to the first values that are kept.</summary>
    private void Find(Node[] roots)
    {
        _kept.Clear();
        _readers.Clear();
        var seen = new HashSet<Node>(ReferenceEqualityComparer.Instance);
        var stack = new Stack<Node>(roots.Reverse());
        while (stack.TryPop(out var node))
        {
            if (!seen.Add(node)) continue;
            if (IsKept(node))
            {
                _kept.Add(node);
                continue;
            }
            foreach (var input in node.Inputs)
            {
                if (!_readers.TryGetValue(input, out var readers)) _readers[input] = readers = new(ReferenceEqualityComparer.Instance);
                readers.Add(node);
                stack.Push(input);
            }
        }
    }

    /// <summary>Keeps in place of products, and of what took the place of some, the one value that is made of them.</summary>
    private bool Advance(Node[] roots)
    {
        var advanced = false;
        foreach (var node in _kept.Where(n => n.Op is not BodyParameter && !roots.Contains(n)))
            if (_readers[node] is { Count: 1 } readers && readers.Single() is var next && _forward.Contains(next) && !TakesMore(next, node))
                advanced |= _stops.Add(next);
        return advanced;
    }

    private bool IsKept(Node node) =>
        _varying.Contains(node) && (node.Op is BodyParameter || _forward.Contains(node) && (IsProduct(node) || _stops.Contains(node)));

    /// <summary>Extents may be symbols: where the bytes cannot be compared, they count as more.</summary>
    private static bool TakesMore(Node next, Node node) =>
        !next.Shape.Equals(node.Shape) || Runtime.DTypes.Size(next.Type.DType) > Runtime.DTypes.Size(node.Type.DType);

    private static bool IsProduct(Node node) =>
        node.Op is Contraction or Convolution or ConvolutionInputGradient or ConvolutionWeightGradient || node.Op.Bodies.Count > 0;
}
