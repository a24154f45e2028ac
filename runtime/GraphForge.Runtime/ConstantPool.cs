namespace GraphForge.Runtime;

/// <summary>A plan's constants in one aligned block, shared by all contexts of a program.</summary>
internal sealed class ConstantPool
{
    private readonly AlignedMemory _memory;
    private readonly long[] _offsets;

    public unsafe ConstantPool(IReadOnlyList<byte[]> constants)
    {
        _offsets = new long[constants.Count];
        var end = 0L;
        for (var index = 0; index < _offsets.Length; index++)
        {
            _offsets[index] = end;
            end = checked(end + AlignedMemory.RoundUp(constants[index].Length));
        }

        _memory = new AlignedMemory(end);
        for (var index = 0; index < _offsets.Length; index++)
            constants[index].CopyTo(new Span<byte>((void*)Locate(index), constants[index].Length));
    }

    public nint Locate(long index) => _memory.Address + (nint)_offsets[index];
}
