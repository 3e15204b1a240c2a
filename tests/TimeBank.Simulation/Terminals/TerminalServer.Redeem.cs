using TimeBank.Ledger;
using TimeBank.Proofs;

namespace TimeBank.Simulation;

/// <content>How a receipt is held against its device, its voucher and the journal.</content>
internal sealed partial class TerminalServer
{
    private const long Patience = 3_000_000;

    private static readonly Policy Policy = TerminalRules.Policy;
    private static readonly Catalogue List =
        CatalogueDirectory.BuiltIn.At(RegionCode.Parse(Terminals.Region), new DateOnly(2026, 10, 20))!;
    private static readonly ProviderFacts Provider =
        new(new DateOnly(2026, 1, 1), new DateOnly(2027, 12, 31), [ServiceType.Meal, ServiceType.Care], []);

    /// <summary>
    /// What the journal has under the receipt's id, stands. Else the rules decide, and the journal keeps what they say under that id, also
    /// a no: an entry that an earlier process asked for comes too late then.
    /// </summary>
    private async Task<TerminalVerdict> DecideAsync(Terminal of, OfflineReceipt receipt, TerminalRow row)
    {
        EntryId id = Terminals.IdOf(of.Id, receipt.Counter);
        VoucherReading code = VoucherCode.Read(receipt.Code, [terminals.VoucherKey]);
        Outcome? outcome = await LookUpAsync(id);
        if (outcome is null)
        {
            var when = new OfflineMoments(terminals.ListMade(receipt.ListNumber), row.Received, terminals.Now);
            var place = (ServicePlace)receipt.Place;
            TerminalState state = State(of);
            Refusal? refusal = state.Chain.Refuse(receipt, new OfflineTerminal(of.Provider, of.Approved, state.RevokedSince), when, code,
                Enum.IsDefined(place) ? place : null, Policy.Vouchers.Offline);
            terminals.Rules.CheckDevice(of, receipt, when, state, refusal);
            if (refusal is not null && OfflineChain.IsWaitedFor(receipt, refusal, when.Now))
            {
                terminals.Rules.CheckWaits(receipt, when.Now, waits: true);
                return new TerminalVerdict(TerminalStage.Waiting, refusal.Reason);
            }
            if (refusal?.Reason == Reason.OfflineClockAhead) terminals.Rules.CheckWaits(receipt, when.Now, waits: false);
            outcome = refusal is not null ? await WriteAsync(of, id, receipt, row, Terminals.Refuse(refusal), EntryHeader.NoDetails)
                : await InTurnAsync(code.Claims!.Voucher, () => RedeemAsync(of, id, receipt, row, code.Claims!));
        }
        int moment = auditor.Model.Size;
        if (outcome.Refusal is not { } no)
            return new TerminalVerdict(TerminalStage.Accepted, Entry: outcome.Entry!.Index, Moment: moment);
        JournalEntry? first = code.Claims is not { } says ? null : OfflineAcceptance.FirstOf(
            no.Reason, receipt, says, Policy.Vouchers.Offline, terminals.Store.Standing(OpaqueId.Parse(says.Voucher)));
        (OpaqueId Device, long Counter)? by = first is null ? null : OfflineAcceptance.Of(first);
        return new TerminalVerdict(
            TerminalStage.Exception, no.Reason, Moment: moment, OtherEntry: first?.Index,
            OtherReceipt: by is { } other ? $"{other.Device}-{other.Counter}" : "");
    }

    private async Task<Outcome> RedeemAsync(Terminal of, EntryId id, OfflineReceipt receipt, TerminalRow row, VoucherClaims claims)
    {
        var voucher = OpaqueId.Parse(claims.Voucher);
        IReadOnlyList<Account> found = await network.AccountsAsync([$"voucher/{voucher}"]) ?? throw new OfficeUnavailableException();
        VoucherFacts? facts = null;
        JournalEntry[] since = [];
        if (found is [var account])
        {
            facts = VoucherFacts.Of(account, account.Counters.DebitRoom > 0 ? null : terminals.Store.Last(account.Number));
            since = [.. terminals.Store.Redemptions(account.Number, claims.Serial)];
        }
        DateOnly today = ChinaTime.DateOf(terminals.Now);
        var claim = new RedemptionClaim(OpaqueId.Parse(receipt.Provider), Slug.Parse(receipt.Item), receipt.Quantity,
            new Fen(receipt.PriceFen), new Fen(receipt.InsuranceFen), (ServicePlace)receipt.Place,
            ChinaTime.DateOf(OfflineChain.MadeAt(receipt, row.Received)));
        var offline = new OfflineAcceptance(OpaqueId.Parse(of.Id), receipt.Counter, Digest.Parse(row.Digest), receipt.FromVoucher,
            Unit.Parse(claims.Unit), claims.UseBy, [.. claims.ServiceTypes.Select(type => (ServiceType)type)], claims.OfflineAmount,
            claims.Serial);
        RedemptionJudgement judged = offline.Check(
            facts, RedemptionRule.Judge(facts, Provider, claim, List, Policy, today, atMost: offline.AtMost(since)), since);
        (Redemption? redemption, Refusal? refusal) = judged;
        TerminalPaid? paid = terminals.Rules.CheckVoucher(of, id, receipt, row, facts?.Remaining, today, refusal);
        if (refusal is not null) return await WriteAsync(of, id, receipt, row, Terminals.Refuse(refusal), EntryHeader.NoDetails);
        terminals.Asks(paid!);
        var draft = new Draft(
            terminals.WantOf(paid!, receipt), header => VoucherEntries.Redeem(header, redemption!, facts!.Terms));
        return await WriteAsync(of, id, receipt, row, draft, EntryDetails.Of([.. redemption!.ToDetails(), .. offline.ToDetails()]));
    }

    private async Task<Outcome> WriteAsync(
        Terminal of, EntryId id, OfflineReceipt receipt, TerminalRow row, Draft draft, EntryDetails details)
    {
        DateOnly day = ChinaTime.DateOf(OfflineChain.MadeAt(receipt, row.Received));
        Intent intent = terminals.Intent(id, $"device/{of.Id}", day, draft, details, row.Digest);
        Outcome? outcome = await network.SubmitAsync(intent, Patience);
        // An earlier try under this id wrote something else, as where the voucher had more then.
        if (outcome?.Refusal?.Reason == Reason.RequestIdReused) outcome = await LookUpAsync(id);
        return OfficeIntents.IsKnown(outcome) ? outcome! : throw new OfficeUnavailableException();
    }

    private async Task<Outcome?> LookUpAsync(EntryId id) =>
        (await network.LookUpAsync(id) ?? throw new OfficeUnavailableException()).Outcome;
}
