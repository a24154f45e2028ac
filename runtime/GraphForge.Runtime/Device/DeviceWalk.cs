using System.Diagnostics;

namespace GraphForge.Runtime.Device;

/// <summary>Launches the steps of a plan in order, loops and branches included.</summary>
/// <param name="section">The plan with its places.</param>
/// <param name="kernels">Its kernels.</param>
/// <param name="memory">With everything.</param>
/// <param name="layout">Where the table of places is.</param>
internal ref struct DeviceWalk(DeviceSection section, DeviceKernels kernels, DeviceMemory memory, DeviceLayout layout)
{
    /// <summary>The last copy to or from the host: its number, and its place among those of this run.</summary>
    private (long Number, int Place) _copy = (-1, -1);

    /// <summary>Place of the last copy that was waited for.</summary>
    private int _awaited = -1;

    public void Run()
    {
        try
        {
            Steps(0, section.Plan.Steps.Count, 0, 0, null);
        }
        finally
        {
            // Whoever runs next writes where copies may still read.
            Await(_copy.Place);
        }
    }

    public void Profile(DeviceTimer timer, Span<long> ticks)
    {
        if (ticks.Length != section.Plan.Steps.Count)
            throw new ArgumentException($"Program '{section.Plan.Name}' has {section.Plan.Steps.Count} steps; there is room for {ticks.Length}.", nameof(ticks));
        var marks = new MarkedSteps(timer, []);
        Steps(0, section.Plan.Steps.Count, 0, 0, marks);
        timer.Mark();
        ticks.Clear();
        foreach (var (mark, step) in marks.Steps.Index()) ticks[step] += (long)(timer.After(mark).TotalSeconds * Stopwatch.Frequency);
    }

    /// <summary>Steps from <paramref name="first"/> to before <paramref name="end"/>, of whose loops those from <paramref name="loop"/> on are not yet entered.</summary>
    private void Steps(int first, int end, int loop, long iteration, MarkedSteps? marks)
    {
        var loops = section.Plan.Loops;
        for (var index = first; index < end; index++)
        {
            while (loop < loops.Count && loops[loop].FirstStep < index) loop++;
            Await(section.Copies.Before(index));
            if (loop == loops.Count || loops[loop].FirstStep != index)
            {
                marks?.Begin(index);
                Launch(index, iteration);
                // So that the time of a copy is its own.
                if (marks is not null) Await(_copy.Place);
                continue;
            }
            var entered = loops[loop];
            for (long i = 0; i < entered.Iterations && Holds(entered.Condition); i++)
                Steps(index, entered.End, loop + 1, LoopIteration.Within(iteration, entered, i), marks);
            index = entered.End - 1;
        }
    }

    private void Launch(int index, long iteration)
    {
        var step = section.Plan.Steps[index];
        if (step.Tasks == 0) return;
        if (step.Kernel == PlanStep.Transfer)
        {
            if (CopyWaits.IsCopy(section.Plan, step)) Copy(step);
            return;
        }
        kernels.Launch(new DeviceLaunch(step.Kernel, step.Tasks, layout.Table, layout.Places.Count, section.FirstPlaces[index], iteration), memory.Block);
    }

    private void Copy(PlanStep step)
    {
        var (from, to) = (section.Offsets[step.Buffers[0]], section.Offsets[step.Buffers[1]]);
        var target = section.Plan.Buffers[step.Buffers[1]];
        var number = target.Kind == BufferKind.Host
            ? memory.Host!.Store(memory.Block, from, to, target.Bytes)
            : memory.Host!.Fetch(from, memory.Block, to, target.Bytes);
        _copy = (number, _copy.Place + 1);
    }

    /// <summary>Has what is launched next wait for a copy of this run, where it does not already.</summary>
    private void Await(int place)
    {
        if (place <= _awaited) return;
        memory.Host!.Await(_copy.Number - _copy.Place + place);
        _awaited = place;
    }

    private bool Holds(PlanCondition? condition)
    {
        if (condition is null) return true;
        Span<byte> flag = stackalloc byte[1];
        memory.Block.Read(section.Offsets[condition.Buffer], flag);
        return flag[0] != 0 == condition.Value;
    }

    /// <summary>Which step follows each mark.</summary>
    private sealed record MarkedSteps(DeviceTimer Timer, List<int> Steps)
    {
        public void Begin(int step)
        {
            Timer.Mark();
            Steps.Add(step);
        }
    }
}
