namespace GraphForge.Compiler.Graph;

/// <summary>
/// The user's mistake: a model that cannot be built, or a call that does not fit it. The message names the op, the shapes,
/// the user's file and line, and the remedy.
/// </summary>
/// <param name="code">Stable code, <c>GFnnnn</c>; see <see cref="ErrorCode"/>.</param>
/// <param name="problem">What is wrong and what would be right, without location.</param>
/// <param name="source">Where in the user's code.</param>
public sealed class GraphException(ErrorCode code, string problem, SourceLocation source)
    : Exception($"{(source.IsKnown ? source + ": " : "")}error GF{(int)code:0000}: {problem}")
{
    public ErrorCode Code { get; } = code;

    public string Problem { get; } = problem;

    public SourceLocation Location { get; } = source;

    /// <summary>An error at the user's line that is being executed now.</summary>
    public GraphException(ErrorCode code, string problem) : this(code, problem, SourceLocation.Capture()) { }
}

/// <summary>Every mistake a user can make has one number; printed as <c>GF0101</c>. Those of artifacts are <see cref="Runtime.Artifacts.ArtifactError"/>s, from 501 on.</summary>
public enum ErrorCode
{
    /// <summary>Operand shapes do not fit each other.</summary>
    ShapeMismatch = 101,

    /// <summary>An operand has an element type the op does not take.</summary>
    WrongDType = 102,

    /// <summary>An axis is out of range or named twice.</summary>
    BadAxis = 103,

    /// <summary>An attribute (stride, padding, probability, …) is out of range.</summary>
    BadAttribute = 104,

    /// <summary>An operation needs an extent that is still symbolic.</summary>
    SymbolicDim = 105,

    /// <summary>A gradient was asked of something that has none.</summary>
    NoGradient = 106,

    /// <summary>A graph reads a value that nobody provides.</summary>
    DanglingInput = 201,

    /// <summary>Two inputs, outputs or parameters share a name.</summary>
    DuplicateName = 202,

    /// <summary>A symbol was bound outside its bounds, or not at all.</summary>
    BadBinding = 203,

    /// <summary>The plan does not fit the memory budget.</summary>
    OverBudget = 204,

    /// <summary>A run was given data of the wrong size, type or name.</summary>
    BadRunArgument = 301,

    /// <summary>A data file is missing, truncated or malformed.</summary>
    BadData = 401,
}

/// <summary>Our mistake: a pass broke an invariant. The message names the pass and carries a dump.</summary>
public sealed class InternalCompilerException(string pass, string problem, string dump = "")
    : Exception($"internal error in {pass}: {problem}{(dump.Length > 0 ? Environment.NewLine + dump : "")}")
{
    public string Pass { get; } = pass;
}
