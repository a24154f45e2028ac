using System.Diagnostics.CodeAnalysis;

namespace OnDeviceTraining;

/// <param name="Epochs">How often to go over the training set.</param>
/// <param name="From">The artifact to go on with; null for the one that was built with the program.</param>
/// <param name="To">Where to write it afterwards; null for nowhere.</param>
/// <param name="Weights">Where to write the weights afterwards; null for nowhere.</param>
internal sealed record Arguments(int Epochs, string? From, string? To, string? Weights)
{
    public const string Help = "Trains a classifier of digits without a compiler: OnDeviceTraining [--epochs 3] [--from in.gfm] [--to out.gfm] [--weights out.safetensors]";

    public static bool TryParse(string[] args, [NotNullWhen(true)] out Arguments? arguments)
    {
        arguments = new Arguments(3, null, null, null);
        for (var i = 0; i < args.Length; i += 2)
        {
            if (i + 1 == args.Length) return false;
            var epochs = 0;
            Arguments? next = args[i] switch
            {
                "--epochs" when int.TryParse(args[i + 1], out epochs) && epochs >= 0 => arguments with { Epochs = epochs },
                "--from" => arguments with { From = args[i + 1] },
                "--to" => arguments with { To = args[i + 1] },
                "--weights" => arguments with { Weights = args[i + 1] },
                _ => null,
            };
            if (next is null) return false;
            arguments = next;
        }
        return true;
    }
}
