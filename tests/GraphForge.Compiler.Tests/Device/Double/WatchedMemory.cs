using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace GraphForge.Compiler.Tests.Device.Double;

/// <summary>
/// Memory of the double that finds races: an element that a thread wrote must not be touched by a thread of another group in the
/// same launch, nor by another thread of its group before they have met at a barrier; likewise one that was read must not be written.
/// </summary>
/// <param name="name">Name for people.</param>
/// <param name="bytes">Size.</param>
internal sealed class WatchedMemory(string name, long bytes)
{
    private const int Several = -2;

    private readonly byte[] _bytes = Filled(bytes);
    private readonly Access[] _written = new Access[bytes], _read = new Access[bytes];
    private int _launch = 1;

    public Span<byte> Bytes => _bytes;

    /// <summary>Whatever was touched before, nobody remembers.</summary>
    public void BeginLaunch() => _launch++;

    public T Read<T>(long start) where T : unmanaged
    {
        var thread = RunningThread.Current;
        for (var i = start; i < start + Unsafe.SizeOf<T>(); i++)
        {
            if (Conflicts(_written[i], thread)) throw Race("reads", "wrote", thread, i, _written[i]);
            ref var read = ref _read[i];
            var isFirst = read.Launch != _launch;
            var (group, phase) = (thread.Group, thread.Phase);
            read = isFirst ? new Access(_launch, group, thread.Index, phase)
                : new Access(_launch, read.Group == group ? group : Several,
                    read.Phase == phase && read.Thread != thread.Index ? Several : thread.Index, phase);
        }
        return MemoryMarshal.Read<T>(_bytes.AsSpan((int)start));
    }

    public void Write<T>(long start, T value) where T : unmanaged
    {
        var thread = RunningThread.Current;
        for (var i = start; i < start + Unsafe.SizeOf<T>(); i++)
        {
            if (Conflicts(_written[i], thread)) throw Race("writes", "wrote", thread, i, _written[i]);
            if (Conflicts(_read[i], thread)) throw Race("writes", "read", thread, i, _read[i]);
            _written[i] = new Access(_launch, thread.Group, thread.Index, thread.Phase);
        }
        MemoryMarshal.Write(_bytes.AsSpan((int)start), value);
    }

    public override string ToString() => $"{name} of {_bytes.Length} bytes";

    /// <summary>NaN in every float type; no plausible integer.</summary>
    private static byte[] Filled(long bytes)
    {
        var filled = new byte[bytes];
        Array.Fill(filled, (byte)0xFF);
        return filled;
    }

    private bool Conflicts(Access access, RunningThread thread) => access.Launch == _launch &&
        (access.Group != thread.Group || access.Phase == thread.Phase && access.Thread != thread.Index);

    private InvalidOperationException Race(string does, string did, RunningThread thread, long at, Access other) =>
        new($"race: {thread} {does} byte {at} of {this}, which {Name(other.Thread, "thread", "threads")} of {Name(other.Group, "group", "groups")} {did} with no barrier between");

    private static string Name(int number, string one, string several) => number == Several ? $"several {several}" : $"{one} {number}";

    private readonly record struct Access(int Launch, int Group, int Thread, int Phase);
}
