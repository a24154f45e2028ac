using System.CommandLine;
using GraphForge.Tool.Inspection;
using GraphForge.Tool.Options;

namespace GraphForge.Tool.Commands;

/// <summary><c>graphforge inspect</c>: what an artifact is.</summary>
internal static class InspectCommand
{
    public static Command Create()
    {
        var command = new Command("inspect", "Shows what an artifact takes, gives, weighs and computes, without running any of it.");
        var artifact = SharedOptions.Artifact();
        var names = new Option<bool>("--all", "-a") { Description = "Lists states and kernels by name." };
        var json = SharedOptions.Json();
        command.Arguments.Add(artifact);
        command.Options.Add(names);
        command.Options.Add(json);
        command.WithHelp("""
            Shows what an artifact takes and gives, its notes, its size by part, the operations of a run, and memory plan
            and kernels for each width of vector registers. Nothing of it is run, and nobody need be trusted.
            """,
            ("graphforge inspect digits.gfm", "a page about it"),
            ("graphforge inspect digits.gfm --json | jq .functions[0].inputs", "its signature, for a program"));
        command.Does((parse, console, cancellation) =>
        {
            var report = ArtifactInspection.Of(parse.GetRequiredValue(artifact), cancellation);
            if (parse.GetValue(json)) console.Json(report);
            else console.Output.Write(ReportText.Of(report, parse.GetValue(names)));
            return ExitCode.Done;
        });
        return command;
    }
}
