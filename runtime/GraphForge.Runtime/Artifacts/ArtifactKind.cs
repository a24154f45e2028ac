namespace GraphForge.Runtime.Artifacts;

/// <summary>What an artifact is for.</summary>
public enum ArtifactKind
{
    /// <summary>A model that is run: nothing in it changes.</summary>
    Inference,

    /// <summary>A whole training step with the optimizer's state, and its evaluation.</summary>
    Training,
}
