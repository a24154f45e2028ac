using GraphForge.Compiler.Autodiff;
using GraphForge.Compiler.Graph;

namespace GraphForge.Compiler.Ops;

/// <summary>Which result of a scan a node is.</summary>
public enum ScanResultKind
{
    /// <summary>A carry after the last step; its initial value when there is no step.</summary>
    Final,

    /// <summary>
    /// A carry before, between and after the steps, [length + 1, …]: entry t stands before element t and behind element t − 1.
    /// The initial value is entry 0, or the last one of a reverse scan.
    /// </summary>
    States,

    /// <summary>An output of every step, [length, …], at the position of the element the step read.</summary>
    Stacked,

    /// <summary>[2, …]: a carry after n steps is entry n mod 2, before the last step the other one. What a loop keeps anyway.</summary>
    Recent,
}

/// <summary>Result number <paramref name="Index"/> of a kind: a carry, or an output for <see cref="ScanResultKind.Stacked"/>.</summary>
public readonly record struct ScanResult(ScanResultKind Kind, int Index)
{
    public override string ToString() => $"{Kind.ToString().ToLowerInvariant()} {Index}";
}

/// <summary>
/// A loop with memory: from initial carries, step by step, (carries, elements, captured) ↦ (next carries, outputs), over the
/// elements of stacked operands along their first axis. Operands are the initial carries, the stacked tensors, then captured
/// values that every step sees whole. The body yields the next carries, then the outputs.
/// </summary>
/// <param name="Body">One step; parameters are carries, elements, captured values.</param>
/// <param name="Carries">Number of carries.</param>
/// <param name="StackedInputs">Number of stacked operands.</param>
/// <param name="Length">Number of steps: the first extent of every stacked operand.</param>
/// <param name="Reverse">Whether steps go from the last element to the first.</param>
/// <param name="Result">Which result the node is.</param>
public sealed record Scan(Subgraph Body, int Carries, int StackedInputs, Dim Length, bool Reverse, ScanResult Result) : SiblingOp
{
    public override string Attributes =>
        $"{Result}, carries={Carries}, stacked={StackedInputs}, length={Length}{(Reverse ? ", reverse" : "")}, body={Body}";

    public int Outputs => Body.Roots.Count - Carries;

    public override Op Leader => this with { Result = new ScanResult(Carries > 0 ? ScanResultKind.Final : ScanResultKind.Stacked, 0) };

    public override IReadOnlyList<Subgraph> Bodies => [Body];

    public override Op WithBodies(IReadOnlyList<Subgraph> bodies) => this with { Body = bodies[0] };

    /// <summary>Element number <paramref name="step"/> in the order of the steps.</summary>
    public long ElementOf(long step) => Reverse ? Length.Value - 1 - step : step;

    public override TensorType Infer(ReadOnlySpan<TensorType> inputs)
    {
        OperandRules.Arity(this, inputs, Body.Parameters.Count);
        for (var i = 0; i < inputs.Length; i++)
        {
            var expected = Body.Parameters[i];
            if (i >= Carries && i < Carries + StackedInputs) expected = Along(Length, expected);
            if (inputs[i] != expected) throw Broken($"operand {i} is {inputs[i]} where the body takes {expected}");
        }
        for (var i = 0; i < Carries; i++)
            if (Body.Roots[i].Type != Body.Parameters[i])
                throw Broken($"carry {i} is {Body.Parameters[i]} and becomes {Body.Roots[i].Type}");
        return TypeOf(Result);
    }

    public TensorType TypeOf(ScanResult result) => result.Kind switch
    {
        ScanResultKind.Final => Body.Parameters[result.Index],
        ScanResultKind.States => Along(Length + 1, Body.Parameters[result.Index]),
        ScanResultKind.Recent => Along(2, Body.Parameters[result.Index]),
        _ => Along(Length, Body.Roots[Carries + result.Index].Type),
    };

    private static TensorType Along(Dim length, TensorType element) => element with { Shape = [length, .. element.Shape] };

    private InternalCompilerException Broken(string problem) => new("infer", $"{this}: {problem}");

    public override Node?[] Gradient(IReadOnlyList<(Node Result, Node Cotangent)> results, IReadOnlyList<bool> isWanted) =>
        new ScanGradient(results, isWanted).Operands();

    public override Literal Evaluate(Node node, ReadOnlySpan<Literal> inputs) => ScanEvaluation.Of(this, inputs)[Result];

    public override Op Bind(IReadOnlyDictionary<DimSymbol, long> values) =>
        this with { Body = Body.Bind(values), Length = Length.Bind(values) };
}
