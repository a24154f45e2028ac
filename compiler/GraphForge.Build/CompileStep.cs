using System.Reflection;
using GraphForge.Build.Sources;
using GraphForge.Compiler;
using GraphForge.Compiler.Graph;

namespace GraphForge.Build;

/// <summary>Makes the models of an assembly and writes what they compile to.</summary>
internal static class CompileStep
{
    /// <summary>The exit code: 0, or 1 where errors were written.</summary>
    /// <param name="options">What to compile.</param>
    /// <param name="messages">Receives a line for each error and each model.</param>
    /// <param name="cancellation">Ends the work early.</param>
    /// <exception cref="InternalCompilerException">A defect of ours.</exception>
    public static int Run(CompileStepOptions options, TextWriter messages, CancellationToken cancellation)
    {
        var context = new StageContext(File.ReadAllLines(options.References));
        var assembly = context.LoadFromAssemblyPath(Path.GetFullPath(options.Assembly));
        using var scope = context.EnterContextualReflection();
        var files = new GeneratedFiles(options.Output);
        var failures = 0;
        foreach (var model in Found(assembly, messages))
            if (model is null || !TryCompile(model, options, files, messages, cancellation)) failures++;
        if (failures > 0) return 1;
        files.RemoveOthers();
        return 0;
    }

    private static IReadOnlyList<MarkedModel?> Found(Assembly assembly, TextWriter messages)
    {
        try
        {
            var models = MarkedModel.In(assembly);
            if (models.GroupBy(m => m.Attribute.Name).FirstOrDefault(g => g.Count() > 1) is { } twice)
                throw new BuildException(BuildError.BadName, $"two models are named '{twice.Key}'; rename one of them.", twice.Last().Where);
            return models;
        }
        catch (BuildException e)
        {
            messages.WriteLine(BuildMessage.Of(e, e.Where, assembly));
            return [null];
        }
    }

    private static bool TryCompile(
        MarkedModel model, CompileStepOptions options, GeneratedFiles files, TextWriter messages, CancellationToken cancellation)
    {
        try
        {
            Compile(model, ModelName.Of(model, options.RootNamespace), files, cancellation);
            return true;
        }
        catch (Exception e) when (e is not (InternalCompilerException or OperationCanceledException))
        {
            messages.WriteLine(BuildMessage.Of(e, model.Where, model.Assembly));
            return false;
        }
    }

    private static void Compile(MarkedModel marked, ModelName name, GeneratedFiles files, CancellationToken cancellation)
    {
        var save = new SaveOptions { Name = name.Class, Bindings = ModelBindings.Parse(marked.Attribute.Bindings), VectorBits = marked.Attribute.VectorBits };
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
}
