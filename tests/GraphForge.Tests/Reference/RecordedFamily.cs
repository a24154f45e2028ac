using System.Collections.Concurrent;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Compiler.Tests.Reference;

namespace GraphForge.Tests.Reference;

/// <summary>A function of a recorded case's operands and attributes, as a user writes it.</summary>
public delegate Tensor FamilyFunction(Tensor[] operands, CaseAttributes attributes);

/// <summary>
/// A family of functions or layers with the cases recorded for it in <c>tests/Reference/families</c>: each case is run by the
/// reference evaluator and, many cases to a program, compiled.
/// </summary>
public sealed class RecordedFamily
{
    private static readonly ConcurrentDictionary<Type, bool> Applied = new();

    private readonly IReadOnlyDictionary<string, FamilyFunction> _functions;
    private readonly Lazy<IReadOnlyDictionary<string, (CaseBatch Batch, CaseGraph Graph)>> _graphs;

    /// <param name="name">Name of the family's file.</param>
    /// <param name="functions">How GraphForge computes each recorded operation.</param>
    public RecordedFamily(string name, IReadOnlyDictionary<string, FamilyFunction> functions)
    {
        _functions = functions;
        Cases = RecordedCase.Family(name);
        _graphs = new(() => CaseBatch.Of(Cases, recorded => (operands, attributes) =>
            functions[recorded.Operation]([.. operands.Select(o => new Tensor(o))], attributes).Node));
    }

    public IReadOnlyList<RecordedCase> Cases { get; }

    /// <summary>The layers that the cases of all test classes are about.</summary>
    public static IReadOnlyCollection<Type> AppliedLayers()
    {
        var classes = typeof(RecordedFamily).Assembly.GetTypes().Where(type => type.IsClass && type.IsAssignableTo(typeof(IRecordedFamily)));
        foreach (var type in classes) _ = ((RecordedFamily)type.GetProperty(nameof(IRecordedFamily.Family))!.GetValue(null)!)._graphs.Value;
        return [.. Applied.Keys];
    }

    /// <summary>Fails unless the reference evaluator is as good as PyTorch.</summary>
    public void AssertReference(RecordedCase recorded)
    {
        var (batch, graph) = _graphs.Value[recorded.Name];
        graph.AssertWithin(batch.Reference);
    }

    /// <summary>Fails unless the compiled program is as good as PyTorch.</summary>
    public void AssertCompiled(RecordedCase recorded)
    {
        var (batch, graph) = _graphs.Value[recorded.Name];
        graph.AssertWithin(batch.Compiled);
    }

    /// <summary>Fails where a function has no case.</summary>
    public void AssertComplete() => Assert.That(_functions.Keys, Is.EquivalentTo(Cases.Select(c => c.Operation).Distinct()));

    /// <summary>A layer of one tensor as a function of that and, if it has any, its parameters.</summary>
    public static FamilyFunction Layer(Func<CaseAttributes, Module> make) => (x, a) =>
    {
        var layer = make(a);
        return Apply(layer, () => layer.Forward(x[0]), x, a);
    };

    /// <summary>What a layer gives when recorded operands take the places of its parameters.</summary>
    /// <param name="layer">The layer, with any parameter values.</param>
    /// <param name="forward">Its result for the inputs, which are the first operands.</param>
    /// <param name="operands">Inputs, then parameters.</param>
    /// <param name="attributes">Names the parameters.</param>
    public static Tensor Apply(Module layer, Func<Tensor> forward, Tensor[] operands, CaseAttributes attributes)
    {
        Applied[layer.GetType()] = true;
        string[] names = attributes.Has("parameters") ? attributes.Texts("parameters") : [];
        var parameters = layer.NamedParameters().ToDictionary();
        Assert.That(parameters.Keys, Is.EquivalentTo(names), "names of parameters");
        var replacements = names.Zip(operands[^names.Length..]).ToDictionary(p => ((Tensor)parameters[p.First]).Node, p => p.Second.Node);
        var graph = new ComputationGraph("layer", [new NamedOutput("y", forward().Node)], []);
        return new Tensor(Topology.Rebuild(graph, (node, inputs) => replacements.GetValueOrDefault(node) ?? node.WithInputs(inputs)).Outputs[0].Value);
    }

    /// <summary>Several results as PyTorch's figures have them: each flattened, one after another.</summary>
    public static Tensor Flat(params Tensor[] results) => Tensor.Cat([.. results.Select(r => r.Reshape(-1))], 0);
}
