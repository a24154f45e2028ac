#pragma warning disable IDE0130 // The double stands where kernels expect ILGPU.
namespace ILGPU.Runtime;
#pragma warning restore IDE0130

/// <summary>Test double: promises about views, which are checked here.</summary>
public static class ArrayViewExtensions
{
    public static ArrayView<T> AsAligned<T>(this ArrayView<T> view, int alignmentInBytes) where T : unmanaged => view.Aligned(alignmentInBytes);
}
