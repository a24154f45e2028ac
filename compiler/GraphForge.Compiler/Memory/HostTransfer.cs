namespace GraphForge.Compiler.Memory;

/// <summary>Which way a step copies a value between a device and memory of the host.</summary>
public enum HostTransfer : byte
{
    /// <summary>The step is work.</summary>
    None,

    /// <summary>To the host, once, right after the value was made.</summary>
    Store,

    /// <summary>Back to the device, into bytes of its own.</summary>
    Fetch,
}
