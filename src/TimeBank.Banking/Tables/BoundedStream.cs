using System.Security.Cryptography;

namespace TimeBank.Banking;

/// <summary>A stream that is only read, from its beginning to its end.</summary>
internal abstract class ReadOnlyStream : Stream
{
    public sealed override bool CanRead => true;

    public sealed override bool CanSeek => false;

    public sealed override bool CanWrite => false;

    public sealed override long Length => throw new NotSupportedException();

    public sealed override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public abstract override int Read(Span<byte> buffer);

    public sealed override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public sealed override void Flush()
    {
    }

    public sealed override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public sealed override void SetLength(long value) => throw new NotSupportedException();

    public sealed override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}

/// <summary>Bytes that were read already, and then the rest of the stream.</summary>
internal sealed class JoinedStream(ReadOnlyMemory<byte> head, Stream rest) : ReadOnlyStream
{
    private int at;

    public override int Read(Span<byte> buffer)
    {
        if (at == head.Length) return rest.Read(buffer);
        int count = Math.Min(buffer.Length, head.Length - at);
        head.Span.Slice(at, count).CopyTo(buffer);
        at += count;
        return count;
    }
}

/// <summary>
/// A file of which no more than a number of bytes is read, with its SHA-1 where one is expected. It leaves the stream beneath it open.
/// </summary>
internal sealed class BoundedStream(Stream inner, long maxBytes, string? sha1) : ReadOnlyStream
{
    private readonly IncrementalHash? hash = sha1 is null ? null : IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
    private long read;

    /// <exception cref="RefusedException">The file has more bytes than it may have.</exception>
    public override int Read(Span<byte> buffer)
    {
        int got = inner.Read(buffer);
        read += got;
        if (read > maxBytes) throw RefusedException.Of(RefusalReason.FileTooLarge, 0, null, $"{maxBytes}");
        hash?.AppendData(buffer[..got]);
        return got;
    }

    /// <summary>Reads what is left, so that a file is never taken for whole by its first part, and compares the SHA-1.</summary>
    /// <exception cref="RefusedException">The bytes aren't those that were announced.</exception>
    public void Finish()
    {
        Span<byte> rest = stackalloc byte[4096];
        while (Read(rest) > 0)
        {
        }
        if (hash is null) return;
        string seen = Convert.ToHexStringLower(hash.GetHashAndReset());
        if (!seen.Equals(sha1, StringComparison.OrdinalIgnoreCase)) throw RefusedException.Of(RefusalReason.DigestDiffers, 0, null, seen);
    }

    protected override void Dispose(bool disposing)
    {
        hash?.Dispose();
        base.Dispose(disposing);
    }
}
