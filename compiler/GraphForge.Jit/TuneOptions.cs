using GraphForge.Compiler.Graph;

namespace GraphForge.Jit;

/// <summary>How schedules are searched. The search takes some seconds for each distinct contraction of a program.</summary>
public sealed record TuneOptions
{
    /// <summary>Schedules tried for a kernel, the model's choice included; at least 2.</summary>
    public int Candidates
    {
        get;
        init => field = value >= 2 ? value : throw new GraphException(
            ErrorCode.BadAttribute, $"TuneOptions.{nameof(Candidates)} must be at least 2 but is {value}.");
    } = 12;

    /// <summary>Told of every kernel when it is done.</summary>
    public IProgress<TunedKernel>? Progress { get; init; }

    /// <summary>Ends the search; what was found until then is kept in the file.</summary>
    public CancellationToken Cancellation { get; init; }
}

/// <summary>What the search found for a kernel.</summary>
/// <param name="Kernel">Name of the kernel.</param>
/// <param name="Choice">Its schedule; <c>model</c> where nothing was clearly faster than what the model picks.</param>
/// <param name="Speedup">Time of the model's choice ÷ time of this one.</param>
/// <param name="Refused">Choices whose results did not agree with the reference; none of them is ever used.</param>
/// <param name="Number">Position among the kernels of this search, from 1.</param>
/// <param name="Count">Kernels of this search.</param>
public sealed record TunedKernel(string Kernel, string Choice, double Speedup, IReadOnlyList<string> Refused, int Number, int Count);
