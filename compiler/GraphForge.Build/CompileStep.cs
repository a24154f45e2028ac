using System.Reflection;
using GraphForge.Build.Sources;
using GraphForge.Compiler;
using GraphForge.Compiler.Graph;

namespace GraphForge.Build;

/// <summary>Makes the models of an assembly and writes what they compile to.</summary>
internal static class CompileStep
{
    private const int Cancelled = 130;

    /// <summary>The exit code: 0, 1 where errors were written, or 130 where the work was cancelled.</summary>
    /// <param name="options">What to compile.</param>
    /// <param name="messages">Receives a line for each error.</param>
    /// <param name="cancellation">Ends the work early.</param>
    public static int Run(CompileStepOptions options, TextWriter messages, CancellationToken cancellation)
    {
        Assembly? assembly = null;
        try
        {
            var context = new StageContext(File.ReadAllLines(options.References));
            assembly = context.LoadFromAssemblyPath(Path.GetFullPath(options.Assembly));
            using var scope = context.EnterContextualReflection();
            var files = new GeneratedFiles(options.Output);
            var isDone = true;
            foreach (var (marked, name) in Models(assembly, options.RootNamespace)) isDone &= TryCompile(marked, name, files, messages, cancellation);
            if (!isDone) return 1;
            files.RemoveOthers();
            return 0;
        }
        catch (OperationCanceledException)
        {
            return Cancelled;
        }
        catch (Exception e)
        {
            messages.WriteLine(BuildMessage.Of(e, SourceLocation.Unknown, assembly));
            return 1;
        }
    }

    private static List<(MarkedModel Marked, ModelName Name)> Models(Assembly assembly, string rootNamespace)
    {
        var models = MarkedModel.In(assembly).Select(m => (Marked: m, Name: ModelName.Of(m, rootNamespace))).ToList();
        // Files and resources are named after classes, and not every file system tells case.
        if (models.GroupBy(m => m.Name.Class, StringComparer.OrdinalIgnoreCase).FirstOrDefault(g => g.Count() > 1)?.Last() is { Marked: { } twice } second)
            throw new BuildException(BuildError.BadName, $"two models are named '{second.Name.Class}'; rename one of them.", twice.Where);
        return models;
    }

    private static bool TryCompile(MarkedModel marked, ModelName name, GeneratedFiles files, TextWriter messages, CancellationToken cancellation)
    {
        try
        {
            Compile(marked, name, files, cancellation);
            return true;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            messages.WriteLine(BuildMessage.Of(e, marked.Where, marked.Assembly));
            return false;
        }
    }

    private static void Compile(MarkedModel marked, ModelName name, GeneratedFiles files, CancellationToken cancellation)
    {
        var save = new SaveOptions { Name = name.Class, Bindings = [.. marked.Attribute.Bindings.Select(Binding)], VectorBits = marked.Attribute.VectorBits };
        switch (marked.Make())
        {
            case Training training:
                using (training) files.Write(name.Class + ".gfm", path => training.Save(path, save, cancellation));
                break;
            case CompiledModel model when marked.Attribute.AsArtifact:
                files.Write(name.Class + ".gfm", path => model.Save(path, save, cancellation));
                break;
            case CompiledModel model:
                ModelSource.Write(model, marked, name, save, files, cancellation);
                break;
        }
    }

    private static IReadOnlyList<(string Symbol, long Extent)> Binding(string text) => SaveOptions.TryParseBinding(text, out var binding)
        ? binding
        : throw new GraphException(ErrorCode.BadBinding,
            $"'{text}' does not say what to compile for; write each extent with its number, such as Bindings = [\"batch=1, length=128\"].");
}
