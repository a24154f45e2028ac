using GraphForge.Compiler.Graph;
using GraphForge.Initialization;
using GraphForge.Layers;
using GraphForge.Runtime;
using GraphForge.Serialization;

namespace GraphForge.Tests.Serialization;

public sealed class StateDictTests
{
    [Test]
    public void Names_are_those_of_PyTorch_in_its_order()
    {
        var model = new Sequential(new Counting(), new Linear(2, 1));
        model.Initialize();
        Assert.That(model.StateDict().Select(t => $"{t.Key}: {t.Value}"), Is.EqualTo(new[]
        {
            "0.scale: float32[1]", "0.calls: int64[]", "0.inner.weight: float32[1, 1]", "1.weight: float32[1, 2]", "1.bias: float32[1]",
        }));
    }

    [Test]
    public void A_shared_tensor_is_listed_under_each_name_and_loaded_from_either()
    {
        var model = new SafetensorsTests.TiedNet();
        model.Initialize(seed: 1);
        var state = model.StateDict().Clone();
        Assert.That(state.Keys, Is.EqualTo(new[] { "embedding.weight", "hidden.0.weight", "hidden.0.bias", "decoder.weight" }));
        Assert.That(model.NamedParameters().Select(p => p.Key), Does.Not.Contain("decoder.weight"));
        state.Remove("embedding.weight");
        var other = new SafetensorsTests.TiedNet();
        other.LoadStateDict(state);
        Assert.That(Values(other, "embedding.weight"), Is.EqualTo(Values(model, "embedding.weight")));
    }

    [Test]
    public void A_module_that_knows_its_parent_is_listed_once()
    {
        var model = new Parent();
        model.Initialize();
        Assert.That(model.StateDict().Keys, Is.EqualTo(new[] { "child.linear.weight" }));
    }

    [Test]
    public void The_tensors_are_the_models_own_until_cloned()
    {
        var model = new Linear(1, 1, bias: false);
        model.Initialize();
        model.Weight.CopyFrom<float>([1]);
        var (own, copy) = (model.StateDict(), model.StateDict().Clone());
        model.Weight.CopyFrom<float>([2]);
        Assert.That((own["weight"].ToArray<float>()[0], copy["weight"].ToArray<float>()[0]), Is.EqualTo((2f, 1f)));
        model.LoadStateDict(copy);
        Assert.That(own["weight"].ToArray<float>()[0], Is.EqualTo(1));
    }

    [Test]
    public void All_that_does_not_fit_is_listed_and_nothing_loaded()
    {
        var model = new Sequential(new Linear(2, 3), new Linear(3, 1));
        model.Initialize(seed: 2);
        var before = Values(model, "0.weight");
        var state = new StateDict
        {
            ["0.weight"] = TensorData.Of<float>(new float[6], 3, 2),
            ["0.bias"] = TensorData.Of<float>(new float[2], 2),
            ["1.bias"] = TensorData.Of<long>([1], 1),
            ["2.weight"] = TensorData.Of<float>([1], 1),
            ["fc.bias"] = TensorData.Of<float>([1], 1),
        };
        Assert.That(Assert.Throws<GraphException>(() => model.LoadStateDict(state))!.Problem, Is.EqualTo(
            """
            the state does not fit the model Sequential; nothing was loaded.
              missing: '1.weight'
              unexpected: '2.weight', 'fc.bias'
              '0.bias' is float32[3] but the state has float32[2]
              '1.bias' is float32[1] but the state has int64[1]
            """.ReplaceLineEndings("\n")));
        Assert.That(Values(model, "0.weight"), Is.EqualTo(before));
    }

    [Test]
    public void Loading_that_is_not_strict_tells_what_was_left_over()
    {
        var model = new Linear(1, 1);
        model.Initialize(seed: 3);
        var bias = Values(model, "bias");
        var result = model.LoadStateDict(new StateDict { ["weight"] = TensorData.Of<float>([5], 1, 1), ["gain"] = TensorData.Of<float>([1], 1) }, strict: false);
        Assert.Multiple(() =>
        {
            Assert.That((result.Missing, result.Unexpected), Is.EqualTo((new[] { "bias" }, new[] { "gain" })));
            Assert.That(Values(model, "weight"), Is.EqualTo(new[] { 5f }));
            Assert.That(Values(model, "bias"), Is.EqualTo(bias));
        });
    }

    [Test]
    public void Floats_of_another_width_are_rounded_and_integers_widened()
    {
        var model = new Counting();
        model.LoadStateDict(new StateDict
        {
            ["scale"] = TensorData.Of([0.1], 1),
            ["calls"] = TensorData.Of<int>([-7]),
            ["inner.weight"] = TensorData.Of<float>([1], 1, 1),
        });
        Assert.That(Values(model, "scale"), Is.EqualTo(new[] { 0.1f }));
        model.LoadStateDict(new StateDict { ["scale"] = TensorData.Of<BFloat16>([(BFloat16)1.5f], 1) }, strict: false);
        Assert.That(Values(model, "scale"), Is.EqualTo(new[] { 1.5f }));
        Assert.That(model.StateDict()["calls"].ToArray<long>(), Is.EqualTo(new[] { -7L }));
    }

    [Test]
    public void A_part_of_a_state_loads_into_a_part_of_a_model()
    {
        var (whole, part) = (new Sequential(new Linear(2, 2), new Linear(2, 1)), new Linear(2, 1));
        whole.Initialize(seed: 4);
        part.LoadStateDict(whole.StateDict().Within("1."));
        Assert.That(Values(part, "weight"), Is.EqualTo(Values(whole, "1.weight")));
    }

    [Test]
    public void A_model_without_values_has_no_state() =>
        Assert.That(() => new Linear(1, 1).StateDict(), Throws.InvalidOperationException.With.Message.EqualTo(
            "'Parameter' has no values yet: compile the model, call its Initialize, or set the values first."));

    [Test]
    public void A_layer_cannot_be_tied_to_one_of_another_shape()
    {
        var (first, second) = (new Linear(2, 3), new Linear(3, 2));
        Assert.That(Assert.Throws<GraphException>(() => first.Weight = second.Weight)!.Problem, Is.EqualTo(
            "Linear has a parameter float32[3, 2], which cannot be tied to one of float32[2, 3]; give both layers the same features."));
    }

    private static float[] Values(Module model, string name) => model.StateDict()[name].ToArray<float>();

    private sealed class Counting : Module
    {
        private readonly Linear _inner = new(1, 1, bias: false);
        private readonly ModuleBuffer _calls = new(Init.Zeros, DType.Int64);
        private readonly Parameter _scale = new(Init.Ones, 1);

        public override Tensor Forward(Tensor input) => _inner.Forward(input) * _scale + _calls;
    }

    private sealed class Parent : Module
    {
        private readonly Child _child;

        public Parent() => _child = new Child(this);

        public override Tensor Forward(Tensor input) => _child.Forward(input);
    }

    private sealed class Child(Module parent) : Module
    {
        private readonly Linear _linear = new(1, 1, bias: false);

        public override Tensor Forward(Tensor input) => ReferenceEquals(parent, this) ? input : _linear.Forward(input);
    }
}
