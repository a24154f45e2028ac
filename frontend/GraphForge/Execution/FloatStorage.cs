using GraphForge.Runtime;

namespace GraphForge.Execution;

/// <summary>Writes float32 values into storage of any element type.</summary>
internal static class FloatStorage
{
    /// <summary>Every element, rounded or saturated to the storage's type.</summary>
    public static void Set(this StateBuffer storage, ReadOnlySpan<float> values)
    {
        switch (storage.Type)
        {
            case DType.Float32: storage.CopyFrom(values); break;
            case DType.Float64: storage.CopyFrom(Converted(values, v => (double)v)); break;
            case DType.Float16: storage.CopyFrom(Converted(values, v => (Half)v)); break;
            case DType.BFloat16: storage.CopyFrom(Converted(values, v => (BFloat16)v)); break;
            case DType.Int64: storage.CopyFrom(Converted(values, long.CreateSaturating)); break;
            case DType.Int32: storage.CopyFrom(Converted(values, int.CreateSaturating)); break;
            default: storage.CopyFromBytes(Converted(values, byte.CreateSaturating)); break;
        }
    }

    private static ReadOnlySpan<T> Converted<T>(ReadOnlySpan<float> values, Func<float, T> convert)
    {
        var converted = new T[values.Length];
        for (var i = 0; i < values.Length; i++) converted[i] = convert(values[i]);
        return converted;
    }
}
