using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace TimeBank.Ledger;

/// <summary>What a provider asks for at once: some services that it gave to one elder at one place on one day.</summary>
/// <param name="Place">Where the services were given.</param>
/// <param name="ServiceDate">The day of the services; null means the day of the claim.</param>
/// <param name="Lines">1 to <see cref="MaxLines"/>, numbered from 1.</param>
public sealed record BillClaim(
    OpaqueId Provider, OpaqueId Elder, ServicePlace Place, DateOnly? ServiceDate, ImmutableArray<BillLine> Lines)
{
    /// <summary>Together with <see cref="Bill.MaxShares"/>, what one entry's details have room for.</summary>
    public const int MaxLines = 12;

    public DateOnly ServedOn(DateOnly today) => ServiceDate ?? today;
}

/// <summary>One service on a bill.</summary>
/// <param name="Quantity">How many of the item.</param>
/// <param name="Price">The price of the whole quantity.</param>
/// <param name="Insurance">The part of the price that long-term-care insurance pays.</param>
public sealed record BillLine(Slug Item, long Quantity, Fen Price, Fen Insurance);

/// <summary>
/// A bill that vouchers paid, or a refund of some of its lines. The entry's details contain all of it: answers, replays and lists are made
/// from the entry alone. A refund has the lines and shares that it takes back, under their numbers on the bill.
/// </summary>
/// <param name="Lines">In the order of their numbers.</param>
/// <param name="Shares">In the order of the lines, then of the vouchers: earliest use-by first.</param>
public sealed record Bill(
    OpaqueId Provider, OpaqueId Elder, ServicePlace Place, DateOnly ServiceDate, ImmutableArray<BilledLine> Lines,
    ImmutableArray<BillShare> Shares)
{
    public const int MaxShares = 28;

    /// <summary>The keys of the details, followed by a number of two digits. Stored: never change them.</summary>
    private const string LineKey = "line", ShareKey = "share";

    /// <summary>The details of a refund: the index of the bill's entry, and the id of the command. Stored: never change them.</summary>
    public const string BillKey = "bill", RequestKey = "request";

    private static readonly JsonSerializerOptions Strict =
        new() { RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true };

    public Fen Credited => Shares.Aggregate(Fen.Zero, (sum, share) => sum + share.Credited);

    /// <summary>What the elder pays.</summary>
    public Fen OwnPart => Lines.Aggregate(Fen.Zero, (sum, line) => sum + line.OwnPart);

    /// <summary>What each voucher has left, in the order in which they were first used.</summary>
    public IEnumerable<BillShare> LastShares => Shares.GroupBy(share => share.Voucher).Select(shares => shares.Last());

    public IEnumerable<BillShare> SharesOf(int line) => Shares.Where(share => share.Line == line);

    /// <summary>The bill's part that consists of some lines.</summary>
    public Bill Only(IReadOnlySet<int> lines) => this with
    {
        Lines = [.. Lines.Where(line => lines.Contains(line.Number))],
        Shares = [.. Shares.Where(share => lines.Contains(share.Line))],
    };

    /// <summary>
    /// Each share as a redemption of its voucher, for lists and sums in which a bill counts once. What belongs to a line as a whole, such
    /// as its own part and its insurance, stands with the line's first share. So does the quantity where money pays; units are counted with
    /// the voucher that gave them. Lines of which no voucher paid anything are left out.
    /// </summary>
    public IEnumerable<(BillShare Share, Redemption Redemption)> Redemptions()
    {
        foreach (BilledLine line in Lines)
        {
            bool isFirst = true;
            foreach (BillShare share in SharesOf(line.Number))
            {
                Fen insurance = isFirst ? line.Insurance : Fen.Zero, own = isFirst ? line.OwnPart : Fen.Zero;
                long quantity = share.Unit != Unit.Fen ? share.FromVoucher : isFirst ? line.Quantity : 0;
                yield return (share, new Redemption(
                    share.Voucher, Elder, share.Programme, Provider, line.Item, quantity, insurance + share.Credited + own, insurance,
                    share.FromVoucher, share.Unit, share.Credited, own, Place, ServiceDate, share.Remaining));
                isFirst = false;
            }
        }
    }

    /// <summary>The share that a posting on the provider's payable belongs to.</summary>
    /// <param name="entry">The bill's or the refund's entry.</param>
    /// <param name="position">The position of the posting's transfer.</param>
    public BillShare ShareOf(JournalEntry entry, int position)
    {
        // Each share that credits the provider moves one transfer on the payable, in the order of the shares.
        bool pays = entry.Code == EntryCode.PayBill;
        Transfer posting = entry.Transfers[position];
        long payable = pays ? posting.Credit : posting.Debit;
        int before = entry.Transfers.Take(position).Count(other => (pays ? other.Credit : other.Debit) == payable);
        return Shares.Where(share => share.Credited > Fen.Zero).ElementAt(before);
    }

    /// <summary>Reads the details of a bill's or a refund's entry.</summary>
    public static Bill Of(JournalEntry entry) => new(
        OpaqueId.Parse(entry.Detail("provider")), OpaqueId.Parse(entry.Detail("elder")),
        StoredName.Parse<ServicePlace>(entry.Detail("place")),
        DateOnly.ParseExact(entry.Detail("serviceDate"), "O", CultureInfo.InvariantCulture),
        [.. Numbered<WrittenLine>(entry, LineKey).Select(written => written.ToLine())],
        [.. Numbered<WrittenShare>(entry, ShareKey).Select(written => written.ToShare())]);

    /// <summary>The index of the bill that a refund takes lines back of.</summary>
    public static long RefundedBy(JournalEntry refund) => long.Parse(refund.Detail(BillKey), CultureInfo.InvariantCulture);

    /// <summary>
    /// The id of a bill's next refund. It depends on how many there were: of two refunds that both know of the same earlier ones, the
    /// ledger takes one, so no line is ever taken back twice.
    /// </summary>
    /// <param name="before">How many refunds the bill has.</param>
    /// <param name="attempt">How many attempts the ledger has refused, such as of a frozen account.</param>
    public static EntryId RefundId(EntryId bill, int before, int attempt) =>
        bill.Step(string.Create(CultureInfo.InvariantCulture, $"refund {before} {attempt}"));

    /// <summary>The entry's details.</summary>
    public (string Key, string Value)[] ToDetails() =>
    [
        ("elder", Elder.Text),
        .. Lines.Select((line, at) => (Key(LineKey, at), JsonSerializer.Serialize(WrittenLine.Of(line)))),
        ("place", StoredName.Of(Place)), ("provider", Provider.Text),
        ("serviceDate", ServiceDate.ToString("O", CultureInfo.InvariantCulture)),
        .. Shares.Select((share, at) => (Key(ShareKey, at), JsonSerializer.Serialize(WrittenShare.Of(share)))),
    ];

    private static string Key(string key, int at) => string.Create(CultureInfo.InvariantCulture, $"{key}{at + 1:D2}");

    private static IEnumerable<T> Numbered<T>(JournalEntry entry, string key)
    {
        for (int at = 0; entry.Header.Details.GetValueOrDefault(Key(key, at)) is { } written; at++)
            yield return JsonSerializer.Deserialize<T>(written, Strict) ?? throw new FormatException($"{Key(key, at)} is null.");
    }

    private sealed record WrittenLine(
        [property: JsonPropertyName("line")] int Number,
        [property: JsonPropertyName("item")] string Item,
        [property: JsonPropertyName("quantity")] long Quantity,
        [property: JsonPropertyName("priceFen")] long PriceFen,
        [property: JsonPropertyName("insuranceFen")] long InsuranceFen,
        [property: JsonPropertyName("ownPartFen")] long OwnPartFen)
    {
        public static WrittenLine Of(BilledLine line) => new(
            line.Number, line.Item.Text, line.Quantity, line.Price.Value, line.Insurance.Value, line.OwnPart.Value);

        public BilledLine ToLine() =>
            new(Number, Slug.Parse(Item), Quantity, new Fen(PriceFen), new Fen(InsuranceFen), new Fen(OwnPartFen));
    }

    private sealed record WrittenShare(
        [property: JsonPropertyName("line")] int Line,
        [property: JsonPropertyName("voucher")] string Voucher,
        [property: JsonPropertyName("programme")] string Programme,
        [property: JsonPropertyName("unit")] string Unit,
        [property: JsonPropertyName("fromVoucher")] long FromVoucher,
        [property: JsonPropertyName("creditedFen")] long CreditedFen,
        [property: JsonPropertyName("freedFen")] long FreedFen,
        [property: JsonPropertyName("remaining")] long Remaining,
        [property: JsonPropertyName("ended"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Ended = null)
    {
        public static WrittenShare Of(BillShare share) => new(
            share.Line, share.Voucher.Text, share.Programme.Text, share.Unit.Code, share.FromVoucher, share.Credited.Value,
            share.Freed.Value, share.Remaining, share.Ended == VoucherEnd.None ? null : StoredName.Of(share.Ended));

        public BillShare ToShare() => new(
            Line, OpaqueId.Parse(Voucher), Slug.Parse(Programme), Ledger.Unit.Parse(Unit), FromVoucher, new Fen(CreditedFen),
            new Fen(FreedFen), Remaining)
        {
            Ended = Ended is null ? VoucherEnd.None : StoredName.Parse<VoucherEnd>(Ended),
        };
    }
}

/// <summary>A line of a bill, with what the elder pays of it.</summary>
/// <param name="Number">The line's number on the bill, from 1.</param>
/// <param name="OwnPart">The price less insurance and what its vouchers credited.</param>
public sealed record BilledLine(int Number, Slug Item, long Quantity, Fen Price, Fen Insurance, Fen OwnPart);

/// <summary>What one voucher pays of one line.</summary>
/// <param name="FromVoucher">The amount taken from the voucher, in its unit.</param>
/// <param name="Credited">The money owed to the provider; zero where a price of a few fen doesn't reach every unit.</param>
/// <param name="Freed">Of a unit voucher: the committed money that the price leaves over. It goes back to the programme.</param>
/// <param name="Remaining">The rest on the voucher afterwards, in its unit.</param>
public sealed record BillShare(
    int Line, OpaqueId Voucher, Slug Programme, Unit Unit, long FromVoucher, Fen Credited, Fen Freed, long Remaining)
{
    /// <summary>Of a refund: how the voucher had ended, so that what came back went on to the programme; else None.</summary>
    public VoucherEnd Ended { get; init; }
}
