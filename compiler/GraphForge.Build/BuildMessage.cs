using System.Diagnostics;
using System.Reflection;
using GraphForge.Compiler.Graph;
using GraphForge.Runtime.Artifacts;

namespace GraphForge.Build;

/// <summary>Errors in the form that MSBuild and editors read: <c>Models.cs(14,9): error GF0103: …</c>.</summary>
internal static class BuildMessage
{
    /// <param name="error">What went wrong while a model was made or compiled.</param>
    /// <param name="where">The model; for what has no place of its own.</param>
    /// <param name="models">The assembly with the user's code; null where it could not be loaded.</param>
    public static string Of(Exception error, SourceLocation where, Assembly? models) => error switch
    {
        GraphException e => Line(e.Location.IsKnown ? e.Location : where, (int)e.Code, e.Problem),
        BuildException e => Line(e.Where, (int)e.Code, e.Message),
        ArtifactException e => Line(InnermostFrame(e, models) ?? where, (int)e.Code, e.Message),
        InternalCompilerException e => Line(where, (int)BuildError.Internal, $"{e.Message} This is a defect of GraphForge; please report it with the model."),
        ReflectionTypeLoadException { LoaderExceptions: [{ } first, ..] } => Line(where, (int)BuildError.NotLoadable, $"the models cannot be loaded: {first.Message}"),
        _ when models is null => Line(where, (int)BuildError.NotLoadable, $"the models cannot be loaded: {error.Message}"),
        _ => Line(InnermostFrame(error, models) ?? where, (int)BuildError.ModelFailed, $"the model cannot be made: {error.GetType().Name}: {error.Message}"),
    };

    private static string Line(SourceLocation where, int code, string problem)
    {
        var text = problem.ReplaceLineEndings(" ");
        var place = !where.IsKnown ? "GraphForge" : where.Column > 0 ? $"{where.File}({where.Line},{where.Column})" : $"{where.File}({where.Line})";
        return $"{place}: error GF{code:0000}: {text}";
    }

    /// <summary>The line of the user's that was at work.</summary>
    private static SourceLocation? InnermostFrame(Exception error, Assembly? models)
    {
        foreach (var frame in new StackTrace(error, fNeedFileInfo: false).GetFrames())
            if (frame.GetMethod() is { } method && method.Module.Assembly == models && SourceLocation.Of(method, frame.GetILOffset()) is { IsKnown: true } place)
                return place;
        return null;
    }
}
