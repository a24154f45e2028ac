namespace GraphForge.Tool.Options;

/// <summary>Whose code is run.</summary>
internal enum TrustChoice
{
    /// <summary>Nobody's: the graph is compiled anew, here.</summary>
    None,

    /// <summary>The artifact's, whoever made it.</summary>
    Local,

    /// <summary>The artifact's, if it is signed with a key that was named.</summary>
    Signed,
}
