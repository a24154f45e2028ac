namespace GraphForge.Runtime.Tests;

public sealed class ThreefryTests
{
    /// <summary>Known answers of threefry2x32 with 20 rounds, from the Random123 distribution (kat_vectors).</summary>
    [TestCase(0u, 0u, 0u, 0u, 0x6b200159u, 0x99ba4efeu)]
    [TestCase(0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0x1cb996fcu, 0xbb002be7u)]
    [TestCase(0x13198a2eu, 0x03707344u, 0x243f6a88u, 0x85a308d3u, 0xc4923a9cu, 0x483df7a0u)]
    public void Published_answers(uint k0, uint k1, uint c0, uint c1, uint word0, uint word1) =>
        Assert.That(Threefry.Block(k0, k1, c0, c1), Is.EqualTo((word0, word1)));

    [Test]
    public void Seed_stream_and_index_are_split_into_words() => Assert.That(
        Threefry.Word(unchecked((long)0x03707344_13198a2e), 0, unchecked((long)0x85a308d3_243f6a88)), Is.EqualTo(0xc4923a9cu));

    [Test]
    public void The_stream_enters_the_key_crosswise() => Assert.That(
        Threefry.Word(0, 0x13198a2e_03707344, unchecked((long)0x85a308d3_243f6a88)), Is.EqualTo(0xc4923a9cu));

    [Test]
    public void Floats_are_the_top_24_bits() => Assert.That(Threefry.Uniform(0, 0, 0), Is.EqualTo(0x6b2001 / 16777216f));

    [Test]
    public void Floats_fill_the_unit_interval_evenly()
    {
        var counts = new int[16];
        for (var i = 0; i < 16_000; i++)
        {
            var value = Threefry.Uniform(42, 3, i);
            Assert.That(value, Is.InRange(0f, 1f).And.Not.EqualTo(1f));
            counts[(int)(value * 16)]++;
        }
        // Each count is binomial with mean 1000 and deviation 31.
        Assert.That(counts, Is.All.InRange(850, 1150));
    }
}
