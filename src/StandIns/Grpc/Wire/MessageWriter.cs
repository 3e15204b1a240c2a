using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using Grpc.Core;
using Grpc.Net.Compression;

namespace Grpc.Wire;

/// <summary>
/// Writes messages, each behind its prefix of five bytes: a flag (compressed) and its length, big-endian.
/// Where the serializer says the length first, as generated code does, the message goes straight into the target.
/// </summary>
internal sealed class MessageWriter(IBufferWriter<byte> target, int? mostBytes, ICompressionProvider? compression = null, CompressionLevel? level = null) : SerializationContext
{
    private const int PrefixLength = 5;

    private ArrayBufferWriter<byte>? _buffer;
    private int? _length;
    private bool _compress;
    private bool _complete;

    public void Write<T>(T message, Marshaller<T> marshaller, bool compress)
    {
        _buffer = null;
        _length = null;
        _complete = false;
        _compress = compress && compression is not null;
        marshaller.ContextualSerializer(message, this);
        if (!_complete) throw new InvalidOperationException("The serializer did not complete the message.");
    }

    public override void SetPayloadLength(int payloadLength)
    {
        CheckSize(payloadLength);
        _length = payloadLength;
    }

    public override IBufferWriter<byte> GetBufferWriter()
    {
        if (_length is not int length || _compress) return _buffer ??= new ArrayBufferWriter<byte>();
        WritePrefix(compressed: false, length);
        return target;
    }

    public override void Complete()
    {
        _complete = true;
        if (_buffer is not null) WriteWhole(_buffer.WrittenSpan);
    }

    public override void Complete(byte[] payload)
    {
        _complete = true;
        WriteWhole(payload);
    }

    private void WriteWhole(ReadOnlySpan<byte> payload)
    {
        CheckSize(payload.Length);
        if (_compress)
        {
            using var compressed = new MemoryStream();
            using (Stream stream = compression!.CreateCompressionStream(compressed, level)) stream.Write(payload);
            payload = compressed.GetBuffer().AsSpan(0, (int)compressed.Length);
        }
        WritePrefix(_compress, payload.Length);
        target.Write(payload);
    }

    private void WritePrefix(bool compressed, int length)
    {
        Span<byte> prefix = target.GetSpan(PrefixLength + length);
        prefix[0] = compressed ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt32BigEndian(prefix[1..], (uint)length);
        target.Advance(PrefixLength);
    }

    private void CheckSize(int length)
    {
        if (length > mostBytes) throw new RpcException(new Status(StatusCode.ResourceExhausted, "Sending message exceeds the maximum configured message size."));
    }
}
