using System.Text;
using TimeBank.Ledger;
using TimeBank.Proofs;
using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>What a receiver is told of an entry.</summary>
public sealed class WebhookNoticeTests
{
    private const string Order = "0123456789AB", Batch = "0123456789AC", Provider = "0123456789AD";

    [Fact]
    public void Confirmed_hours_name_the_order_and_the_minutes() => AssertTold(
        Entry(EntryCode.RenderService, EntryKind.PostHold, Moves(Unit.Minutes, 60, 15), ("order", Order), ("party", "elders/X")),
        WebhookEvent.HoursConfirmed, "430211-7-hours-confirmed",
        $"'order':'regions/430211/orders/{Order}','amount':{{'value':'75','unit':'MIN'}}");

    [Theory]
    [InlineData(EntryCode.PayProvider, WebhookEvent.PaymentSettled, "430211-7-payment-settled")]
    [InlineData(EntryCode.ReturnPayment, WebhookEvent.PaymentReturned, "430211-7-payment-returned")]
    public void A_payment_is_named_with_its_provider_and_without_its_reference(EntryCode code, WebhookEvent told, string id) => AssertTold(
        Entry(code, EntryKind.Post, Moves(Unit.Fen, 12_345),
            ("batch", Batch), ("payment", "3"), ("provider", Provider), ("reference", "B-1")),
        told, id,
        $"'payment':'regions/430211/settlements/{Batch}/payments/3','provider':'regions/430211/providers/{Provider}',"
            + "'amount':{'value':'12345','unit':'CNY'}");

    /// <summary>An entry of an earlier build must not stop the hook for ever.</summary>
    [Fact]
    public void A_fact_that_an_entry_lacks_is_left_out() => AssertTold(
        Entry(EntryCode.RenderService, EntryKind.PostHold, Moves(Unit.Minutes, 90)), WebhookEvent.HoursConfirmed,
        "430211-7-hours-confirmed", "'amount':{'value':'90','unit':'MIN'}");

    [Theory]
    [InlineData(EntryCode.ReceiveMoney)]
    [InlineData(EntryCode.GiftHours)]
    [InlineData(EntryCode.Reverse)]
    public void Other_entries_are_no_events_by_themselves(EntryCode code) =>
        Assert.Null(WebhookNotice.EventOf(Entry(code, EntryKind.Post, Moves(Unit.Fen, 1))));

    private static void AssertTold(JournalEntry entry, WebhookEvent told, string id, string facts)
    {
        Assert.Equal(told, WebhookNotice.EventOf(entry));
        WebhookNotice notice = WebhookNotice.Of(entry, told);
        Assert.Equal(id, notice.Id);
        Assert.Equal(
            $"{{'type':'{WebhookNotice.TypeOf(told)}','timestamp':'2026-10-01T00:00:00.000001Z','data':{{'region':'regions/430211',"
                + $"'entry':'regions/430211/entries/7',{facts}}}}}",
            Encoding.UTF8.GetString(notice.Body.Span).Replace('"', '\''));
    }

    private static JournalEntry Entry(EntryCode code, EntryKind kind, Transfer[] transfers, params (string, string)[] details) => new(
        RegionCode.Parse("430211"), 7, LedgerTime.Parse("2026-10-01T00:00:00.000001Z"),
        new EntryHeader(EntryId.Of("x", Guid.Empty), Digest.Of([]), "actor", "person", new DateOnly(2026, 10, 1), "", "a memo",
            EntryDetails.Of(details)),
        kind, code, [], [.. transfers], [], kind == EntryKind.PostHold ? 3 : null, null, null);

    private static Transfer[] Moves(Unit unit, params long[] amounts) =>
        [.. amounts.Select(amount => new Transfer(1, 2, unit, amount, 0, 0))];
}
