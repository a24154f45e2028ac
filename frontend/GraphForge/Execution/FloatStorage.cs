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
            case DType.Float32: values.CopyTo(storage.AsSpan<float>()); break;
            case DType.Float64: Convert(values, storage.AsSpan<double>(), v => v); break;
            case DType.Float16: Convert(values, storage.AsSpan<Half>(), v => (Half)v); break;
            case DType.BFloat16: Convert(values, storage.AsSpan<BFloat16>(), v => (BFloat16)v); break;
            case DType.Int64: Convert(values, storage.AsSpan<long>(), long.CreateSaturating); break;
            case DType.Int32: Convert(values, storage.AsSpan<int>(), int.CreateSaturating); break;
            default: Convert(values, storage.AsBytes(), byte.CreateSaturating); break;
        }
    }

    private static void Convert<T>(ReadOnlySpan<float> values, Span<T> converted, Func<float, T> convert)
    {
        for (var i = 0; i < values.Length; i++) converted[i] = convert(values[i]);
    }
}
