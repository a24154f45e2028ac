namespace GraphForge.Compiler.Memory;

/// <summary>How the planner saves bytes at the cost of time.</summary>
public enum MemoryChoiceKind : byte
{
    /// <summary>A value is computed again where it is needed instead of being kept.</summary>
    Recompute,

    /// <summary>The batch is worked through in slices whose gradients are summed.</summary>
    MicroBatch,

    /// <summary>A value waits in memory of the host until a device needs it again.</summary>
    Offload,
}
