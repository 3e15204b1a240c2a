using System.IO.Compression;

namespace TimeBank.Banking;

/// <summary>Zip archives that are never trusted: what they say of their sizes and names is a claim.</summary>
internal static class Archives
{
    private const int MaxEntries = 1_000;

    /// <exception cref="RefusedException">It is no archive that can be read.</exception>
    public static ZipArchive Open(MemoryStream bytes)
    {
        bytes.Position = 0;
        try
        {
            var archive = new ZipArchive(bytes, ZipArchiveMode.Read, leaveOpen: true, StrictText.ChineseNames);
            return archive.Entries.Count <= MaxEntries ? archive
                : throw RefusedException.Of(RefusalReason.ArchiveTooLarge, 0, null, $"{MaxEntries}");
        }
        catch (Exception error) when (error is InvalidDataException or System.Text.DecoderFallbackException or ArgumentException)
        {
            throw RefusedException.Of(RefusalReason.ArchiveUnreadable, 0);
        }
    }

    public static void RefuseLocked(ZipArchive archive)
    {
        if (archive.Entries.Any(entry => entry.IsEncrypted)) throw RefusedException.Of(RefusalReason.ArchiveEncrypted, 0);
    }

    /// <summary>An entry's bytes; reading more than is left of the limit is refused, whatever length the archive claims.</summary>
    public static Stream Unpack(ZipArchiveEntry entry, UnpackLimit limit)
    {
        try
        {
            return new UnpackedStream(entry.Open(), limit);
        }
        catch (InvalidDataException)
        {
            throw RefusedException.Of(RefusalReason.ArchiveUnreadable, 0);
        }
    }

    private sealed class UnpackedStream(Stream inner, UnpackLimit limit) : ReadOnlyStream
    {
        public override int Read(Span<byte> buffer)
        {
            int got;
            try
            {
                got = inner.Read(buffer);
            }
            catch (InvalidDataException)
            {
                throw RefusedException.Of(RefusalReason.ArchiveUnreadable, 0);
            }
            limit.Use(got);
            return got;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing) inner.Dispose();
            base.Dispose(disposing);
        }
    }
}

/// <summary>How many bytes an archive may unpack to, over all its entries and however often they are read.</summary>
internal sealed class UnpackLimit(long bytes)
{
    private long used;

    /// <exception cref="RefusedException">It was more than the limit.</exception>
    public void Use(int count)
    {
        used += count;
        if (used > bytes) throw RefusedException.Of(RefusalReason.ArchiveTooLarge, 0, null, $"{bytes}");
    }
}
