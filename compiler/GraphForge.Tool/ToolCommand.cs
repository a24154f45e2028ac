using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Reflection;
using GraphForge.Tool.Commands;
using GraphForge.Tool.Options;

namespace GraphForge.Tool;

/// <summary>The command <c>graphforge</c>: its subcommands, and how they are run.</summary>
internal static class ToolCommand
{
    /// <summary>Long enough for what is being written to be taken away again.</summary>
    private static readonly TimeSpan CancellationTime = TimeSpan.FromSeconds(10);

    /// <summary>Of this build.</summary>
    public static string Version { get; } = typeof(ToolCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    private static readonly (string Line, string Purpose)[] Examples =
    [
        ("graphforge inspect digits.gfm", "what it takes, gives, weighs and computes; runs none of its code"),
        ("graphforge run digits.gfm --input input=digit.npy", "one run, with kernels compiled anew from the artifact's graph"),
        ("graphforge inspect --help", "more on one command"),
    ];

    /// <summary>Runs a command line.</summary>
    /// <param name="args">Without the name of the program.</param>
    /// <param name="output">Receives results.</param>
    /// <param name="error">Receives progress and errors.</param>
    /// <param name="cancellation">Ends the work; so does Ctrl+C.</param>
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static async Task<int> InvokeAsync(string[] args, TextWriter output, TextWriter error, CancellationToken cancellation = default)
    {
        var configuration = new InvocationConfiguration
        {
            Output = new PrintableWriter(output),
            Error = new PrintableWriter(error),
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = CancellationTime,
        };
        var parsed = Create().Parse(args);
        if (parsed.Errors.Count == 0 || parsed.Action is HelpWithExamples) return await parsed.InvokeAsync(configuration, cancellation).ConfigureAwait(false);
        foreach (var problem in parsed.Errors) configuration.Error.WriteLine($"graphforge: {problem.Message}");
        configuration.Error.WriteLine($"'{Path(parsed.CommandResult.Command)} --help' says what there is.");
        return (int)ExitCode.BadInput;
    }

    /// <summary>The command with all its subcommands.</summary>
    public static Command Create()
    {
        var root = new Command("graphforge", "Works on GraphForge artifacts (.gfm): compiled models in one file.");
        root.Subcommands.Add(InspectCommand.Create());
        root.Subcommands.Add(RunCommand.Create());
        root.Subcommands.Add(BenchCommand.Create());
        root.Subcommands.Add(VerifyCommand.Create());
        root.Subcommands.Add(CompileCommand.Create());
        root.Subcommands.Add(ExtractCommand.Create());
        root.Subcommands.Add(SignCommand.Create());
        root.Options.Add(SharedOptions.Quiet);
        root.Options.Add(new VersionOption { Action = new ShowVersion() });
        root.Does((_, _, _) => throw new CommandException("name a command; 'graphforge --help' lists them."));
        root.WithHelp("""
            No artifact's code is run unless --trust says so: without it, the graph is compiled anew.
            Exit codes: 0 done; 1 verify found a difference; 2 the command line, a file or a budget does not do;
            3 a defect of GraphForge; 130 cancelled.
            """, Examples);
        return root;
    }

    /// <summary>Gives a command its help.</summary>
    public static void WithHelp(this Command command, string notes, params IReadOnlyList<(string Line, string Purpose)> examples)
    {
        var help = new HelpOption();
        help.Action = new HelpWithExamples((HelpAction)help.Action!, notes, examples);
        command.Options.Add(help);
    }

    /// <summary>Gives a command its work. It runs beside the thread that waits for Ctrl+C, and its errors become lines.</summary>
    public static void Does(this Command command, Func<ParseResult, CommandConsole, CancellationToken, ExitCode> work) =>
        command.SetAction((parse, cancellation) => Task.Run(() =>
        {
            try
            {
                return (int)work(parse, CommandConsole.Of(parse), cancellation);
            }
            catch (Exception e)
            {
                return (int)Failure.Report(e, parse.InvocationConfiguration.Error);
            }
        }, CancellationToken.None));

    private static string Path(Command command) =>
        command.Parents.OfType<Command>().FirstOrDefault() is { } parent ? $"{Path(parent)} {command.Name}" : command.Name;

    /// <summary>The version of this build, whatever program it was started by.</summary>
    private sealed class ShowVersion : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            parseResult.InvocationConfiguration.Output.WriteLine(Version);
            return (int)ExitCode.Done;
        }
    }
}
