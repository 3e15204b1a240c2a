using Google.Rpc;
using Grpc.Core;
using QRCoder;
using TimeBank.Proofs;
using TimeBank.V1;

namespace TimeBank.Pages.Shell;

/// <summary>
/// An entry's receipt: the proof that it is in the signed journal, in the format of c2sp.org/tlog-proof, which other people's tools read.
/// </summary>
/// <param name="Index">The entry's place in the journal, from 0.</param>
/// <param name="Text">The receipt; holds the entry itself if the reader may see it.</param>
/// <param name="Head">The signed head that the proof leads to.</param>
public sealed record EntryReceipt(long Index, string Text, Checkpoint Head, bool HasEntry)
{
    // Level L of a QR code of version 40 holds 2,953 bytes; phones read far smaller ones, so a longer receipt is only offered as a file.
    private const int MaxQrBytes = 1_800;

    // A journal is signed at most once a second. Whoever has just written waits for that, and not for ever.
    private const int MaxWaits = 12;

    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(0.25);

    /// <summary>The receipt as a QR code in a PNG picture; null if it is too long for one that a phone reads.</summary>
    public string? Qr()
    {
        if (Text.Length > MaxQrBytes) return null;
        using QRCodeData data = QRCodeGenerator.GenerateQrCode(Text, QRCodeGenerator.ECCLevel.L);
        return QrPicture.Of(data);
    }

    /// <exception cref="RpcException">ENTRY_NOT_FOUND, NOT_SIGNED_YET, or access.</exception>
    public static async Task<EntryReceipt> ReadAsync(Visitor visitor, long index)
    {
        InclusionProof answer = await SignedAsync(visitor, new GetInclusionProofRequest { Name = $"{visitor.Parent}/entries/{index}" });
        var proof = new TlogProof(
            answer.Entry.IsEmpty ? default : (byte[])[.. answer.Salt.Span, .. answer.Entry.Span], answer.Index,
            [.. answer.Hashes.Select(hash => new Digest(hash.Span))], SignedNote.Parse(answer.Checkpoint));
        return new EntryReceipt(answer.Index, proof.ToString(), Checkpoint.Parse(proof.Checkpoint.Text), !answer.Entry.IsEmpty);
    }

    private static async Task<InclusionProof> SignedAsync(Visitor visitor, GetInclusionProofRequest request)
    {
        for (int waits = 0; ; waits++)
        {
            try
            {
                return await visitor.Client.Ledger.GetInclusionProofAsync(request, visitor.Client.Reading);
            }
            catch (RpcException error) when (
                waits < MaxWaits && error.GetRpcStatus()?.GetDetail<ErrorInfo>()?.Reason == "NOT_SIGNED_YET")
            {
                await Task.Delay(Wait, TimeProvider.System);
            }
        }
    }
}

/// <summary>A QR code as a picture in the page.</summary>
public static class QrPicture
{
    private const int PixelsPerModule = 4;

    public static string Of(QRCodeData data)
    {
        using var code = new PngByteQRCode(data);
        return $"data:image/png;base64,{Convert.ToBase64String(code.GetGraphic(PixelsPerModule))}";
    }

    public static string Of(string text, QRCodeGenerator.ECCLevel level = QRCodeGenerator.ECCLevel.M)
    {
        using QRCodeData data = QRCodeGenerator.GenerateQrCode(text, level);
        return Of(data);
    }
}
