namespace GraphForge.Runtime;

/// <summary>Where the newest elements of a state are while they are not in the state's own memory.</summary>
internal interface IElementSource
{
    /// <summary>Held by whoever moves elements from here or to here.</summary>
    Lock Turn { get; }

    /// <summary>Copies all elements.</summary>
    /// <param name="address">Receives them.</param>
    /// <param name="bytes">Their size.</param>
    void Read(nint address, long bytes);
}
