using GraphForge.Compiler.Graph;

namespace GraphForge.Compiler.Rewrite;

/// <summary>
/// Rewrites a graph until no rule applies. Nodes are interned, so each distinct node is brought to its normal form once,
/// operands first, and the work is about linear in the nodes that ever exist. Nothing recurses.
/// </summary>
public sealed class RewriteDriver
{
    private readonly RuleSet _rules;
    private readonly Dictionary<Node, Node> _normal = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Node, Node> _next = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<Node> _open = new(ReferenceEqualityComparer.Instance);
    private readonly Stack<Node> _stack = new();
    private readonly SortedDictionary<string, int> _fired = new(StringComparer.Ordinal);

    private RewriteDriver(RuleSet rules) => _rules = rules;

    /// <summary>The graph in normal form under <paramref name="rules"/>.</summary>
    /// <param name="graph">Any valid graph, bound or symbolic.</param>
    /// <param name="rules">Rules that lead to an end; a circle among them is reported.</param>
    /// <param name="fired">How often each rule was applied; rules that never were are absent.</param>
    /// <exception cref="InternalCompilerException">The rules go in a circle, or one changes the type of a value.</exception>
    public static ComputationGraph Apply(
        ComputationGraph graph, RuleSet rules, out IReadOnlyDictionary<string, int> fired)
    {
        var driver = new RewriteDriver(rules);
        foreach (var node in graph.TopologicalOrder()) driver.Normalise(node);
        fired = driver._fired;
        return graph.Map(n => driver._normal[n]);
    }

    private void Normalise(Node root)
    {
        Push(root);
        while (_stack.TryPeek(out var node))
        {
            if (_normal.ContainsKey(node)) _stack.Pop();
            else if (_next.TryGetValue(node, out var next)) Follow(node, next);
            else if (!PushInput(node)) Step(node);
        }
    }

    private void Push(Node node)
    {
        if (_normal.ContainsKey(node)) return;
        if (!_open.Add(node))
            throw new InternalCompilerException("rewrite",
                $"rules go in a circle at {node}; fired so far: {string.Join("; ", _fired.Select(f => $"{f.Key} ×{f.Value}"))}",
                GraphPrinter.Print(node));
        _stack.Push(node);
    }

    /// <summary><paramref name="node"/> has been replaced: its normal form is that of <paramref name="next"/>.</summary>
    private void Follow(Node node, Node next)
    {
        if (_normal.TryGetValue(next, out var normal)) Close(node, normal);
        else Push(next);
    }

    /// <summary>One operand at a time, so that the open nodes are one path and meeting one again is a circle.</summary>
    private bool PushInput(Node node)
    {
        foreach (var input in node.Inputs)
        {
            if (_normal.ContainsKey(input)) continue;
            Push(input);
            return true;
        }
        return false;
    }

    private void Step(Node node)
    {
        var inputs = new Node[node.Inputs.Length];
        for (var i = 0; i < inputs.Length; i++) inputs[i] = _normal[node.Inputs[i]];
        var rebuilt = node.WithInputs(inputs);
        if (ReferenceEquals(rebuilt, node) && Rewrite(node) is { } replacement) rebuilt = replacement;
        if (ReferenceEquals(rebuilt, node)) Close(node, node);
        else _next[node] = rebuilt;
    }

    private void Close(Node node, Node normal)
    {
        _normal[node] = normal;
        _open.Remove(node);
        _stack.Pop();
    }

    private Node? Rewrite(Node node)
    {
        using var scope = NodeScope.Of(node);
        foreach (var rule in _rules.For(node.Op.GetType()))
        {
            if (rule.Replace(node) is not { } replacement || ReferenceEquals(replacement, node)) continue;
            if (replacement.Type != node.Type)
                throw new InternalCompilerException("rewrite", $"'{rule}' turns {node} into {replacement}", GraphPrinter.Print(node));
            _fired[rule.Name] = _fired.GetValueOrDefault(rule.Name) + 1;
            return replacement;
        }
        return null;
    }
}
