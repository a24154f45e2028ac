using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;

namespace GraphForge.Compiler.Schedule;

/// <summary>Where the kernels of a program, or of a loop's body, find nodes they do not compute and put those they store.</summary>
public abstract class NodeStorage
{
    /// <summary>Counters of the loops around, outermost first.</summary>
    public abstract IReadOnlyList<LoopVar> Counters { get; }

    /// <summary>The element of a leaf, or of a node some group stores.</summary>
    public abstract Expr Load(Node node, IndexExpr[] index);

    /// <summary>The buffer a stored node stands in, and the linear index of its first element there.</summary>
    public abstract (LoopBuffer Buffer, IndexExpr Start) PlaceOf(Node node);

    /// <summary>Buffers the planner places for as long as the program, or one iteration of the loop, runs.</summary>
    public abstract bool Owns(LoopBuffer buffer);

    /// <summary>A buffer of this place for what no node stands for.</summary>
    public abstract LoopBuffer Reserve(string name, Runtime.DType type, long count);
}
