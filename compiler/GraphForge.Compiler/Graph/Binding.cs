using GraphForge.Compiler.Ops;

namespace GraphForge.Compiler.Graph;

/// <summary>Gives the symbols of a graph their values.</summary>
public static class Binding
{
    /// <summary>The graph with each symbol replaced, so that every extent is an integer.</summary>
    /// <param name="graph">A graph whose extents may hold symbols.</param>
    /// <param name="values">A value within its bounds for each symbol; values of symbols the graph lacks are ignored.</param>
    /// <exception cref="GraphException">
    /// A symbol has no value or one outside its bounds, or an op does not work at these extents.
    /// </exception>
    public static ComputationGraph Bind(ComputationGraph graph, IReadOnlyDictionary<DimSymbol, long> values)
    {
        var symbols = SymbolsOf(graph);
        foreach (var symbol in symbols) Check(symbol, values);
        // Without symbols too: a state may have been renamed since its node was made, and nodes are interned by name.
        return Topology.Rebuild(graph, (node, inputs) => Rebuild(node, inputs, values, symbols));
    }

    private static List<DimSymbol> SymbolsOf(ComputationGraph graph)
    {
        var symbols = new HashSet<DimSymbol>();
        Collect(graph.TopologicalOrder(), symbols);
        return symbols.OrderBy(s => s.Name, StringComparer.Ordinal).ToList();
    }

    private static void Collect(IReadOnlyList<Node> nodes, HashSet<DimSymbol> symbols)
    {
        foreach (var node in nodes)
        {
            foreach (var dim in node.Shape) symbols.UnionWith(dim.Symbols);
            if (node.Op is DimSize size) symbols.UnionWith(size.Dim.Symbols);
            if (node.Op is Scan scan) symbols.UnionWith(scan.Length.Symbols);
            foreach (var body in node.Op.Bodies) Collect(body.Order, symbols);
        }
    }

    private static void Check(DimSymbol symbol, IReadOnlyDictionary<DimSymbol, long> values)
    {
        if (!values.TryGetValue(symbol, out var value))
            throw new GraphException(ErrorCode.BadBinding,
                $"the extent {symbol.Name} has no value; bind it to {symbol.Minimum}..{symbol.Maximum}.");
        if (value < symbol.Minimum || value > symbol.Maximum)
            throw new GraphException(ErrorCode.BadBinding,
                $"the extent {symbol.Name} cannot be {value}; it was declared to lie in {symbol.Minimum}..{symbol.Maximum}.");
    }

    private static Node Rebuild(
        Node node, Node[] inputs, IReadOnlyDictionary<DimSymbol, long> values, List<DimSymbol> symbols)
    {
        try
        {
            return Node.Of(node.Op.Bind(values), inputs);
        }
        catch (GraphException e)
        {
            var bound = string.Join(", ", symbols.Select(s => $"{s.Name} = {values[s]}"));
            throw new GraphException(e.Code, $"{e.Problem} This is with {bound}.", node.Source.IsKnown ? node.Source : e.Location);
        }
    }
}
