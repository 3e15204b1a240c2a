using System.Buffers;
using Grpc.Core;

namespace Grpc.Wire;

/// <summary>Serializes one message into an array of its own.</summary>
internal sealed class ArrayContext : SerializationContext
{
    private readonly ArrayBufferWriter<byte> _buffer = new();

    public static byte[] Serialize<T>(T message, Action<T, SerializationContext> serializer)
    {
        var context = new ArrayContext();
        serializer(message, context);
        return context._buffer.WrittenSpan.ToArray();
    }

    public override void Complete(byte[] payload) => _buffer.Write(payload);

    public override IBufferWriter<byte> GetBufferWriter() => _buffer;

    public override void SetPayloadLength(int payloadLength)
    {
    }

    public override void Complete()
    {
    }

    /// <summary>One message in an array.</summary>
    internal sealed class Payload(byte[] bytes) : DeserializationContext
    {
        public override int PayloadLength => bytes.Length;

        public override byte[] PayloadAsNewBuffer() => [.. bytes];

        public override ReadOnlySequence<byte> PayloadAsReadOnlySequence() => new(bytes);
    }
}
