using SkiaSharp;
using ZXing;
using ZXing.Common;

namespace TimeBank.Cli;

/// <summary>Reads the QR code in a picture from a phone or a scanner.</summary>
internal static class CodeImage
{
    /// <summary>A small file can hold an enormous picture.</summary>
    private const long MaxBytes = 20 << 20, MaxPixels = 40_000_000;

    private const int Colours = 4;

    /// <exception cref="UsageException">There is no such picture, or no code in it.</exception>
    public static string Read(string path)
    {
        byte[] pixels;
        SKImageInfo info;
        try
        {
            if (new FileInfo(path).Length > MaxBytes) throw new IOException("too large");
            using SKCodec codec = SKCodec.Create(path) ?? throw new IOException("no picture");
            info = new SKImageInfo(codec.Info.Width, codec.Info.Height, SKColorType.Rgba8888, SKAlphaType.Unpremul);
            if ((long)info.Width * info.Height > MaxPixels) throw new IOException("too large");
            if (codec.GetPixels(info, out pixels) is not (SKCodecResult.Success or SKCodecResult.IncompleteInput))
            {
                throw new IOException("damaged");
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"读不出图片 {path}（PNG 或 JPEG，最多 4 千万像素）。",
                $"Can't read the picture {path} (PNG or JPEG, at most 40 million pixels).");
        }
        // What is transparent is paper.
        for (int at = 0; at < pixels.Length; at += Colours)
        {
            if (pixels[at + 3] < 128) pixels.AsSpan(at, 3).Fill(byte.MaxValue);
        }
        var reader = new BarcodeReaderGeneric
        {
            Options = new DecodingOptions { PossibleFormats = [BarcodeFormat.QR_CODE], TryHarder = true }, AutoRotate = true,
        };
        Result? found = reader.Decode(new RGBLuminanceSource(pixels, info.Width, info.Height, RGBLuminanceSource.BitmapFormat.RGBA32));
        return found?.Text ?? throw new UsageException($"{path} 里没有可读的二维码。", $"There is no readable QR code in {path}.");
    }
}
