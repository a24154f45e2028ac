using GraphForge.Compiler.Graph;

namespace GraphForge.Compiler.Tests.Reference;

/// <summary>How GraphForge builds an operation that PyTorch's figures were recorded for.</summary>
/// <param name="Operation">Name in the recorded cases.</param>
/// <param name="Build">The operation on its operands.</param>
public sealed record CaseOperation(string Operation, Func<Node[], CaseAttributes, Node> Build)
{
    public CaseOperation(string operation, Func<Node, Node> build) : this(operation, (x, _) => build(x[0])) { }

    public CaseOperation(string operation, Func<Node, Node, Node> build) : this(operation, (x, _) => build(x[0], x[1])) { }

    public CaseOperation(string operation, Func<Node, Node, Node, Node> build)
        : this(operation, (x, _) => build(x[0], x[1], x[2])) { }
}

/// <summary>Every operation with recorded cases, by name.</summary>
public static class CaseOperations
{
    public static IReadOnlyDictionary<string, CaseOperation> All { get; } =
        ElementwiseOperations.All.Concat(MovementOperations.All).Concat(ReductionOperations.All)
            .Concat(FunctionOperations.All).Concat(WindowOperations.All).Concat(ElementChoiceOperations.All).ToDictionary(row => row.Operation);
}
