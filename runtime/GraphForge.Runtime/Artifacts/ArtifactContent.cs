using System.Security.Cryptography;

namespace GraphForge.Runtime.Artifacts;

/// <summary>What becomes an entry: bytes, or something that writes the same bytes whenever asked.</summary>
internal sealed class ArtifactContent
{
    private readonly Action<Stream> _write;

    private ArtifactContent(Action<Stream> write)
    {
        _write = write;
        using var measure = new Measure();
        write(measure);
        (Length, Crc, Sha256) = (measure.Length, measure.Crc, measure.Hash());
    }

    public long Length { get; }

    public uint Crc { get; }

    /// <summary>Lower-case hexadecimal.</summary>
    public string Sha256 { get; }

    public static ArtifactContent Of(byte[] bytes) => new(stream => stream.Write(bytes));

    public static ArtifactContent Of(Action<Stream> write) => new(write);

    public void WriteTo(Stream stream) => _write(stream);

    /// <summary>Takes the length and the hashes of what is written to it, and keeps nothing.</summary>
    private sealed class Measure : Stream
    {
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        private uint _crc = ~0u;
        private long _length;

        public uint Crc => ~_crc;

        public override long Length => _length;

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Position
        {
            get => _length;
            set => throw new NotSupportedException();
        }

        public string Hash() => Convert.ToHexStringLower(_hash.GetHashAndReset());

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            _hash.AppendData(buffer);
            _crc = Crc32.Append(_crc, buffer);
            _length += buffer.Length;
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Flush() { }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing) _hash.Dispose();
            base.Dispose(disposing);
        }
    }
}
