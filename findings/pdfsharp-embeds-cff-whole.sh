#!/usr/bin/env bash
# One would guess: PDFsharp, asked for a subset (PdfFontEmbedding.TryComputeSubset), embeds the letters that a document has, of any font that
#   it opens without a word.
# What happens: of a font with CFF outlines, such as Noto Sans CJK, it embeds everything: five letters make a file of more than 10 MB. The
#   font's name in the file has the prefix of a subset all the same, and pdffonts says that it is one. Only TrueType outlines are subset.
# Seen with: PDFsharp 6.2.4 and Debian's fonts-noto-cjk on .NET 10 on 2026-11-30.
# Why it matters: a voucher's paper is sent to the counter's printer and by phone; 13 MB a paper stop both.
# Instead: give PDFsharp a small TrueType font of the letters that the paper has, made of the font's outlines.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
font=/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc
[ -e "$font" ] || { echo "needs Debian's fonts-noto-cjk" >&2; exit 2; }

cat > demo.csproj <<'XML'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType>
    <TargetFramework>net10.0</TargetFramework>
    <ImplicitUsings>enable</ImplicitUsings>
  </PropertyGroup>
  <ItemGroup>
    <PackageReference Include="PDFsharp" Version="6.2.4" />
  </ItemGroup>
</Project>
XML
cat > Demo.cs <<'CS'
using System.Buffers.Binary;
using PdfSharp.Drawing;
using PdfSharp.Fonts;
using PdfSharp.Pdf;

GlobalFontSettings.FontResolver = new Noto(File.ReadAllBytes(args[0]));
using var document = new PdfDocument();
using (XGraphics drawing = XGraphics.FromPdfPage(document.AddPage()))
{
    var options = new XPdfFontOptions(PdfFontEncoding.Unicode, PdfFontEmbedding.TryComputeSubset);
    drawing.DrawString("养老服务券", new XFont("Noto", 20, XFontStyleEx.Regular, options), XBrushes.Black, 20, 60);
}
document.Save("out.pdf");
long megabytes = new FileInfo("out.pdf").Length / 1_000_000;
Console.WriteLine(megabytes >= 10 ? "five letters: more than 10 MB" : $"five letters: {megabytes} MB");

/// <summary>The face for simplified Chinese of a collection, as a file of its own.</summary>
sealed class Noto(byte[] all) : IFontResolver
{
    public byte[] GetFont(string name)
    {
        int face = Long(12 + 4 * 2), tables = BinaryPrimitives.ReadUInt16BigEndian(all.AsSpan(face + 4));
        using var file = new MemoryStream();
        file.Write(all, face, 12);
        int at = 12 + 16 * tables;
        for (int table = 0; table < tables; table++)
        {
            byte[] entry = all[(face + 12 + 16 * table)..(face + 28 + 16 * table)];
            int length = BinaryPrimitives.ReadInt32BigEndian(entry.AsSpan(12));
            BinaryPrimitives.WriteInt32BigEndian(entry.AsSpan(8), at);
            file.Write(entry);
            at += (length + 3) / 4 * 4;
        }
        for (int table = 0; table < tables; table++)
        {
            file.Write(all, Long(face + 20 + 16 * table), Long(face + 24 + 16 * table));
            while (file.Length % 4 != 0) file.WriteByte(0);
        }
        return file.ToArray();
    }

    public FontResolverInfo ResolveTypeface(string family, bool isBold, bool isItalic) => new("noto");

    private int Long(int at) => BinaryPrimitives.ReadInt32BigEndian(all.AsSpan(at));
}
CS
dotnet run -- "$font" | tee seen
grep -aqE '/BaseFont ?/[A-Z]{6}\+' out.pdf && echo "its name says: a subset" | tee -a seen

diff - seen <<'EXPECTED'
five letters: more than 10 MB
its name says: a subset
EXPECTED
