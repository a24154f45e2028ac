namespace GraphForge.Runtime.Tests.Artifacts;

/// <summary>What may happen to a file: bits flip, its end is lost, pieces are swapped, doubled, cut out or overwritten.</summary>
internal static class Mutation
{
    public static byte[] Of(byte[] original, Random random, out string description)
    {
        var kind = random.Next(8);
        var (first, second) = (random.Next(original.Length), random.Next(original.Length));
        var length = random.Next(1, Math.Min(2000, original.Length - Math.Max(first, second)) + 1);
        description = $"kind {kind} at {first} and {second}, {length} bytes";
        var bytes = (byte[])original.Clone();
        switch (kind)
        {
            case 0:
                bytes[first] ^= (byte)(1 << random.Next(8));
                return bytes;
            case 1:
                // Near the end, where the directory is.
                var near = Math.Max(0, original.Length - 1 - random.Next(1500));
                description += $", bit at {near}";
                bytes[near] ^= (byte)(1 << random.Next(8));
                return bytes;
            case 2:
                return bytes[..first];
            case 3:
                original.AsSpan(first, length).CopyTo(bytes.AsSpan(second));
                original.AsSpan(second, length).CopyTo(bytes.AsSpan(first));
                return bytes;
            case 4:
                return [.. bytes[..first], .. bytes[(first + length)..]];
            case 5:
                return [.. bytes[..first], .. bytes.AsSpan(second, length), .. bytes[first..]];
            case 6:
                random.NextBytes(bytes.AsSpan(first, length));
                return bytes;
            default:
                // A number of four bytes becomes one of those that break sums.
                var number = ((uint[])[0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0xFFFFFFFE, (uint)original.Length])[random.Next(7)];
                var at = random.Next(2) == 0 ? first : Math.Max(0, original.Length - 4 - random.Next(1500));
                description += $", {number} at {at}";
                BitConverter.GetBytes(number).AsSpan(0, Math.Min(4, bytes.Length - at)).CopyTo(bytes.AsSpan(at));
                return bytes;
        }
    }
}
