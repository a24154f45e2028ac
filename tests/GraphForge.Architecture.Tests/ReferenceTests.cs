namespace GraphForge.Architecture.Tests;

/// <summary>frontend → compiler → runtime, and who may use which package.</summary>
public class ReferenceTests
{
    /// <summary>Beside the compiler and no part of it: programs for people, which use all there is and which nothing references.</summary>
    private static readonly string[] Programs = ["GraphForge.Tool", "GraphForge.Build"];

    [Test]
    public void ProjectsAreFound() => Assert.That(
        Repository.Libraries.Select(project => project.Name),
        Is.SupersetOf(new[] { "GraphForge.Runtime", "GraphForge.Compiler", "GraphForge.Jit", "GraphForge.Data", "GraphForge" }));

    [Test]
    public void ReferencesRunOneWay()
    {
        foreach (var project in Repository.Libraries)
            foreach (var reference in project.References)
            {
                var target = Repository.Projects.Single(other => other.Name == reference);
                Assert.That(Programs, Does.Not.Contain(reference), $"{project.Path} must not reference {target.Path}, a program");
                if (Programs.Contains(project.Name)) continue;
                Assert.That(
                    Depth(target), Is.LessThanOrEqualTo(Depth(project)), $"{project.Path} must not reference {target.Path}");
            }
    }

    [Test]
    public void OnlyTheCommandParsesCommandLines() => Assert.That(
        Repository.Projects.Where(project => project.Packages.Contains("System.CommandLine")).Select(project => project.Name), Is.EqualTo(new[] { "GraphForge.Tool" }));

    [Test]
    public void NoProjectReferencesItself()
    {
        foreach (var project in Repository.Libraries)
            Assert.That(Reachable(project), Does.Not.Contain(project.Name), $"{project.Path} is part of a cycle");
    }

    [Test]
    public void CompilerDoesNotKnowRoslynNorTheJit()
    {
        var compiler = Project("GraphForge.Compiler");
        Assert.That(compiler.Packages, Has.None.StartsWith("Microsoft.CodeAnalysis"));
        Assert.That(Reachable(compiler), Is.EqualTo(new[] { "GraphForge.Runtime" }));
        Assert.That(
            typeof(Compiler.Pipeline).Assembly.GetReferencedAssemblies().Select(name => name.Name),
            Has.None.StartsWith("Microsoft.CodeAnalysis"));
    }

    [Test]
    public void RuntimeNeedsTheObjectPoolOnly()
    {
        var runtime = Project("GraphForge.Runtime");
        Assert.That(runtime.Packages, Is.EqualTo(new[] { "Microsoft.Extensions.ObjectPool" }));
        Assert.That(runtime.References, Is.Empty);
    }

    /// <summary>Registries without the package must be able to build, test and run everything else.</summary>
    [Test]
    public void OnlyTheGpuRuntimeNeedsIlgpu()
    {
        Assert.That(Repository.Projects.Where(project => project.Packages.Contains("ILGPU")).Select(project => project.Name), Is.EqualTo(new[] { "GraphForge.Runtime.Ilgpu" }));
        Assert.That(Repository.Lines("GraphForge.sln"), Has.None.Contains("Ilgpu"));
        Assert.That(Repository.Lines("runtime/GraphForge.Gpu.sln"), Has.Some.Contains("GraphForge.Runtime.Ilgpu.csproj"));
        Assert.That(
            Repository.Projects.Where(project => project.References.Contains("GraphForge.Runtime.Ilgpu")).Select(project => project.Name),
            Is.EquivalentTo(new[] { "GraphForge.Runtime.Ilgpu.Tests", "GraphForge.Bench.Gpu" }));
        Assert.That(Repository.Lines("examples/Mnist/Mnist.csproj").Where(line => line.Contains("Ilgpu")), Has.All.Contains("Condition=\"'$(Gpu)' == 'true'\""));
    }

    /// <summary>A data reader must be usable where nothing is compiled.</summary>
    [Test]
    public void DataDoesNotNeedTheCompiler() =>
        Assert.That(Reachable(Project("GraphForge.Data")), Is.SubsetOf(new[] { "GraphForge.Runtime" }));

    private static ProjectFile Project(string name) => Repository.Projects.Single(project => project.Name == name);

    private static int Depth(ProjectFile project) => Array.IndexOf(Repository.LibraryFolders, project.Room) is var depth and >= 0
        ? depth
        : throw new AssertionException($"{project.Path} is no library");

    private static HashSet<string> Reachable(ProjectFile project)
    {
        var reached = new HashSet<string>();
        var open = new Stack<string>(project.References);
        while (open.TryPop(out var name))
            if (reached.Add(name))
                foreach (var reference in Project(name).References) open.Push(reference);

        return reached;
    }
}
