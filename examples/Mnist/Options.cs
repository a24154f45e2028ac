using System.Globalization;

namespace Digits;

/// <summary>What the command line asks for.</summary>
internal sealed record Options
{
    public const string Help = """
        Trains a small network on 9,000 handwritten digits and tests it on 1,000 others.

        usage: Mnist [options]
          --model mlp|cnn   which network (default cnn)
          --epochs N        passes over the training digits (default 10 for cnn, 15 for mlp)
          --batch N         digits in a step (default 64)
          --threads N       threads (default: all processors)
          --device NAME     cpu (default), cuda, cuda:1, opencl or best; but for cpu, build with -p:Gpu=true
          --seed N          decides everything random (default 0)
          --data FOLDER     folder of the four idx files (default: those of the examples)
          --help            this text
        """;

    public string Model { get; init; } = "cnn";

    /// <summary>Passes over the training digits; null for as many as the network needs.</summary>
    public int? Epochs { get; init; }

    public int Batch { get; init; } = 64;

    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Name of the device to train on; null for the processor.</summary>
    public string? Device { get; init; }

    public long Seed { get; init; }

    public string Data { get; init; } = Path.Combine(AppContext.BaseDirectory, "data", "mnist10k");

    public bool WantsHelp { get; init; }

    /// <exception cref="UsageException">An option is unknown or its value makes no sense.</exception>
    public static Options Parse(string[] arguments)
    {
        var options = new Options();
        for (var i = 0; i < arguments.Length; i++)
        {
            var name = arguments[i];
            if (name is "--help" or "-h") return options with { WantsHelp = true };
            if (!name.StartsWith("--", StringComparison.Ordinal)) throw new UsageException($"unexpected argument '{name}'");
            options = options.With(name, () => ++i < arguments.Length
                ? arguments[i]
                : throw new UsageException($"{name} needs a value"));
        }
        return options;
    }

    private Options With(string name, Func<string> value) => name switch
    {
        "--model" => this with { Model = OneOf(name, value(), "mlp", "cnn") },
        "--epochs" => this with { Epochs = (int)Whole(name, value(), 1, 10_000) },
        "--batch" => this with { Batch = (int)Whole(name, value(), 1, 9_000) },
        "--threads" => this with { Threads = (int)Whole(name, value(), 1, 1_024) },
        "--device" => this with { Device = value() is var device && device != "cpu" ? device : null },
        "--seed" => this with { Seed = Whole(name, value(), long.MinValue, long.MaxValue) },
        "--data" => this with { Data = value() },
        _ => throw new UsageException($"unknown option {name}"),
    };

    private static string OneOf(string name, string value, params string[] choices) => choices.Contains(value)
        ? value
        : throw new UsageException($"{name} takes {string.Join(" or ", choices)}, not '{value}'");

    private static long Whole(string name, string value, long least, long most)
    {
        var isWhole = long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number);
        return isWhole && number >= least && number <= most
            ? number
            : throw new UsageException($"{name} takes a whole number from {least} to {most}, not '{value}'");
    }
}

/// <summary>The command line makes no sense.</summary>
internal sealed class UsageException(string message) : Exception(message);
