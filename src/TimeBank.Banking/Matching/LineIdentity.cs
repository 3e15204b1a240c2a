using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace TimeBank.Banking;

/// <summary>
/// Which line of an account a line is, across files: its day, what it says, and the how-manieth such line of its day it is. No field alone
/// is a key: banks use references again, and two lines that are equal in everything may both be real.
/// </summary>
/// <param name="Occurrence">Counted from 1.</param>
public readonly record struct LineId(DateOnly Day, LineFingerprint Content, int Occurrence);

/// <summary>What a line says, as 128 bits of a SHA-256. Running balance, place in the file and details are not part of it.</summary>
public readonly record struct LineFingerprint(UInt128 Value)
{
    /// <summary>As it is stored: 32 small hexadecimal digits.</summary>
    public override string ToString() => Value.ToString("x32", CultureInfo.InvariantCulture);

    public static LineFingerprint Parse(string digits) =>
        new(UInt128.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
}

/// <summary>A line that was taken from an earlier file.</summary>
public sealed record KnownLine(LineId Id, long SignedFen, string? BankReference);

/// <summary>A line with its identity.</summary>
/// <param name="IsNew">Whether no earlier file brought it.</param>
/// <param name="SameReference">
/// For a new line: a known one of that day with the same bank reference and amount but another text. A bank that rewords its texts would
/// bring the money twice, so a person looks.
/// </param>
public readonly record struct IdentifiedLine(BankLine Line, LineId Id, bool IsNew, LineId? SameReference);

/// <summary>Tells new lines from known ones in files that are the same, overlap or come late.</summary>
public static class LineIdentity
{
    // In the fingerprint, so that another way to make it never meets this one.
    private const byte Version = 1;

    private const int NumbersSize = 26, UsualSize = 512;

    /// <summary>
    /// Identifies the lines of one file of one account, in order. The k-th equal line of a day is the k-th known one: a file that
    /// overlaps brings nothing twice, and a back-dated line that comes late is new once.
    /// </summary>
    /// <param name="known">All known lines of the account on the days that the file has lines of; more do no harm.</param>
    public static IEnumerable<IdentifiedLine> Identify(IEnumerable<KnownLine> known, IEnumerable<BankLine> file)
    {
        Dictionary<(DateOnly, LineFingerprint), (int Known, int Seen)> counts = [];
        Dictionary<(DateOnly, long, string), LineId> references = [];
        foreach (KnownLine line in known)
        {
            (int most, _) = counts.GetValueOrDefault((line.Id.Day, line.Id.Content));
            counts[(line.Id.Day, line.Id.Content)] = (Math.Max(most, line.Id.Occurrence), 0);
            if (line.BankReference is { } reference) references.TryAdd((line.Id.Day, line.SignedFen, reference), line.Id);
        }
        foreach (BankLine line in file)
        {
            LineFingerprint content = Fingerprint(line);
            (int Known, int Seen) count = counts.GetValueOrDefault((line.BookedOn, content));
            count.Seen++;
            counts[(line.BookedOn, content)] = count;
            bool isNew = count.Seen > count.Known;
            LineId? same = isNew && count.Known == 0 && line.BankReference is { } reference
                && references.TryGetValue((line.BookedOn, line.SignedFen, reference), out LineId other) ? other : null;
            yield return new IdentifiedLine(line, new LineId(line.BookedOn, content, count.Seen), isNew, same);
        }
    }

    /// <summary>What a line says. Blanks don't count, since exports break and pad the same text at other places.</summary>
    public static LineFingerprint Fingerprint(BankLine line)
    {
        var all = new ArrayBufferWriter<byte>(UsualSize);
        Span<byte> numbers = stackalloc byte[NumbersSize];
        numbers[0] = Version;
        BinaryPrimitives.WriteInt32BigEndian(numbers[1..], line.BookedOn.DayNumber);
        BinaryPrimitives.WriteInt32BigEndian(numbers[5..], line.ValueOn?.DayNumber ?? -1);
        BinaryPrimitives.WriteInt64BigEndian(numbers[9..], line.BookedAt?.Ticks ?? -1);
        BinaryPrimitives.WriteInt64BigEndian(numbers[17..], line.Amount.Value);
        numbers[25] = line.Flow switch { MoneyFlow.In => 1, MoneyFlow.Out => 2, MoneyFlow.Neither => 3 };
        all.Write(numbers);
        Append(all, line.Text);
        Append(all, line.Counterparty);
        Append(all, line.CounterpartyAccount);
        Append(all, line.EndToEndId);
        Append(all, line.BankReference);
        Append(all, line.BatchId);
        Append(all, line.Means);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(all.WrittenSpan, digest);
        return new LineFingerprint(BinaryPrimitives.ReadUInt128BigEndian(digest));
    }

    /// <summary>Length and bytes, so that a text that moves from one field to the next is another line.</summary>
    private static void Append(ArrayBufferWriter<byte> all, string? text)
    {
        string bare = text ?? "";
        if (HasBlanks(bare)) bare = string.Concat(bare.Where(letter => !char.IsWhiteSpace(letter)));
        Span<byte> room = all.GetSpan(sizeof(int) + Encoding.UTF8.GetMaxByteCount(bare.Length));
        int size = Encoding.UTF8.GetBytes(bare, room[sizeof(int)..]);
        BinaryPrimitives.WriteInt32BigEndian(room, size);
        all.Advance(sizeof(int) + size);
    }

    private static bool HasBlanks(string text)
    {
        foreach (char letter in text)
            if (char.IsWhiteSpace(letter)) return true;
        return false;
    }
}
