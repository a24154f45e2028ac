namespace GraphForge.Tool;

/// <summary>What was asked for cannot be done. The message says why and what would do.</summary>
internal sealed class CommandException(string message, Exception? cause = null) : Exception(message, cause);
