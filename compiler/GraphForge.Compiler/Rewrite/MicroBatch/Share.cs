namespace GraphForge.Compiler.Rewrite.MicroBatch;

/// <summary>What a slice of the batch gives of a value.</summary>
internal enum ShareKind
{
    /// <summary>All of it: the value does not depend on the samples, or is computed for all of them beforehand.</summary>
    Whole,

    /// <summary>The same slice of it: element i along an axis depends on sample i alone.</summary>
    Sliced,

    /// <summary>A summand: the value is the sum of what the slices give.</summary>
    Partial,

    /// <summary>Nothing: it takes the values of all slices.</summary>
    Late,
}

/// <summary>A kind, with the axis that counts samples where the value is sliced.</summary>
internal readonly record struct Share(ShareKind Kind, int Axis = -1)
{
    public static Share Whole { get; } = new(ShareKind.Whole);

    public static Share Partial { get; } = new(ShareKind.Partial);

    public static Share Late { get; } = new(ShareKind.Late);

    public static Share Along(int axis) => new(ShareKind.Sliced, axis);

    public bool IsWhole => Kind == ShareKind.Whole;

    public bool IsSliced => Kind == ShareKind.Sliced;

    public bool IsPartial => Kind == ShareKind.Partial;
}
