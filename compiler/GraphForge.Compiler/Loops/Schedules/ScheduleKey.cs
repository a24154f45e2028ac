using System.Security.Cryptography;
using System.Text;
using GraphForge.Compiler.Emit.Targets;

namespace GraphForge.Compiler.Loops.Schedules;

/// <summary>
/// What a measured schedule holds for: the work of a kernel, whatever its buffers are called, on registers of one width. The same
/// in every process.
/// </summary>
/// <param name="Work">16 hexadecimal digits.</param>
/// <param name="VectorBits">Width of a register.</param>
public readonly record struct ScheduleKey(string Work, int VectorBits) : IComparable<ScheduleKey>
{
    /// <summary>Digits of <see cref="Work"/>.</summary>
    public const int Digits = 16;

    public static ScheduleKey Of(KernelDefinition definition, CpuTarget target)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(KernelSignature.Of(definition)));
        return new ScheduleKey(Convert.ToHexStringLower(hash)[..Digits], target.VectorBytes * 8);
    }

    public int CompareTo(ScheduleKey other) => string.CompareOrdinal(Work, other.Work) is not 0 and var order
        ? order : VectorBits.CompareTo(other.VectorBits);

    public override string ToString() => $"{Work} {VectorBits}";
}
