using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace TimeBank.Proofs;

/// <summary>
/// All that a terminal needs to accept vouchers without a network, as a signed note of the region: which devices and vouchers have ended,
/// the day's limits, the voucher keys, and the prices and ratios from which an elder's part is computed. A text line each.
/// </summary>
/// <param name="Origin">The name of the key that signs it: <c>{origin}/{region}/terminals</c>. It is the first line.</param>
/// <param name="Number">How many entries the region's journal had. It never falls: a terminal takes no list with a smaller one.</param>
/// <param name="Made">When the region made it, in whole seconds.</param>
/// <param name="VoucherMaxFen">What one voucher may pay offline, in fen.</param>
/// <param name="DeviceMaxFen">What one device may accept before it syncs, in fen.</param>
/// <param name="SyncWithinHours">A receipt is sent within so many hours, and the list is good for as long.</param>
/// <param name="Keys">The region's voucher keys.</param>
/// <param name="Items">What vouchers pay for without a network.</param>
/// <param name="RatioPercents">The voucher's part of the elder's own part, by the contract's place.</param>
/// <param name="Devices">Devices that were revoked, ascending.</param>
/// <param name="Vouchers">Vouchers that ended before their use-by, ascending.</param>
public sealed record TerminalList(string Origin, long Number, DateTimeOffset Made, long VoucherMaxFen, long DeviceMaxFen,
    int SyncWithinHours, ImmutableArray<VerifierKey> Keys, ImmutableArray<TerminalItem> Items,
    ImmutableSortedDictionary<int, int> RatioPercents, ImmutableSortedSet<string> Devices, ImmutableSortedSet<string> Vouchers)
{
    public const string NameEnd = "/terminals";

    /// <summary>The last second of the year 9999.</summary>
    private const long MaxSeconds = 253_402_300_799;

    /// <summary>
    /// What the day's policy asks of the elder: the first row that fits a payment decides. Empty: it asks nothing, and the list has the
    /// text that it had before there were such lines.
    /// </summary>
    public ImmutableArray<TerminalCheck> Checks { get; init; } = [];

    public static string NameOf(string origin) => $"{origin}{NameEnd}";

    /// <summary>The note's text.</summary>
    public string ToText()
    {
        var text = new StringBuilder();
        Line(Origin);
        Line(Text(Number));
        Line(Text(Made.ToUnixTimeSeconds()));
        Line($"limits {Text(VoucherMaxFen)} {Text(DeviceMaxFen)} {Text(SyncWithinHours)}");
        foreach (VerifierKey key in Keys) Line($"key {key}");
        foreach (TerminalItem item in Items) Line(
            $"item {item.Id} {Text(item.ServiceType)} {item.Unit} {Text(item.CeilingFen)} {Text(item.ContractFen)}");
        foreach ((int place, int percent) in RatioPercents) Line($"ratio {Text(place)} {Text(percent)}");
        foreach (TerminalCheck check in Checks) Line($"check {Text(check.ServiceType)} {Text(check.FromFen)} {Text(check.Needs)}");
        foreach (string device in Devices) Line($"device {device}");
        foreach (string voucher in Vouchers) Line($"voucher {voucher}");
        return text.ToString();

        void Line(string line) => text.Append(line).Append('\n');
    }

    /// <summary>
    /// The keys that may sign the next list. Every voucher key of the region signs a list, so a terminal that trusts one of them goes on
    /// when the others are exchanged.
    /// </summary>
    public IEnumerable<VerifierKey> Signers => Keys.Select(key => VerifierKey.Of(Origin, SignatureType.Ed25519, key.PublicKey));

    /// <summary>Verifies a list with the region's keys, and reads it.</summary>
    /// <param name="keys">One at least; all of one name.</param>
    /// <exception cref="FormatException">The note is signed by none of the keys, or is no list; the message says why.</exception>
    public static TerminalList Read(string note, params IReadOnlyCollection<VerifierKey> keys)
    {
        SignedNote signed = SignedNote.Parse(note);
        string name = keys.First().Name;
        if (signed.Check(keys, SigningKey.Check) != NoteStatus.Signed) throw new FormatException(
            $"The list is not signed by {name}, the region's key that this terminal trusts.");
        string[] lines = signed.Text[..^1].Split('\n');
        if (lines.Length < 4 || lines[0] != name || !lines[0].EndsWith(NameEnd, StringComparison.Ordinal))
        {
            throw new FormatException("The note is signed and is no list for terminals.");
        }
        long[] limits = [.. Parts(lines[3], "limits", 3).Select(text => Canonical.Number(text, "limit"))];
        long made = Canonical.Number(lines[2], "list's time");
        if (made > MaxSeconds) throw new FormatException("The list's time is out of range.");
        string[][] ratios = [.. Of("ratio", 2)];
        if (ratios.DistinctBy(parts => parts[0]).Count() < ratios.Length) throw new FormatException("The list has two ratios of a place.");
        var read = new TerminalList(lines[0], Canonical.Number(lines[1], "list's number"),
            DateTimeOffset.FromUnixTimeSeconds(made), limits[0], limits[1], Small(limits[2], "limit"),
            [.. Of("key", 1).Select(parts => VerifierKey.Parse(parts[0]))],
            [.. Of("item", 5).Select(parts => new TerminalItem(parts[0], SmallOf(parts[1], "service type"), parts[2],
                Canonical.Number(parts[3], "ceiling"), Canonical.Number(parts[4], "contract price")))],
            ratios.ToImmutableSortedDictionary(parts => SmallOf(parts[0], "place"), parts => SmallOf(parts[1], "ratio")),
            Of("device", 1).Select(parts => parts[0]).ToImmutableSortedSet(StringComparer.Ordinal),
            Of("voucher", 1).Select(parts => parts[0]).ToImmutableSortedSet(StringComparer.Ordinal))
        {
            Checks = [.. Of("check", 3).Select(parts => new TerminalCheck(SmallOf(parts[0], "service type"),
                Canonical.Number(parts[1], "amount"), SmallOf(parts[2], "check")))],
        };
        // One list has one text: a line of a kind that this version doesn't know, or in another order, is refused.
        return read.ToText() == signed.Text ? read : throw new FormatException("The list has lines that this version doesn't know.");

        IEnumerable<string[]> Of(string kind, int count) => lines.Skip(4).Where(
            line => line.StartsWith($"{kind} ", StringComparison.Ordinal)).Select(line => Parts(line, kind, count));
    }

    /// <summary>What a voucher pays by this list for an item, in its unit, and what the elder pays in fen; null: not the item.</summary>
    /// <param name="left">What the voucher is known to have, in its unit.</param>
    public (long FromVoucher, long ElderFen)? Share(
        TerminalItem item, VoucherClaims voucher, long quantity, long priceFen, long insuranceFen, int place, long left)
    {
        if (item.Unit != voucher.Unit || !voucher.ServiceTypes.Contains(item.ServiceType)) return null;
        checked
        {
            if (!voucher.IsMoney)
            {
                long due = priceFen - insuranceFen;
                return (quantity, due - Math.Min(due, item.ContractFen * quantity));
            }
            long considered = Math.Min(priceFen, item.CeilingFen * quantity), own = Math.Max(0, considered - insuranceFen);
            long paid = Math.Min((long)((Int128)own * RatioPercents.GetValueOrDefault(place) / 100), left);
            return (paid, priceFen - insuranceFen - paid);
        }
    }

    /// <summary>
    /// What the elder has to show for a payment, by the contract's number (0: nothing). A terminal sees the voucher's code alone.
    /// </summary>
    /// <param name="taken">What the voucher pays, in its unit; units count at their contract price.</param>
    public int Needs(TerminalItem item, VoucherClaims voucher, long taken)
    {
        long worth = checked(voucher.IsMoney ? taken : taken * item.ContractFen);
        return Checks.FirstOrDefault(
            check => (check.ServiceType == 0 || check.ServiceType == item.ServiceType) && worth >= check.FromFen)?.Needs ?? 0;
    }

    private static string[] Parts(string line, string kind, int count)
    {
        string[] parts = line.Split(' ');
        return parts.Length == count + 1 && parts[0] == kind
            ? parts[1..] : throw new FormatException($"A line of the list is not '{kind}' and {count} values.");
    }

    private static int SmallOf(string text, string what) => Small(Canonical.Number(text, what), what);

    private static int Small(long number, string what) =>
        number <= int.MaxValue ? (int)number : throw new FormatException($"The {what} is out of range.");

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A row of what the policy asks of the elder.</summary>
/// <param name="ServiceType">The contract's number of the kind of service; 0: any.</param>
/// <param name="FromFen">What the voucher pays, from which the row fits.</param>
/// <param name="Needs">The contract's number of what is shown; more than <see cref="CodeAlone"/> needs a network.</param>
public sealed record TerminalCheck(int ServiceType, long FromFen, int Needs)
{
    /// <summary>What a terminal sees: the voucher's code.</summary>
    public const int CodeAlone = 1;
}

/// <summary>An item of the service list that vouchers pay for.</summary>
/// <param name="ServiceType">The contract's number of the kind of service.</param>
/// <param name="Unit">The unit of the vouchers that pay for it.</param>
/// <param name="CeilingFen">The highest price of one that a money voucher looks at.</param>
/// <param name="ContractFen">What a unit voucher pays for one at most: its programme's price. 0 of an item for money.</param>
public sealed record TerminalItem(string Id, int ServiceType, string Unit, long CeilingFen, long ContractFen);
