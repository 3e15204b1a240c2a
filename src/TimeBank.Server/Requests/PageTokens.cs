using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;
using Grpc.Core;
using TimeBank.Ledger;

namespace TimeBank.Server;

/// <summary>
/// Page tokens that nobody can forge: a cursor under a keyed hash over the caller, the method and the request without its page
/// fields, so that a token holds only for the list that it came from.
/// </summary>
public sealed class PageTokens(byte[] key)
{
    private const int TagSize = 16;

    public string Write(ServerCallContext context, IMessage request, string cursor)
    {
        byte[] text = Encoding.UTF8.GetBytes(cursor);
        return Base64Url.EncodeToString([.. Tag(context, request, text), .. text]);
    }

    /// <summary>The cursor, or null for the first page.</summary>
    /// <exception cref="RpcException">PAGE_TOKEN_INVALID.</exception>
    public string? Read(ServerCallContext context, IMessage request, string token)
    {
        if (token.Length == 0) return null;
        try
        {
            byte[] bytes = token.Length > 1_000 ? [] : Base64Url.DecodeFromChars(token);
            // Padding and blanks decode to the same bytes: only what was written is a token.
            if (Base64Url.EncodeToString(bytes) == token && bytes.Length > TagSize && CryptographicOperations.FixedTimeEquals(bytes.AsSpan(0, TagSize), Tag(context, request, bytes.AsSpan(TagSize))))
            {
                return Encoding.UTF8.GetString(bytes.AsSpan(TagSize));
            }
        }
        catch (FormatException)
        {
            // Not base64url: as invalid as one with a wrong tag.
        }
        throw Problem.Of(Reason.PageTokenInvalid);
    }

    private byte[] Tag(ServerCallContext context, IMessage request, ReadOnlySpan<byte> cursor)
    {
        IMessage filters = request.Descriptor.Parser.ParseFrom(request.ToByteArray());
        request.Descriptor.FindFieldByName("page_token").Accessor.Clear(filters);
        request.Descriptor.FindFieldByName("page_size").Accessor.Clear(filters);
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        hmac.AppendData(Encoding.UTF8.GetBytes($"{context.Caller().Subject}\n{context.Method}\n{filters.CalculateSize()}\n"));
        hmac.AppendData(filters.ToByteArray());
        hmac.AppendData(cursor);
        return hmac.GetHashAndReset()[..TagSize];
    }
}
