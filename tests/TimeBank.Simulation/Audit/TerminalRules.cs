using TimeBank.Ledger;
using TimeBank.Proofs;

namespace TimeBank.Simulation;

/// <summary>
/// The rules of terminals in the simulator's own words and arithmetic. It knows which codes are genuine, what is stored of each receipt,
/// and what the model of the ledger says, and judges each receipt beside the ledger's rules.
/// </summary>
internal sealed class TerminalRules(World world, Terminals terminals)
{
    /// <summary>Care at home: the highest price of the list, and the percentage that the policy gives.</summary>
    private const long CareCeiling = 9_600, CareRatio = 50;

    /// <summary>The most that a voucher and a terminal pay without a network, in fen.</summary>
    public const long MostOfVoucher = 5_000;

    private const long MostOfDevice = 50_000;

    /// <summary>From so many fen on, the elder confirms; of care, types a PIN. A terminal sees a code, and neither of these.</summary>
    private const long ConfirmedFrom = 4_500, PinForCareFrom = 3_500;

    private static readonly TimeSpan Slack = TimeSpan.FromMinutes(5), Reach = TimeSpan.FromHours(24), SyncWithin = TimeSpan.FromHours(24);

    private readonly Dictionary<(string Device, long First), (long Last, string Previous)> _lost = [];
    private readonly HashSet<string> _forgot = [], _brokeOff = [];

    /// <summary>The shipped policy, with a table of what elders show: the shipped one asks for nothing.</summary>
    public static Policy Policy { get; } = WithChecks(PolicyHistory.BuiltIn.At(new DateOnly(2026, 10, 20)));

    /// <summary>What money vouchers pay of care at home: half of the own part, without the fen's fractions.</summary>
    public static long OpenOf(long price, long quantity, long insurance)
    {
        long considered = Math.Min(price, CareCeiling * quantity) - insurance;
        return considered <= 0 ? 0 : considered * CareRatio / 100;
    }

    private static Policy WithChecks(Policy shipped) => shipped with
    {
        Vouchers = shipped.Vouchers with
        {
            HolderChecks =
            [
                new HolderCheckRow(ServiceType.None, new Fen(ConfirmedFrom), HolderCheck.Confirmation),
                new HolderCheckRow(ServiceType.Care, new Fen(PinForCareFrom), HolderCheck.Pin),
                new HolderCheckRow(ServiceType.None, new Fen(500), HolderCheck.CodeOrCard),
            ],
        },
    };

