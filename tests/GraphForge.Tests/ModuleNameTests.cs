using GraphForge.Compiler.Graph;
using GraphForge.Initialization;
using GraphForge.Layers;

namespace GraphForge.Tests;

public sealed class ModuleNameTests
{
    [Test]
    public void Sequential_numbers_its_layers()
    {
        var model = new Sequential(new Flatten(), new Linear(4, 3), new ReLU(), new Linear(3, 2, bias: false));
        Assert.That(Names(model), Is.EqualTo(new[] { "1.weight", "1.bias", "3.weight" }));
    }

    [Test]
    public void Members_are_named_as_torch_would_name_them() =>
        Assert.That(Names(new Encoder()), Is.EqualTo(new[]
        {
            "pos_embed", "weight_ih_l0", "self_attn.weight", "blocks.0.weight", "blocks.1.weight", "qkv.weight", "fc1.weight", "fc1.bias",
        }));

    [Test]
    public void A_module_in_two_places_is_listed_under_its_first_name()
    {
        var shared = new Linear(2, 2);
        Assert.That(Names(new Sequential(shared, new ReLU(), shared)), Is.EqualTo(new[] { "0.weight", "0.bias" }));
    }

    [Test]
    public void Members_of_base_classes_come_first() =>
        Assert.That(Names(new Derived()), Is.EqualTo(new[] { "inherited.weight", "own.weight" }));

    [Test]
    public void Modules_are_listed_with_the_root_first() =>
        Assert.That(new Sequential(new Sequential(new ReLU())).NamedModules().Select(m => m.Key), Is.EqualTo(new[] { "", "0", "0.0" }));

    [Test]
    public void Buffers_are_no_parameters()
    {
        var model = new Sequential(new Counter());
        Assert.That(model.NamedBuffers().Select(b => b.Key), Is.EqualTo(new[] { "0.seen" }));
        Assert.That(model.NamedParameters(), Is.Empty);
    }

    [Test]
    public void Nodes_know_the_module_that_made_them()
    {
        var model = new Sequential(new Linear(2, 2), new Residual());
        CompiledModel.Compile(model, [2], TestOptions.Default);
        var output = model.Forward(Tensor.Input("x", Runtime.DType.Float32, 1, 2));
        Assert.That(output.Node.Scope, Is.EqualTo("1"));
        Assert.That(Topology.Order([output.Node]).Select(n => n.Scope), Does.Contain("1.inner").And.Contain("0"));
    }

    private static IEnumerable<string> Names(Module model) => model.NamedParameters().Select(p => p.Key);

    private sealed class Encoder : Module
    {
        public Parameter PosEmbed = new(Init.Zeros, 4);
        private readonly Linear _selfAttn = new(4, 4, bias: false);
        private readonly List<Module> _blocks = [new Linear(4, 4, bias: false), new Linear(4, 4, bias: false)];
        private readonly Linear _qkv = new(4, 4, bias: false);

        public Linear Fc1 { get; } = new(4, 4);

        public Parameter WeightIhL0 { get; } = new(Init.Zeros, 4);

        public override Tensor Forward(Tensor input) =>
            _blocks.Aggregate(_qkv.Forward(Fc1.Forward(_selfAttn.Forward(input + PosEmbed))), (x, block) => block.Forward(x));
    }

    private class Base : Module
    {
        private readonly Linear _inherited = new(1, 1, bias: false);

        public override Tensor Forward(Tensor input) => _inherited.Forward(input);
    }

    private sealed class Derived : Base
    {
        private readonly Linear _own = new(1, 1, bias: false);

        public override Tensor Forward(Tensor input) => _own.Forward(base.Forward(input));
    }

    private sealed class Counter : Module
    {
        private readonly ModuleBuffer _seen = new(Init.Zeros, 1);

        public override Tensor Forward(Tensor input) => input + _seen;
    }

    private sealed class Residual : Module
    {
        private readonly Linear _inner = new(2, 2);

        public override Tensor Forward(Tensor input) => input + _inner.Forward(input);
    }
}
