using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;

namespace GraphForge.Compiler.Tests.Ops;

public sealed class OpSetTests
{
    [Test]
    public void Lists_every_op_once()
    {
        var records = typeof(Op).Assembly.GetTypes().Where(t => t.IsAssignableTo(typeof(Op)) && !t.IsAbstract);
        Assert.That(OpSet.All, Is.EquivalentTo(records));
    }

    [Test]
    public void Ops_are_sealed() => Assert.That(OpSet.All.Where(t => !t.IsSealed), Is.Empty);
}
