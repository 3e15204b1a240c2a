using System.Globalization;
using TimeBank.Ledger;
using TimeBank.Proofs;
using Xunit;
using static TimeBank.Server.GrainTests.District;

namespace TimeBank.Server.GrainTests;

/// <summary>
/// A refund of a bill has an id of its own, and a note beside it remembers the command's. A server that is lost between the two leaves an
/// entry that the next call finds.
/// </summary>
public sealed class BillCrashTests : IAsyncLifetime
{
    private District _here = null!;
    private OpaqueId _elder, _voucher;
    private JournalEntry _bill = null!;

    private IBillGrain Bills => _here.Grains.GetGrain<IBillGrain>($"{Tianyuan}/{_elder}");

    public async ValueTask InitializeAsync()
    {
        _here = await StartAsync();
        await _here.FundedAsync("lottery", 1_000_000);
        await _here.MealsAsync();
        await _here.AllotAsync("meals", "lottery", 12_000);
        _elder = await _here.ElderAsync(1940);
        string canteen = await _here.ProviderAsync(ServiceType.Meal);
        Assert.Equal(1, (await _here.IssueAsync("meals")).Changed);
        _voucher = await _here.VoucherOfAsync("meals", _elder);
        var claim = new BillClaim(
            OpaqueId.Parse(canteen), _elder, ServicePlace.Home, null,
            [new BillLine(Slug.Parse("meal-canteen"), 2, new Fen(2_000), Fen.Zero)]);
        BillReply paid = await Bills.PayAsync(_here.Command("CLERK"), claim, [Chart.VoucherPath(_voucher)], "");
        Assert.Null(paid.Outcome.Refusal);
        _bill = paid.Outcome.Entry!;
    }

    public ValueTask DisposeAsync() => _here.DisposeAsync();

    [Fact]
    public async Task A_refund_whose_note_is_missing_is_known_and_nobody_else_gets_its_id()
    {
        Command refund = _here.Command("CLERK");
        // What the grain writes first; then its server is lost.
        var bill = Bill.Of(_bill);
        EntryHeader header = refund.Header(
            Bill.RefundId(_bill.Id, 0, 0), First, "430000/2026-01",
            [
                .. bill.ToDetails(), (Bill.BillKey, _bill.Index.ToString(CultureInfo.InvariantCulture)),
                (Bill.RequestKey, refund.Id.ToString()),
            ]);
        Outcome written = await _here.Ledger().SubmitAsync(VoucherEntries.RefundBill(header, bill));
        Assert.Null(written.Refusal);
        Assert.Null(await _here.Ledger().FindAsync(refund.Id));

        Outcome again = await Bills.RefundAsync(refund, _bill.Index, []);

        Assert.Equal((written.Entry!.Index, true), (again.Entry!.Index, again.Replayed));
        Assert.Equal(10, await _here.BalanceAsync(Chart.VoucherPath(_voucher)));
        Command other = refund with { RequestDigest = $"{Digest.Of([1])}" };
        Assert.Equal(Reason.RequestIdReused, (await Bills.RefundAsync(other, _bill.Index, [])).Refusal?.Reason);
        Assert.Equal(
            Reason.RequestIdReused, (await _here.Ledger().SubmitAsync(Entries.Note(other.Header(First, "")))).Refusal?.Reason);
        Assert.Equal(
            Reason.BillLineAlreadyRefunded, (await Bills.RefundAsync(_here.Command("CLERK"), _bill.Index, [])).Refusal?.Reason);
    }
}
