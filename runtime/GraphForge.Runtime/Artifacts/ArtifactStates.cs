using System.Buffers.Binary;
using GraphForge.Runtime.Serialization;

namespace GraphForge.Runtime.Artifacts;

/// <summary>
/// The states of an artifact. Those of a model that is only run are used where the file is mapped, if they start on 64 bytes;
/// others, and those that training changes, are copies. Runs that write states exclude all others.
/// </summary>
internal sealed class ArtifactStates
{
    private readonly ArtifactFile _file;
    private readonly StateBuffer[] _buffers;

    /// <summary>Runs that read at the moment; −1 while one writes.</summary>
    private int _users;

    /// <exception cref="ArtifactException">The weights are malformed, or not those the manifest describes.</exception>
    public ArtifactStates(ArtifactFile file)
    {
        _file = file;
        var (offset, length) = file.Locate(ArtifactManifest.Weights);
        var (header, data) = ReadHeader(offset, length);
        var states = file.Manifest.States;
        if (header.Entries.Count != states.Count)
            throw file.Memory.Malformed($"{ArtifactManifest.Weights} holds {header.Entries.Count} tensors where the manifest names {states.Count} states.");
        _buffers = [.. states.Select(state => Load(state, header, data))];
    }

    public IReadOnlyList<StateBuffer> Buffers => _buffers;

    /// <summary>Begins a run; nobody waits.</summary>
    /// <exception cref="InvalidOperationException">Another run is in the way.</exception>
    public void Enter(bool writes)
    {
        for (var users = Volatile.Read(ref _users); ;)
        {
            if (writes ? users != 0 : users < 0)
                throw new InvalidOperationException("Another run uses the states of the artifact at this moment, and one of both changes them; let one end before the next begins.");
            var seen = Interlocked.CompareExchange(ref _users, writes ? -1 : users + 1, users);
            if (seen == users) return;
            users = seen;
        }
    }

    /// <summary>Ends a run.</summary>
    public void Leave(bool writes)
    {
        if (writes) Volatile.Write(ref _users, 0);
        else Interlocked.Decrement(ref _users);
    }

    private (SafetensorsHeader Header, long Data) ReadHeader(long offset, long length)
    {
        if (length < SafetensorsHeader.LengthBytes) throw Malformed("it is too short");
        var header = BinaryPrimitives.ReadUInt64LittleEndian(_file.Memory.Slice(offset, SafetensorsHeader.LengthBytes));
        var rest = length - SafetensorsHeader.LengthBytes;
        if (header > SafetensorsHeader.MaxLength || (long)header > rest) throw Malformed($"its header is to have {header} bytes");
        try
        {
            var json = _file.Memory.Slice(offset + SafetensorsHeader.LengthBytes, (int)header);
            return (SafetensorsHeader.Parse(json, rest - (long)header), offset + SafetensorsHeader.LengthBytes + (long)header);
        }
        catch (SafetensorsException e)
        {
            throw Malformed(e.Message, e);
        }
    }

    private StateBuffer Load(ArtifactState state, SafetensorsHeader header, long data)
    {
        if (!header.Entries.TryGetValue(state.Name, out var entry)) throw Malformed($"the state {state} is missing");
        if (entry.Type != SafetensorsType.Of(state.DType) || !entry.Dims.SequenceEqual(state.Dims)) throw Malformed($"the state {state} is {entry} there");
        var address = _file.Memory.At(data + entry.Begin);
        if (_file.Manifest.Kind == ArtifactKind.Inference && address % ExecutionPlan.Alignment == 0 && state.DType != DType.Bool)
        {
            _file.Memory.IsShared = true;
            return new StateBuffer(state.Name, state.DType, state.Dims, address, _file.Memory);
        }
        return Copy(state, entry, data + entry.Begin);
    }

    private unsafe StateBuffer Copy(ArtifactState state, SafetensorsEntry entry, long offset)
    {
        var buffer = new StateBuffer(state.Name, state.DType, state.Dims);
        if (buffer.Bytes > int.MaxValue)
            throw new ArtifactException(ArtifactError.TooLarge, _file.Memory.Name, $"the state {state} has more than the 2 GiB that can be copied.");
        var bytes = _file.Memory.Slice(offset, (int)buffer.Bytes);
        var elements = new Span<byte>((void*)buffer.Address, bytes.Length);
        if (entry.Type.Read is null) bytes.CopyTo(elements);
        else if (!entry.Type.Read(bytes, elements)) throw Malformed($"the state {state} holds values beyond its type");
        return buffer;
    }

    private ArtifactException Malformed(string problem, Exception? cause = null) =>
        _file.Memory.Malformed($"{ArtifactManifest.Weights} is malformed: {problem}.", cause);
}
