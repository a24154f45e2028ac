namespace GraphForge.Compiler.Memory;

/// <summary>What a tensor of the arena is to the program.</summary>
public enum TensorRole : byte
{
    /// <summary>Filled by the caller before a run.</summary>
    Input,

    /// <summary>Computed on the way to an output.</summary>
    Activation,

    /// <summary>Computed for updates of states alone: gradients, and what an optimizer makes of them.</summary>
    Gradient,

    /// <summary>Read by the caller after a run.</summary>
    Output,

    /// <summary>What one iteration of a loop works on.</summary>
    Scratch,
}
