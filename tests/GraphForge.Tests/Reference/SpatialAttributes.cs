using GraphForge.Compiler.Tests.Reference;

namespace GraphForge.Tests.Reference;

/// <summary>Attributes of recorded layers with an entry for each spatial axis, in the types that layers take.</summary>
internal static class SpatialAttributes
{
    extension(CaseAttributes attributes)
    {
        public int Rank => attributes.Integer("rank");

        public int One(string name, int missing) => attributes.Has(name) ? (int)attributes.Integers(name)[0] : missing;

        public Size2d Two(string name, int missing) =>
            attributes.Has(name) && attributes.Integers(name) is [var height, var width] ? ((int)height, (int)width) : missing;

        public Size3d Three(string name, int missing) => attributes.Has(name) && attributes.Integers(name) is [var depth, var height, var width]
            ? ((int)depth, (int)height, (int)width)
            : missing;

        public int? OneOrNone(string name) => attributes.Has(name) ? attributes.One(name, 0) : null;

        public Size2d? TwoOrNone(string name) => attributes.Has(name) ? attributes.Two(name, 0) : null;

        public Size3d? ThreeOrNone(string name) => attributes.Has(name) ? attributes.Three(name, 0) : null;
    }
}
