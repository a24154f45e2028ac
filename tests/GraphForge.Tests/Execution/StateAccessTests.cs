using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Execution;
using GraphForge.Layers;
using GraphForge.Optimizers;
using GraphForge.Tracing;

namespace GraphForge.Tests.Execution;

/// <summary>Runs of several programs over one model do not mix.</summary>
public sealed class StateAccessTests
{
    private const string InUse =
        "'weight' is in use by another run at this moment; a run that changes it must have it alone. Let one run end before the next begins.";

    private const string BeingChanged =
        "'weight' is being changed by another run at this moment; a run that reads it must wait for its end. Let one run end before the next begins.";

    private readonly Linear _model = new(1, 1);
    private StateStore _store = null!;

    [SetUp]
    public void Compile()
    {
        _model.Initialize();
        var tree = ModuleTree.Of(_model);
        tree.AssignNames();
        _store = new StateStore();
        _store.Add(tree);
    }

    [Test]
    public void Runs_that_read_overlap_and_exclude_one_that_changes()
    {
        var (reads, changes) = (Reading(_model.Weight), Changing(_model.Weight, _model.Bias!));
        using (reads.Hold())
        {
            using (reads.Hold()) { }
            Assert.That(() => changes.Hold(), Throws.InvalidOperationException.With.Message.EqualTo(InUse));
        }
        using (changes.Hold()) { }
    }

    [Test]
    public void A_run_that_changes_excludes_all_others_and_what_was_taken_is_given_back()
    {
        var (both, weight, bias) = (Reading(_model.Bias!, _model.Weight), Changing(_model.Weight), Changing(_model.Bias!));
        using (weight.Hold())
        {
            Assert.That(() => both.Hold(), Throws.InvalidOperationException.With.Message.EqualTo(BeingChanged));
            Assert.That(() => weight.Hold(), Throws.InvalidOperationException.With.Message.EqualTo(InUse));
            using (bias.Hold()) { }
        }
        using (both.Hold()) { }
    }

    [Test]
    public void A_step_and_a_compiled_model_are_refused_while_another_run_changes_the_model()
    {
        var compiled = CompiledModel.Compile(_model, [1], TestOptions.Default);
        using var training = Training.Compile(_model, Losses.Mse, new SGD(), BatchSpec.Of(1, 1).WithTarget(1), TestOptions.Default);
        var output = new float[1];
        using (Changing(_model.Weight).Hold())
        {
            Assert.That(() => compiled.Run([1], output), Throws.InvalidOperationException.With.Message.EqualTo(BeingChanged));
            Assert.That(() => training.Step<float, float>([1], [1]), Throws.InvalidOperationException.With.Message.EqualTo(InUse));
        }
        using (Reading(_model.Weight).Hold()) compiled.Run([1], output);
        training.Step<float, float>([1], [1]);
        Assert.That(training.Steps, Is.EqualTo(1));
    }

    [Test]
    public void Two_trainings_of_one_model_on_two_threads_both_run_whole_or_are_refused()
    {
        var model = new Linear(1, 1, bias: false);
        using var first = Count(model);
        using var second = Count(model);
        var done = 0;
        Parallel.ForEach([first, second], training =>
        {
            for (var i = 0; i < 2000; i++)
                try
                {
                    training.Step<float, float>([1], [0]);
                    Interlocked.Increment(ref done);
                }
                catch (InvalidOperationException)
                {
                }
        });
        // The gradient of the sum is 1, and so is the learning rate.
        Assert.That(-model.Weight.AsSpan<float>()[0], Is.EqualTo(done));
        Assert.That(first.Steps + second.Steps, Is.EqualTo(done));
    }

    private static Training Count(Linear model)
    {
        var training = Training.Compile(model, (prediction, _) => prediction.Sum(), new SGD(1), BatchSpec.Of(1, 1).WithTarget(1), TestOptions.Default);
        model.Weight.CopyFrom<float>([0]);
        return training;
    }

    private StateAccess Reading(params StoredTensor[] read) => Access(read, []);

    private StateAccess Changing(StoredTensor changed, params StoredTensor[] read) => Access(read, [changed]);

    private StateAccess Access(StoredTensor[] read, StoredTensor[] changed)
    {
        var outputs = read.Select((t, i) => new NamedOutput($"y{i}", Nodes.State(t.Slot)));
        var updates = changed.Select(t => new StateUpdate(t.Slot, Nodes.State(t.Slot)));
        return new StateAccess(new ComputationGraph("test", outputs.ToEquatable(), updates.ToEquatable()), _store);
    }
}
