namespace GraphForge;

/// <summary>What a loss makes of the losses of its elements.</summary>
public enum Reduction
{
    /// <summary>Their mean; with class weights the weighted one. NaN of no elements.</summary>
    Mean,

    /// <summary>Their sum.</summary>
    Sum,

    /// <summary>Nothing: they are the result.</summary>
    None,

    /// <summary>Their sum divided by the extent of the first axis, the batch.</summary>
    BatchMean,
}
