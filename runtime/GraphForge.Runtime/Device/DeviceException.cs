namespace GraphForge.Runtime.Device;

/// <summary>A device is missing, too small, or refuses a program. The message says which and what to do.</summary>
public sealed class DeviceException(string message, Exception? inner = null) : Exception(message, inner);
