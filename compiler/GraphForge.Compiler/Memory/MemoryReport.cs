using System.Globalization;
using System.Text;

namespace GraphForge.Compiler.Memory;

/// <summary>What a compiled program needs, known before anything is allocated. All sizes in bytes.</summary>
/// <remarks>
/// Arena and scratch are needed once for each caller that runs the program at the same time; states and constants once. Programs
/// of one model share its states.
/// </remarks>
/// <param name="Program">Name of the program.</param>
/// <param name="ArenaBytes">Inputs, intermediates and outputs: the planned peak of what lives during a run.</param>
/// <param name="LowerBound">Largest sum of simultaneously live bytes in the chosen order: no layout takes less.</param>
/// <param name="Timeline">The steps in execution order.</param>
/// <param name="Tensors">Everything that is placed in the arena.</param>
public sealed record MemoryReport(
    string Program, long ArenaBytes, long LowerBound, IReadOnlyList<StepMemory> Timeline, IReadOnlyList<PlannedTensor> Tensors)
{
    private const int MostReported = 10;
    private const int SparkColumns = 64;

    /// <summary>Parameters and buffers of the model.</summary>
    public long ParameterBytes { get; init; }

    /// <summary>What training keeps beside the model: moments, averages, counters.</summary>
    public long OptimizerBytes { get; init; }

    /// <summary>Constants of the program.</summary>
    public long ConstantBytes { get; init; }

    /// <summary>Values computed once from the states for all runs, and what computing them takes.</summary>
    public long PreparedBytes { get; init; }

    /// <summary>
    /// What a device takes beside: room for the inputs of a training's next step, which are copied while one is at work, starts on round
    /// addresses, and the table in which kernels find their buffers. 0 on the processor.
    /// </summary>
    public long StagingBytes { get; init; }

    /// <summary>Private working memory of all workers of one run.</summary>
    public long ScratchBytes { get; init; }

    /// <summary>Memory of the host that values of a device wait in; not part of <see cref="TotalBytes"/>, which is the device's.</summary>
    public long HostBytes { get; init; }

    /// <summary>Workers of one run.</summary>
    public int Workers { get; init; } = 1;

    /// <summary>What the program would take if it kept every value and ran its batch as a whole; on a device, with the staging of this plan.</summary>
    public long KeptBytes { get; init; }

    /// <summary>
    /// What no plan of these steps can do without: what is shared, scratch, and the most that one step reads and writes; on a device, with the
    /// staging of this plan.
    /// </summary>
    public long FloorBytes { get; init; }

    /// <summary>What was recomputed, split or moved to the host, because it costs next to nothing or to meet a budget, in the order it was decided.</summary>
    public IReadOnlyList<MemoryChoice> Choices { get; init; } = [];

    /// <summary>Parameters and optimizer state.</summary>
    public long StateBytes => ParameterBytes + OptimizerBytes;

    /// <summary>The part of the arena that the caller fills.</summary>
    public long InputBytes => Tensors.Where(t => t.Role == TensorRole.Input).Sum(t => t.Bytes);

    /// <summary>What each concurrent caller adds: arena and scratch.</summary>
    public long CallerBytes => ArenaBytes + ScratchBytes;

    /// <summary>What all callers share: parameters, optimizer state, constants, prepared values and staging.</summary>
    public long SharedBytes => StateBytes + ConstantBytes + PreparedBytes + StagingBytes;

    /// <summary>The planned peak: everything the program allocates for one caller.</summary>
    public long TotalBytes => CallerBytes + SharedBytes;

    /// <summary>Arena ÷ lower bound; 1 when nothing is wasted.</summary>
    public double Ratio => LowerBound == 0 ? 1 : (double)ArenaBytes / LowerBound;

    /// <summary>Name of the step with the most live bytes; empty for a program without steps.</summary>
    public string PeakStep => Timeline.Count == 0 ? "" : Timeline[PeakPosition].Name;

    /// <summary>Position in <see cref="Timeline"/> of the first step with the most live bytes.</summary>
    public int PeakPosition => Timeline.Select(s => s.LiveBytes).ToArray().IndexOfMaximum();

    /// <summary>The largest tensors alive at the peak, largest first, at most ten.</summary>
    public IReadOnlyList<PlannedTensor> LargestAtPeak
    {
        get
        {
            var peak = PeakPosition;
            return [.. Tensors.Where(t => t.Bytes > 0 && t.LivesAt(peak)).OrderByDescending(t => t.Bytes).Take(MostReported)];
        }
    }

    internal static MemoryReport Of(PlanningProblem problem, IReadOnlyList<int> order, Lifetimes lifetimes, ArenaLayout layout)
    {
        var donors = layout.InPlace.ToDictionary(p => p.Write, p => p.Read);
        var tensors = problem.Values.Select(v => new PlannedTensor(
            v.Name, v.Role, v.Bytes, layout.Offsets[v.Id], lifetimes.Intervals[v.Id].First, lifetimes.Intervals[v.Id].Last, v.Source)
        {
            Type = v.Type,
            Dims = v.Dims,
            InPlaceOf = donors.TryGetValue(v.Id, out var donor) ? donor : null,
        });
        var timeline = order.Select((step, position) => new StepMemory(problem.Steps[step].Name, lifetimes.LiveBytes[position]));
        return new MemoryReport(problem.Name, layout.ArenaBytes, layout.LowerBound, [.. timeline], [.. tensors])
        {
            ParameterBytes = problem.StateBytes - problem.OptimizerBytes,
            OptimizerBytes = problem.OptimizerBytes,
            ConstantBytes = problem.ConstantBytes,
            PreparedBytes = problem.PreparedBytes,
            StagingBytes = problem.StagingBytes,
            ScratchBytes = problem.ScratchBytes,
            Workers = problem.Workers,
        };
    }

    /// <summary>The same plan, with what it was found to take beside.</summary>
    internal MemoryReport WithStaging(long bytes) => this with
    {
        StagingBytes = bytes,
        KeptBytes = KeptBytes - StagingBytes + bytes,
        FloorBytes = FloorBytes - StagingBytes + bytes,
    };

    /// <summary>
    /// What is needed and by whom, the course of live bytes over the steps, the tensors that make the peak, and what was chosen to
    /// lower it.
    /// </summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"planned peak {Text(TotalBytes)}{(KeptBytes > TotalBytes ? $", {Text(KeptBytes)} if every value were kept" : "")}\n");
        text.Append(CultureInfo.InvariantCulture, $"each caller: arena {Text(ArenaBytes)} (inputs {Text(InputBytes)} of it), ");
        text.Append(CultureInfo.InvariantCulture, $"scratch of {Workers} {(Workers == 1 ? "worker" : "workers")} {Text(ScratchBytes)}\n");
        text.Append(CultureInfo.InvariantCulture, $"shared: parameters {Text(ParameterBytes)}, optimizer state {Text(OptimizerBytes)}, ");
        text.Append(CultureInfo.InvariantCulture, $"constants {Text(ConstantBytes)}{(PreparedBytes == 0 ? "" : $", prepared values {Text(PreparedBytes)}")}{(StagingBytes == 0 ? "" : $", staging {Text(StagingBytes)}")}\n");
        if (HostBytes > 0) text.Append(CultureInfo.InvariantCulture, $"in memory of the host: {Text(HostBytes)}\n");
        text.Append(CultureInfo.InvariantCulture, $"arena ÷ lower bound {Ratio:0.000} ({Text(LowerBound)} live at once)\n");
        if (Timeline.Count > 0) text.Append(CultureInfo.InvariantCulture, $"live bytes over {Timeline.Count} {(Timeline.Count == 1 ? "step" : "steps")}: {Spark()}\n");
        if (LargestAtPeak.Count > 0)
            text.Append(CultureInfo.InvariantCulture, $"largest tensors at the peak, step {PeakPosition}, {PeakStep}:\n{DescribePeak()}");
        foreach (var choice in Choices) text.Append(Describe(choice));
        return text.ToString();
    }

    /// <summary>
    /// The report as JSON: indented, in UTF-8 without escapes where none are needed, the same to the byte for equal reports. Sizes
    /// are integers and end in <c>Bytes</c>, times in milliseconds end in <c>Milliseconds</c>, steps are positions in
    /// <c>timeline</c>.
    /// </summary>
    public string ToJson() => MemoryReportJson.Write(this);

    /// <summary>
    /// The arena as a picture in SVG, complete in itself: steps across, addresses up, one rectangle a tensor in the colour of its
    /// role. Pointing at one shows its name, shape, bytes, steps and the user's line. Tensors in place of each other share an
    /// address. Equal reports give equal bytes.
    /// </summary>
    public string ToSvg() => new MemoryPicture(this).Draw();

    /// <summary>One line for each of <see cref="LargestAtPeak"/>: size, name, shape, the user's line.</summary>
    internal string DescribePeak(int count = int.MaxValue) => string.Concat(LargestAtPeak.Take(count).Select(t =>
        $"  {Text(t.Bytes),10}  {t.Name}{Behind(t.Shape)}{Behind(t.Source.ToString())}\n"));

    /// <summary>A size in the largest binary unit that keeps it at or above one.</summary>
    public static string Text(long bytes)
    {
        string[] units = ["B", "KiB", "MiB", "GiB", "TiB"];
        double size = bytes;
        var unit = 0;
        for (; Math.Abs(size) >= 1024 && unit < units.Length - 1; unit++) size /= 1024;
        return string.Create(CultureInfo.InvariantCulture, $"{(unit == 0 ? size : Math.Round(size, 2))} {units[unit]}");
    }

    private static string Behind(string text) => text.Length == 0 ? "" : $"  {text}";

    private static string Describe(MemoryChoice choice) => string.Create(CultureInfo.InvariantCulture,
        $"{Word(choice.Kind)} {choice.Name}{Behind(choice.Source.ToString())}: " +
        $"{Text(choice.BytesSaved)} less for {(choice.Kind == MemoryChoiceKind.Offload ? "copies of " : "")}{choice.ModelledMilliseconds:0.###} ms\n");

    private static string Word(MemoryChoiceKind kind) => kind switch
    {
        MemoryChoiceKind.Recompute => "recomputed",
        MemoryChoiceKind.MicroBatch => "split",
        _ => "offloaded",
    };

    /// <summary>A column for each step, or for the largest of several, in eighths of the peak.</summary>
    private string Spark()
    {
        var columns = Math.Min(SparkColumns, Timeline.Count);
        var peak = Math.Max(1, LowerBound);
        return string.Concat(Enumerable.Range(0, columns).Select(column =>
        {
            var (from, to) = ((long)column * Timeline.Count / columns, (column + 1L) * Timeline.Count / columns);
            var live = Timeline.Skip((int)from).Take((int)(to - from)).Max(s => s.LiveBytes);
            return (char)('▁' + Math.Clamp((int)(8 * live / peak), 0, 7));
        }));
    }
}
