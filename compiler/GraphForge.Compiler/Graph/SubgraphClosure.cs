using GraphForge.Compiler.Ops;
using GraphForge.Compiler.Rewrite;

namespace GraphForge.Compiler.Graph;

/// <summary>
/// Closes a piece of graph over chosen nodes. What does not depend on them is the same in every run of the piece: it stays
/// outside, and its values come in as further parameters.
/// </summary>
/// <param name="Body">The closed piece; its parameters are the chosen nodes, then <paramref name="Captured"/>.</param>
/// <param name="Captured">Nodes outside whose values the piece reads.</param>
public sealed record SubgraphClosure(Subgraph Body, IReadOnlyList<Node> Captured)
{
    private static long _placeholders;

    /// <summary>A leaf like no other, to build a body over before its parameters have numbers.</summary>
    public static Node Placeholder(TensorType type) => Node.Of(new BodyParameter(Interlocked.Decrement(ref _placeholders), type));

    /// <param name="parameters">Nodes that become the first parameters, whatever they are computed from.</param>
    /// <param name="roots">What the body yields.</param>
    public static SubgraphClosure Of(IReadOnlyList<Node> parameters, IReadOnlyList<Node> roots) => new Closing(parameters).Close(roots);

    private sealed class Closing
    {
        private readonly List<TensorType> _types;
        private readonly List<Node> _captured = [];
        private readonly Dictionary<Node, Node> _inside = new(ReferenceEqualityComparer.Instance);

        public Closing(IReadOnlyList<Node> parameters)
        {
            _types = parameters.Select(p => p.Type).ToList();
            for (var i = 0; i < parameters.Count; i++) _inside.TryAdd(parameters[i], Node.Of(new BodyParameter(i, parameters[i].Type)));
        }

        public SubgraphClosure Close(IReadOnlyList<Node> roots)
        {
            var varying = new HashSet<Node>(_inside.Keys, ReferenceEqualityComparer.Instance);
            foreach (var node in Topology.Order(roots))
            {
                if (varying.Contains(node) || !ContainsAny(varying, node.Inputs)) continue;
                varying.Add(node);
                var inputs = new Node[node.Inputs.Length];
                for (var i = 0; i < inputs.Length; i++) inputs[i] = Inside(node.Inputs[i]);
                _inside[node] = node.WithInputs(inputs);
            }
            var inner = roots.Select(Inside).ToEquatable();
            return new SubgraphClosure(new Subgraph(_types.ToEquatable(), inner), _captured);
        }

        /// <summary>
        /// The node in the body that stands for one outside. Numbers, and what only rearranges elements, go along: inside they
        /// cost index arithmetic, outside they would cost a buffer.
        /// </summary>
        private Node Inside(Node node)
        {
            if (_inside.TryGetValue(node, out var known)) return known;
            var (top, chain) = (node, new Stack<Node>());
            while (!_inside.ContainsKey(top) && top.Op is Reshape or Permute or Expand or Slice or Flip)
            {
                chain.Push(top);
                top = top.Inputs[0];
            }
            if (!_inside.TryGetValue(top, out var inner)) inner = _inside[top] = IsNumber(top) ? top : Capture(top);
            while (chain.TryPop(out var movement)) inner = _inside[movement] = movement.WithInputs(inner);
            return inner;
        }

        private Node Capture(Node node)
        {
            _captured.Add(node);
            _types.Add(node.Type);
            return Node.Of(new BodyParameter(_types.Count - 1, node.Type));
        }

        private static bool IsNumber(Node node) => node.Op is Iota or DimSize || UniformValue.TryGet(node, out _);

        private static bool ContainsAny(HashSet<Node> set, ReadOnlySpan<Node> nodes)
        {
            foreach (var node in nodes)
                if (set.Contains(node)) return true;
            return false;
        }
    }
}
