namespace GraphForge.Compiler.Schedule;

/// <summary>
/// Which of a growing number of items must wait for which, directly or by way of others. Answers are one look-up: each item has
/// a bit for every item it waits for. A new edge from an item nobody waits for yet costs a row of bits; any other is passed on to
/// all that wait for the item.
/// </summary>
public sealed class DependencyClosure
{
    private const int BitsPerWord = 64;

    private readonly List<ulong[]> _rows = [];

    /// <summary>Whether anybody waits for the item.</summary>
    private readonly List<bool> _isAwaited = [];

    /// <summary>A new item, which waits for none; they are numbered from 0.</summary>
    public int Add()
    {
        _rows.Add([]);
        _isAwaited.Add(false);
        return _rows.Count - 1;
    }

    /// <summary>Whether <paramref name="item"/> must wait for <paramref name="target"/>; no item waits for itself.</summary>
    public bool DependsOn(int item, int target)
    {
        var row = _rows[item];
        var word = target / BitsPerWord;
        return word < row.Length && (row[word] >> target % BitsPerWord & 1) != 0;
    }

    /// <summary>Makes <paramref name="item"/>, and all that wait for it, wait for <paramref name="dependency"/>. There must be no way back.</summary>
    public void Connect(int item, int dependency)
    {
        if (item == dependency || DependsOn(item, dependency)) return;
        Include(item, dependency);
        _isAwaited[dependency] = true;
        if (!_isAwaited[item]) return;
        for (var other = 0; other < _rows.Count; other++)
            if (DependsOn(other, item)) Include(other, dependency);
    }

    private void Include(int item, int dependency)
    {
        Union(item, _rows[dependency]);
        var word = dependency / BitsPerWord;
        if (_rows[item].Length <= word) _rows[item] = Grown(_rows[item], word + 1);
        _rows[item][word] |= 1UL << dependency % BitsPerWord;
    }

    private void Union(int item, ulong[] bits)
    {
        var row = _rows[item];
        if (row.Length < bits.Length) _rows[item] = row = Grown(row, bits.Length);
        for (var word = 0; word < bits.Length; word++) row[word] |= bits[word];
    }

    private static ulong[] Grown(ulong[] row, int length)
    {
        Array.Resize(ref row, length);
        return row;
    }
}
