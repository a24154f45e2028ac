namespace GraphForge.Tool;

/// <summary>What a command ends with; the numbers are part of the interface.</summary>
internal enum ExitCode
{
    /// <summary>All that was asked for is done.</summary>
    Done = 0,

    /// <summary>A check came to the result that something is wrong: <c>verify</c> found a difference.</summary>
    CheckFailed = 1,

    /// <summary>The command line, a file, an artifact or a budget does not do.</summary>
    BadInput = 2,

    /// <summary>A defect of GraphForge.</summary>
    Unexpected = 3,

    /// <summary>Ended by Ctrl+C, as shells number it.</summary>
    Cancelled = 130,
}
