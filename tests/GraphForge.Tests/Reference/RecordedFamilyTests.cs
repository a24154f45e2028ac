using GraphForge.Compiler.Tests.Reference;

namespace GraphForge.Tests.Reference;

/// <summary>A test class of one family.</summary>
public interface IRecordedFamily
{
    static abstract RecordedFamily Family { get; }
}

/// <summary>What is tested of every family.</summary>
/// <typeparam name="T">The test class itself, which has the family.</typeparam>
public abstract class RecordedFamilyTests<T> where T : IRecordedFamily
{
    protected static IEnumerable<RecordedCase> Cases => T.Family.Cases;

    [TestCaseSource(nameof(Cases))]
    public void Reference_evaluation_is_as_good_as_PyTorch(RecordedCase recorded) => T.Family.AssertReference(recorded);

    [TestCaseSource(nameof(Cases))]
    public void Compiled_result_is_as_good_as_PyTorch(RecordedCase recorded) => T.Family.AssertCompiled(recorded);

    [Test]
    public void Every_function_has_a_case() => T.Family.AssertComplete();
}
