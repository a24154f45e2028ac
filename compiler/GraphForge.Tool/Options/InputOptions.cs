using System.CommandLine;
using GraphForge.Compiler.Graph;
using GraphForge.Runtime.Artifacts;
using GraphForge.Tool.Values;

namespace GraphForge.Tool.Options;

/// <summary>The options that say what a run is given: <c>--input</c>, and for what no file is given <c>--random</c> or <c>--zeros</c>.</summary>
/// <param name="defaultSeed">Of the random values that inputs have where nothing is said; null where something must be.</param>
internal sealed class InputOptions(int? defaultSeed = null)
{
    private readonly Option<string[]> _files = new("--input", "-i")
    {
        Description = "name=file.npy or name=file.json (arrays within arrays); or file.json, an object of all inputs. May be given several times.",
        HelpName = "name=file",
        DefaultValueFactory = _ => [],
    };

    private readonly Option<int?> _random = new("--random")
    {
        Description = "Inputs without a file are random: floats in [-1, 1), integers 0 or 1, or any row where they are indices. The seed decides them."
            + (defaultSeed is null ? "" : $" The default, with seed {defaultSeed}."),
        HelpName = "seed",
    };

    private readonly Option<bool> _zeros = new("--zeros") { Description = "Inputs without a file are zero." };

    public void AddTo(Command command)
    {
        command.Options.Add(_files);
        command.Options.Add(_random);
        command.Options.Add(_zeros);
        command.Validators.Add(result =>
        {
            if (result.GetResult(_random) is { Implicit: false } && result.GetResult(_zeros) is { Implicit: false })
                result.AddError("--random and --zeros exclude each other.");
        });
    }

    /// <summary>What files hold, by input name.</summary>
    /// <exception cref="CommandException">A file does not hold what the input takes.</exception>
    public IReadOnlyDictionary<string, Literal> Read(ParseResult parse, ArtifactFunction function) => new InputFiles(function).Read(parse.GetValue(_files)!);

    /// <summary>Values of all inputs.</summary>
    /// <param name="parse">The command line.</param>
    /// <param name="program">What is run.</param>
    /// <param name="given">What <see cref="Read"/> found.</param>
    /// <exception cref="CommandException">An input has no values, or of other extents.</exception>
    public IReadOnlyDictionary<string, Literal> Complete(ParseResult parse, ArtifactProgram program, IReadOnlyDictionary<string, Literal> given)
    {
        var seed = parse.GetValue(_random) ?? defaultSeed;
        var isMadeUp = parse.GetValue(_zeros) || seed is not null;
        var madeUp = new MadeUpValues(parse.GetValue(_zeros) ? null : seed);
        var all = new Dictionary<string, Literal>();
        foreach (var (index, input) in program.Inputs.Index())
        {
            if (!given.TryGetValue(input.Name, out var values))
                values = isMadeUp ? madeUp.Of(program, index) : throw new CommandException(
                    $"the input {program.Function.Inputs[index]} has no values: --input {input.Name}=file.npy; or --random 1 or --zeros for made-up ones.");
            all[input.Name] = values;
        }
        return all;
    }
}
