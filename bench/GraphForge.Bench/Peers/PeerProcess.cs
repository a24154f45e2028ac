using System.Diagnostics;
using System.Globalization;

namespace GraphForge.Bench.Peers;

/// <summary>Another library in a process of its own, which answers a line to each line it is sent; the first tells its name and version.</summary>
public sealed class PeerProcess : Side
{
    private readonly Process _process;
    private string _complaint = "";

    private PeerProcess(Process process, string greeting)
    {
        (_process, Name) = (process, greeting);
        process.ErrorDataReceived += (_, line) => _complaint = line.Data ?? _complaint;
        process.BeginErrorReadLine();
    }

    public override string Name { get; }

    /// <summary>Whether it trains too.</summary>
    private bool Trains => Name.StartsWith("PyTorch", StringComparison.Ordinal);

    /// <summary>Starts <paramref name="script"/> in the first of the programs that it runs in; null where it runs in none.</summary>
    /// <param name="library">What the script greets with, before its version.</param>
    /// <param name="programs">Interpreters to try, by name or path.</param>
    /// <param name="script">What they run, given the number of threads.</param>
    /// <param name="threads">Threads of a run.</param>
    /// <param name="arguments">What else the script is given.</param>
    public static PeerProcess? Start(string library, IReadOnlyList<string> programs, string script, int threads, params IReadOnlyList<string> arguments)
    {
        foreach (var program in programs)
        {
            if (Launch(program, [script, $"{threads}", .. arguments], threads) is not { } process) continue;
            if (process.StandardOutput.ReadLine() is { } greeting && greeting.StartsWith(library, StringComparison.Ordinal))
                return new PeerProcess(process, greeting);
            process.Kill();
            process.Dispose();
        }
        return null;
    }

    public override bool Does(Work work) => Trains || work.IsInference;

    public override void Prepare(Work work, string folder)
    {
        Directory.CreateDirectory(folder);
        var answer = Ask($"prepare {work.Name} {folder}");
        if (!Trains) Agreement.Require($"{Name}: {work.Name}", Number(answer), Agreement.OfOutputs);
    }

    public override double Time(double seconds) => Number(Ask(string.Create(CultureInfo.InvariantCulture, $"time {seconds}")));

    public override void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }

    private static Process? Launch(string program, string[] arguments, int threads)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // What OpenMP and OpenBLAS read when they are loaded; nothing can tell the latter afterwards.
        foreach (var name in new[] { "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS" }) start.Environment[name] = $"{threads}";
        // Threads of OpenMP that spin between two regions hinder those of OpenBLAS: a training step of PyTorch may take ten times as long.
        start.Environment["OMP_WAIT_POLICY"] = "passive";
        try
        {
            return Process.Start(start);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null; // there is no such program
        }
    }

    private string Ask(string question)
    {
        _process.StandardInput.WriteLine(question);
        _process.StandardInput.Flush();
        return _process.StandardOutput.ReadLine() ?? throw new BenchmarkException($"{Name} ended when asked to {question}: {Complaint()}");
    }

    /// <summary>The last line of its errors, all of which have come once it has ended.</summary>
    private string Complaint()
    {
        _process.WaitForExit();
        return _complaint;
    }

    private double Number(string answer) => double.TryParse(answer, CultureInfo.InvariantCulture, out var number)
        ? number
        : throw new BenchmarkException($"{Name} answered '{answer}' where a number was due.");
}
