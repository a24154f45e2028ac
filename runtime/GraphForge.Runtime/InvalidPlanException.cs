namespace GraphForge.Runtime;

/// <summary>An <see cref="ExecutionPlan"/> that cannot be executed safely. The message names the buffer or step.</summary>
public sealed class InvalidPlanException(string message) : Exception(message);
