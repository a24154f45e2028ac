using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;

namespace GraphForge;

/// <content>Loops with memory.</content>
public static partial class Functional
{
    /// <summary>
    /// Runs <paramref name="body"/> over the first axis of <paramref name="inputs"/>, handing carries from step to step: what
    /// lax.scan is in JAX. The loop is one operation of the graph, however long, and differentiable with respect to carries,
    /// inputs and every tensor the body captures.
    /// </summary>
    /// <param name="carries">Carries before the first step; each keeps its shape and type.</param>
    /// <param name="inputs">Tensors [length, …]; a step sees one element […] of each.</param>
    /// <param name="body">
    /// One step: (carries, elements) ↦ (next carries, outputs). Called once, to write it down. Any other tensor may be used in
    /// it: what does not depend on its arguments is computed once, which goes for random values too.
    /// </param>
    /// <param name="reverse">Whether to go from the last element to the first; outputs stay at their elements' positions.</param>
    /// <param name="length">Number of steps; needed only where <paramref name="inputs"/> is empty.</param>
    /// <returns>Carries after the last step, and outputs [length, …] of all steps.</returns>
    /// <exception cref="GraphException">Lengths differ, or the body changes the number, type or shape of the carries.</exception>
    public static (Tensor[] Carries, Tensor[] Outputs) Scan(
        IReadOnlyList<Tensor> carries, IReadOnlyList<Tensor> inputs, Func<Tensor[], Tensor[], (Tensor[] Carries, Tensor[] Outputs)> body,
        bool reverse = false, Dim? length = null)
    {
        var result = Nodes.Scan(NodesOf(carries), NodesOf(inputs), Step, length, reverse);
        return (TensorsOf(result.Carries), TensorsOf(result.Outputs));

        (IReadOnlyList<Node>, IReadOnlyList<Node>) Step(IReadOnlyList<Node> before, IReadOnlyList<Node> elements)
        {
            var (next, outputs) = body(TensorsOf(before), TensorsOf(elements));
            return (NodesOf(Typed(next, before)), NodesOf(outputs));
        }
    }

    /// <summary>A scan with one carry, one stacked input and one output.</summary>
    /// <inheritdoc cref="Scan(IReadOnlyList{Tensor}, IReadOnlyList{Tensor}, Func{Tensor[], Tensor[], ValueTuple{Tensor[], Tensor[]}}, bool, Dim?)"/>
    public static (Tensor Carry, Tensor Outputs) Scan(
        Tensor carry, Tensor input, Func<Tensor, Tensor, (Tensor Carry, Tensor Output)> body, bool reverse = false)
    {
        var (carries, outputs) = Scan([carry], [input], (before, elements) =>
        {
            var (next, output) = body(before[0], elements[0]);
            return ([next], [output]);
        }, reverse);
        return (carries[0], outputs[0]);
    }

    /// <summary>A plain number takes the type of the carry it becomes.</summary>
    private static IEnumerable<Tensor> Typed(Tensor[] next, IReadOnlyList<Node> carries) =>
        next.Select((n, i) => n.IsNumber && i < carries.Count ? n.To(carries[i].Type.DType) : n);

    private static Node[] NodesOf(IEnumerable<Tensor> tensors) => [.. tensors.Select(t => t.Node)];

    private static Tensor[] TensorsOf(IEnumerable<Node> nodes) => [.. nodes.Select(n => new Tensor(n))];
}
