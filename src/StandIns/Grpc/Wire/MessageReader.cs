using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using Grpc.Core;
using Grpc.Net.Compression;

namespace Grpc.Wire;

/// <summary>Reads messages as <see cref="MessageWriter"/> writes them. What is wrong with one is an <see cref="RpcException"/> with the status for it.</summary>
internal sealed class MessageReader(PipeReader pipe, int? mostBytes, ICompressionProvider? compression) : DeserializationContext
{
    private const int PrefixLength = 5;

    private ReadOnlySequence<byte> _payload;

    public override int PayloadLength => checked((int)_payload.Length);

    public override byte[] PayloadAsNewBuffer() => _payload.ToArray();

    public override ReadOnlySequence<byte> PayloadAsReadOnlySequence() => _payload;

    /// <summary>The next message, or null at the end.</summary>
    public async ValueTask<T?> ReadAsync<T>(Marshaller<T> marshaller, CancellationToken cancellationToken) where T : class
    {
        while (true)
        {
            ReadResult read = await pipe.ReadAsync(cancellationToken).ConfigureAwait(false);
            if (read.IsCanceled) throw new OperationCanceledException();
            ReadOnlySequence<byte> rest = read.Buffer;
            if (TryTake(ref rest))
            {
                T message = marshaller.ContextualDeserializer(this);
                _payload = default;
                pipe.AdvanceTo(rest.Start);
                return message;
            }
            if (read.IsCompleted) return rest.IsEmpty ? null : throw Broken("Incomplete message.");
            pipe.AdvanceTo(rest.Start, rest.End);
        }
    }

    /// <summary>Waits for the end of the stream, after the only message of a side that sends one.</summary>
    public async ValueTask ReadEndAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            ReadResult read = await pipe.ReadAsync(cancellationToken).ConfigureAwait(false);
            if (!read.Buffer.IsEmpty) throw Broken("Additional data after the message received.");
            if (read.IsCompleted) return;
            pipe.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    /// <summary>Gives the pipe's buffers back; no read may follow.</summary>
    public void Complete() => pipe.Complete();

    private bool TryTake(ref ReadOnlySequence<byte> rest)
    {
        if (rest.Length < PrefixLength) return false;
        Span<byte> prefix = stackalloc byte[PrefixLength];
        rest.Slice(0, PrefixLength).CopyTo(prefix);
        uint length = BinaryPrimitives.ReadUInt32BigEndian(prefix[1..]);
        if (length > (uint)(mostBytes ?? int.MaxValue)) throw TooLarge();
        if (rest.Length < PrefixLength + length) return false;
        _payload = rest.Slice(PrefixLength, length);
        rest = rest.Slice(_payload.End);
        if (prefix[0] is 0) return true;
        if (prefix[0] is not 1) throw Broken("Unexpected compressed flag value in message header.");
        _payload = new ReadOnlySequence<byte>(Decompress(compression ?? throw Broken("Request sent 'identity' grpc-encoding value with compressed message.")));
        return true;
    }

    /// <summary>Bounded, because a few bytes can grow without end.</summary>
    private ReadOnlyMemory<byte> Decompress(ICompressionProvider provider)
    {
        var plain = new ArrayBufferWriter<byte>();
        using Stream stream = provider.CreateDecompressionStream(new MemoryStream(_payload.ToArray()));
        int count;
        while ((count = stream.Read(plain.GetSpan(4096))) > 0)
        {
            plain.Advance(count);
            if (plain.WrittenCount > mostBytes) throw TooLarge();
        }
        return plain.WrittenMemory;
    }

    private static RpcException TooLarge() => new(new Status(StatusCode.ResourceExhausted, "Received message exceeds the maximum configured message size."));

    private static RpcException Broken(string detail) => new(new Status(StatusCode.Internal, detail));
}