    /// <summary>Whether bytes are a receipt: only what the terminal signed is, bit for bit.</summary>
    public void CheckRead(Terminal of, byte[] bytes, bool isRead)
    {
        string digest = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes));
        if (isRead != of.Signed.ContainsKey(digest))
            throw world.Report($"{of.Id} {(isRead ? "never signed" : "signed")} what was {(isRead ? "" : "not ")}read as its receipt");
    }

    /// <summary>What a code may promise: the policy's sum, or as many units as it pays.</summary>
    public static long AllowedOf(TerminalVoucher voucher, long left) =>
        Math.Min(left, voucher.IsMoney ? MostOfVoucher : MostOfVoucher / voucher.Terms.UnitPrice.Value);

    /// <summary>What wasn't saved of a terminal is forgotten: the branches above all.</summary>
    public void Forgets(Terminal of)
    {
        _forgot.Add(of.Id);
        BreaksOff(of);
    }

    /// <summary>A call about a terminal ended between two steps: the chain may be behind its rows.</summary>
    public void BreaksOff(Terminal of) => _brokeOff.Add(of.Id);

    /// <summary>
    /// What the device knew to be answered, by what its receipts say and as far as an earlier call answered, is no longer at stake.
    /// </summary>
    public static long KnownTo(TerminalState state, OfflineReceipt receipt) =>
        Math.Max(state.KnownTo, Math.Min(receipt.Synced, state.Chain.Answered));

    /// <summary>The chain goes on with a receipt that was decided.</summary>
    public void Goes(Terminal of, OfflineReceipt receipt, string digest)
    {
        (long last, string lastDigest) = ChainOf(of);
        // After a crash the chain catches up with what is stored.
        if (receipt.Counter > last || (receipt.Counter == last && digest != lastDigest))
            throw world.Report($"the chain of {of.Id} goes on with receipt {receipt.Counter}, and the last one decided is {last}");
    }

    public void Skips(Terminal of, OfflineReceipt waiting, OfflineChain chain)
    {
        long first = ChainOf(of).Last + 1;
        string previous = Previous(waiting);
        if (chain.Counter != waiting.Counter - 1 || chain.Last != previous || chain.Lost.GetValueOrDefault(first) != waiting.Counter - 1)
            throw world.Report($"receipts {first} to {waiting.Counter - 1} of {of.Id} were declared lost, and the chain is {chain}");
        _lost[(of.Id, first)] = (waiting.Counter - 1, previous);
    }

    /// <summary>Where a receipt stands, by the rows that are stored.</summary>
    public void CheckPlace(Terminal of, OfflineReceipt receipt, string digest, OfflinePlace said)
    {
        (long last, string lastDigest) = ChainOf(of);
        string previous = Previous(receipt);
        bool followsBranch = terminals.Store.Rows(of.Id).Any(row => row.Row.Digest == previous
            && row.Row.Verdict is { Stage: TerminalStage.Exception, Reason: Reason.OfflineFork or Reason.OfflineChainBroken });
        (OfflineStep Step, Reason? Reason) expected =
            receipt.Counter <= last
                ? terminals.Store.Stored($"{of.Id}-{receipt.Counter}")?.Digest == digest ? (OfflineStep.Decided, null)
                    : (OfflineStep.Beside, IsLost(of, receipt.Counter) ? Reason.OfflineDeclaredLost : Reason.OfflineFork)
            : followsBranch || (receipt.Counter == last + 1 && previous != lastDigest) ? (OfflineStep.Beside, Reason.OfflineChainBroken)
            : receipt.Counter == last + 1 ? (OfflineStep.GoesOn, null)
            : (OfflineStep.Waits, Reason.OfflineGap);
        bool isSame = (said.Step, said.Refusal?.Reason) == expected
            // It catches up with its rows; and the branches that nobody had saved come again.
            || (expected.Step == OfflineStep.Decided && said.Step == OfflineStep.GoesOn && _brokeOff.Contains(of.Id))
            || (followsBranch && said.Step == OfflineStep.Waits && receipt.Counter > last + 1 && _forgot.Contains(of.Id))
            // Finance went on from such a branch, which waited like any other.
            || (followsBranch && said.Step == OfflineStep.GoesOn && previous == lastDigest && _forgot.Contains(of.Id));
        if (!isSame) throw world.Report(
            $"the rules say {said.Step} {said.Refusal?.Reason} to receipt {receipt.Counter} of {of.Id}, of which {last} are decided, and "
                + $"should say {expected}");
    }

    /// <summary>Whether the device could accept at all.</summary>
    public void CheckDevice(Terminal of, OfflineReceipt receipt, OfflineMoments when, TerminalState state, Refusal? said)
    {
        TerminalCode code = terminals.Codes[receipt.Code];
        (OfflineReceipt Receipt, TerminalRow Row)[] accepted = [.. AcceptedOf(of)];
        DateTimeOffset earliest = accepted.Select(one => one.Receipt.Clock < one.Row.Received ? one.Receipt.Clock : one.Row.Received)
            .Append(of.Approved).Append(when.ListMade).Max();
        long known = KnownTo(state, receipt);
        long atStake = accepted.Where(one => one.Receipt.Counter > known)
            .Sum(one => one.Receipt.PriceFen - one.Receipt.InsuranceFen) + receipt.PriceFen - receipt.InsuranceFen;
        bool isPlace = receipt.Place is 1 or 2 or 3 || (receipt.Place == 0 && !code.Says.IsMoney);
        Reason? expected =
            receipt.Provider != of.Provider ? Reason.OfflineOtherProvider
            : receipt.Clock > when.Now + Slack ? Reason.OfflineClockAhead
            : receipt.Clock < earliest - Slack ? Reason.OfflineClockBehind
            : receipt.Clock >= state.RevokedSince ? Reason.OfflineDeviceRevoked
            : when.Received - receipt.Clock > SyncWithin ? Reason.OfflineTooLate
            : !code.IsGenuine ? Reason.OfflineCodeInvalid
            : !isPlace ? Reason.InvalidField
            : receipt.FromVoucher > (code.Says.IsMoney ? Math.Min(code.Allowed, MostOfVoucher) : code.Allowed) ? Reason.OfflineVoucherLimit
            : atStake > MostOfDevice ? Reason.OfflineDeviceLimit
            : null;
        if (said?.Reason != expected) throw world.Report(
            $"the rules say {said?.Reason.ToString() ?? "yes"} to receipt {receipt.Counter} of {of.Id}, and should say "
                + $"{expected?.ToString() ?? "yes"}");
    }

    /// <summary>A clock that is ahead by a day at most is waited for.</summary>
    public void CheckWaits(OfflineReceipt receipt, DateTimeOffset now, bool waits)
    {
        if (waits != receipt.Clock <= now + Reach)
            throw world.Report($"a receipt of {receipt.Clock:s} {(waits ? "waits" : "doesn't wait")} at {now:s}");
    }

    /// <summary>Whether the voucher pays.</summary>
    /// <param name="left">What the server read on it; null where it found no account.</param>
    /// <returns>What is paid; null where it is refused.</returns>
    public TerminalPaid? CheckVoucher(
        Terminal of, EntryId id, OfflineReceipt receipt, TerminalRow row, long? left, DateOnly today, Refusal? said)
    {
        TerminalCode code = terminals.Codes[receipt.Code];
        Reason? expected = left is { } rest ? Judge(code, receipt, row, rest, today) : Reason.VoucherNotFound;
        if (said?.Reason != expected) throw world.Report(
            $"the rules say {said?.Reason.ToString() ?? "yes"} to receipt {receipt.Counter} of {of.Id} for {receipt.FromVoucher} of "
                + $"{code.Says.Id}, which has {left}, and should say {expected?.ToString() ?? "yes"}");
        return expected is null
            ? new TerminalPaid(id, code.Says, of.Id, receipt.Counter, row.Digest, receipt.FromVoucher) : null;
    }

    /// <summary>What is stored of a device's chain: its last decided counter, and the digest that the next receipt must name.</summary>
    public (long Last, string Digest) ChainOf(Terminal of)
    {
        (long last, string digest) = (0L, "");
        while (true)
        {
            if (_lost.TryGetValue((of.Id, last + 1), out var lost)
                && terminals.Store.State(of.Id).Stored.Chain.Lost.ContainsKey(last + 1)) (last, digest) = lost;
            else if (terminals.Store.Stored($"{of.Id}-{last + 1}") is { Verdict.IsFinal: true } row)
                (last, digest) = (last + 1, row.Digest);
            else return (last, digest);
        }
    }

    private Reason? Judge(TerminalCode code, OfflineReceipt receipt, TerminalRow row, long left, DateOnly today)
    {
        VoucherTerms terms = code.Says.Terms;
        DateTimeOffset made = receipt.Clock < row.Received ? receipt.Clock : row.Received;
        var day = DateOnly.FromDateTime(made.UtcDateTime.AddHours(8));
        EntryCode? end = left > 0 ? null : terminals.LastOf(code.Says);
        bool isCare = receipt.Item == "care-home";
        long open = OpenOf(receipt.PriceFen, receipt.Quantity, receipt.InsuranceFen), due = receipt.PriceFen - receipt.InsuranceFen;
        // Who took all that the code still allowed saw no more, and the elder paid the rest.
        long most = terminals.TakenOffline(code) + receipt.FromVoucher == code.Allowed ? receipt.FromVoucher : long.MaxValue;
        long paid = code.Says.IsMoney ? Math.Min(open, Math.Min(left, most)) : receipt.Quantity;
        long given = code.Says.IsMoney ? paid : terms.UnitPrice.Value * receipt.Quantity;
        long worth = code.Says.IsMoney ? paid : Math.Min(due, terms.UnitPrice.Value * receipt.Quantity);
        return !code.FitsBooks ? Reason.OfflineOtherVoucher
            : receipt.Item == "nothing" ? Reason.ItemNotFound
            : end == EntryCode.VoidVoucher ? Reason.VoucherVoided
            : day > terms.UseBy ? Reason.VoucherExpired
            : day < terms.From ? Reason.VoucherNotYetValid
            : end == EntryCode.ExpireVoucher || today > terms.ClaimBy ? Reason.VoucherClaimByPassed
            : isCare != code.Says.IsMoney ? Reason.VoucherNotForService
            : left == 0 ? Reason.OfflineSpent
            : worth == 0 ? Reason.NothingToPay
            : paid > left ? Reason.OfflineSpent
            : day > code.UseBy ? Reason.PaperExpired
            : paid < receipt.FromVoucher && paid == left ? Reason.OfflineSpent
            : paid != receipt.FromVoucher ? Reason.OfflineAmountDiffers
            : given >= ConfirmedFrom || (isCare && given >= PinForCareFrom) ? Reason.HolderCheckNeeded
            : terminals.TakenOffline(code) + receipt.FromVoucher > code.Allowed ? Reason.OfflineVoucherLimit
            : null;
    }

    private IEnumerable<(OfflineReceipt Receipt, TerminalRow Row)> AcceptedOf(Terminal of)
    {
        long last = ChainOf(of).Last;
        for (long counter = 1; counter <= last; counter++)
        {
            if (terminals.Store.Stored($"{of.Id}-{counter}") is { Verdict.Stage: TerminalStage.Accepted } row)
                yield return (of.Signed[row.Digest].Receipt, row);
        }
    }

    private bool IsLost(Terminal of, long counter) =>
        _lost.Any(lost => lost.Key.Device == of.Id && lost.Key.First <= counter && counter <= lost.Value.Last
            && terminals.Store.State(of.Id).Stored.Chain.Lost.ContainsKey(lost.Key.First));

    private static string Previous(OfflineReceipt receipt) =>
        receipt.Previous is { } previous ? Convert.ToHexStringLower(previous.ToArray()) : "";
}
