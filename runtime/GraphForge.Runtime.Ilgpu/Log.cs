using Microsoft.Extensions.Logging;

namespace GraphForge.Runtime.Ilgpu;

/// <summary>Lines of the log.</summary>
internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Programs run on {Device}: {Reason}")]
    public static partial void Chosen(ILogger logger, Device device, string reason);
}
