namespace GraphForge.Runtime;

/// <summary>Work that every member of a team does together.</summary>
internal interface IParallelRegion
{
    /// <summary>
    /// One member's part. Called once per member, concurrently. Must not throw, and every member must pass the same number
    /// of barriers.
    /// </summary>
    void Execute(ref TeamMember member);
}
