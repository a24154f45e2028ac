namespace GraphForge.Runtime.Artifacts;

/// <summary>What can be wrong with an artifact; each has one number, printed as <c>GF0501</c>.</summary>
public enum ArtifactError
{
    /// <summary>The file is missing, damaged, truncated, or no artifact.</summary>
    Malformed = 501,

    /// <summary>The artifact is of a format, or for a runtime, that this one does not know.</summary>
    Unsupported = 502,

    /// <summary>The artifact's code was not to be loaded: nobody who is trusted signed it.</summary>
    NotTrusted = 503,

    /// <summary>This processor cannot run any of the artifact's kernels.</summary>
    NoKernels = 504,

    /// <summary>The artifact holds no function, binding, input, output or state of this name.</summary>
    NotFound = 505,

    /// <summary>The artifact asks for more memory than there is, or is larger than one may be.</summary>
    TooLarge = 506,

    /// <summary>A run was given an array of the wrong size or type, or values out of range.</summary>
    BadRunArgument = 507,
}
