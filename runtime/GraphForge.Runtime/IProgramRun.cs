namespace GraphForge.Runtime;

/// <summary>The memory of a run: inputs are written, the program runs, outputs are read.</summary>
internal interface IProgramRun
{
    Span<byte> InputBytes(int index);

    void Run();

    ReadOnlySpan<byte> OutputBytes(int index);
}
