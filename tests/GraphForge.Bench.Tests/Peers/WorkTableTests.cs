using GraphForge.Bench.Peers;

namespace GraphForge.Bench.Tests.Peers;

public sealed class WorkTableTests
{
    private static readonly Work[] All = [.. WorkTable.All, .. SizeTable.All];

    [Test]
    public void Names_are_unique() => Assert.That(All.Select(w => w.Name), Is.Unique);

    [Test]
    public void A_floor_is_a_time() => Assert.That(All.Select(w => w.Floor(new MachineLimits(1e11, 1e10))), Is.All.InRange(1e-9, 1));

    [Test]
    public void Without_words_all_is_meant() => Assert.That(WorkWords.Find(WorkTable.All, []), Is.EqualTo(WorkTable.All));

    [TestCase("step-mlp", "step-mlp")]
    [TestCase("mlp", "step-mlp infer-mlp")]
    [TestCase("tiny softmax", "step-tiny kernel-softmax")]
    [TestCase("contraction", "contraction-512 contraction-1024 contraction-2048 contraction-3072")]
    public void Words_are_names_or_parts_of_them(string words, string names) =>
        Assert.That(WorkWords.Find(WorkTable.All, words.Split(' ')).Select(w => w.Name), Is.EqualTo(names.Split(' ')));

    [Test]
    public void A_word_that_means_nothing_is_refused() => Assert.That(
        () => WorkWords.Find(WorkTable.All, ["mlp", "vgg"]), Throws.TypeOf<BenchmarkException>().With.Message.StartsWith("nothing is called vgg: use contraction-512, "));
}
