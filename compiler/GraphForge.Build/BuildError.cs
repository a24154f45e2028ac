namespace GraphForge.Build;

/// <summary>Mistakes that only a build can meet; those of models are <see cref="Compiler.Graph.ErrorCode"/>s.</summary>
internal enum BuildError
{
    /// <summary>What is marked is nothing that can be compiled.</summary>
    NotAModel = 601,

    /// <summary>The marked method threw.</summary>
    ModelFailed = 602,

    /// <summary>The name of a model is no name for a class, or two models have it.</summary>
    BadName = 603,

    /// <summary>The weights are too large for an assembly.</summary>
    TooLarge = 604,

    /// <summary>The assembly with the models, or one it needs, is missing or broken.</summary>
    NotLoadable = 605,

    /// <summary>A mistake of ours.</summary>
    Internal = 699,
}
