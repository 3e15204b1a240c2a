using TimeBank.Ledger;

namespace TimeBank.Server.Tests;

/// <content>What the bank says. What its lines say is sealed under a random key, so no file is imported here.</content>
internal sealed partial class StoredHistory
{
    private static readonly DateOnly Booked = new(2026, 11, 21);

    /// <summary>What an earlier build knew nothing of; played after the rest.</summary>
    public async Task PlayBankAsync()
    {
        Slug bank = Slug.Parse("main"), fund = Slug.Parse("campaign");
        (string, string) line = ("line", "lines/main/1");
        await SaidAsync("fee", header => BankEntries.Fee(header, bank, new Fen(20), isBack: false), line);
        await SaidAsync("receipt", header => BankEntries.Receive(header, bank, fund, new Fen(310)), line);
        await SaidAsync("suspense", header => BankEntries.Suspend(header, bank, new Fen(77), isIn: true), line);
        await SaidAsync("clear", header => BankEntries.Clear(header, bank, fund, new Fen(77), isIn: true), line);
        await SaidAsync("payout", header => BankEntries.ConfirmPayout(header, bank, new Fen(7_120), isIn: true),
            ("item", "entries/1/0"), line);
        await SaidAsync("transfer", header => BankEntries.Move(header, bank, Slug.Parse("wallet"), new Fen(50), new Fen(1)),
            ("in", "lines/wallet/1"), ("out", "lines/main/2"));
        Reply<BankCaseRecord> assigned = await _grains.GetGrain<IBankCaseGrain>($"{Here}/main~1").AssignAsync(
            new Command(new Guid(7, 7, 7, new byte[8]), $"{Proofs.Digest.Of([7])}", "STAFF", "", "询问银行"), "OWNER");
        if (assigned.Refusal is not null) throw new InvalidOperationException($"{assigned.Refusal}");
    }

    public async Task RepayAsync()
    {
        var diner = OpaqueId.Parse("0123456789AB");
        await SaidAsync("owe", header => SettlementEntries.Owe(header, diner, new Fen(40)));
        await SaidAsync("repayment", header => BankEntries.Repay(header, Slug.Parse("main"), diner, new Fen(30)), ("line", "lines/main/3"));
        Reply<ClaimRecord> claim = await _grains.GetGrain<IProviderClaimGrain>($"{Here}/{diner}").AssignAsync(
            new Command(new Guid(8, 8, 8, new byte[8]), $"{Proofs.Digest.Of([8])}", "STAFF", "", "已发函"), "OWNER");
        if (claim.Refusal is not null) throw new InvalidOperationException($"{claim.Refusal}");
    }

    private async Task SaidAsync(string name, Func<EntryHeader, Proposal> make, params (string Key, string Value)[] details)
    {
        var id = EntryId.Of("bank", Guid.Empty, name);
        var header = new EntryHeader(
            id, Proofs.Digest.Of(id.ToArray()), "STAFF", "", Booked, "2026-01", "", EntryDetails.Of(details));
        Outcome outcome = await _grains.GetGrain<ILedgerGrain>(Here).SubmitAsync(make(header));
        if (outcome.Refusal is not null) throw new InvalidOperationException($"{name}: {outcome.Refusal}");
    }
}
