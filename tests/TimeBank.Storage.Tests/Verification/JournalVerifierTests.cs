using System.Globalization;
using TimeBank.Ledger;
using TimeBank.Proofs;
using TimeBank.Testing;
using Xunit;
using static TimeBank.Storage.Tests.Given;

namespace TimeBank.Storage.Tests;

/// <summary>The verifier finds entries that break the rules although their hashes fit, as a bug in the rules would leave them.</summary>
public sealed class JournalVerifierTests
{
    private static readonly HeadRow Head = new(Tianyuan, long.MaxValue, [], [], 0, 0, 0, []);

    private static readonly Dictionary<string, (string Entry, Func<JournalEntry, JournalEntry> Forge, string What)> Forgeries = new()
    {
        ["another region"] = ("meal 1", entry => entry with { Region = Lusong }, "region"),
        ["another index"] = ("meal 1", entry => entry with { Index = 9 }, "index in the bytes"),
        ["the same time"] = ("meal 1", entry => entry with { Time = new LedgerTime(entry.Time.Microseconds - 1_000_000) }, "time"),
        ["an id again"] = ("meal 2", entry => entry with { Header = Header("meal 1") }, "id"),
        ["an account's number skipped"] =
            ("allot", entry => entry with { Opened = [entry.Opened[0] with { Number = 7 }] }, "opened account's number"),
        ["an account opened again"] =
            ("allot", entry => entry with { Opened = [entry.Opened[0] with { Path = Chart.Bank(Bank).Path }] }, "opened account's path"),
        ["an account opened frozen"] =
            ("allot", entry => entry with { Opened = [entry.Opened[0] with { Flags = AccountFlags.Frozen }] }, "opened account's flags"),
        ["no transfers"] = ("meal 1", entry => entry with { Transfers = [] }, "transfers"),
        ["a negative amount"] = ("meal 1", entry => First(entry, first => first with { Posted = -1 }), "amounts"),
        ["nothing moved"] = ("meal 1", entry => First(entry, first => first with { Posted = 0 }), "amounts"),
        ["a release without a hold"] = ("meal 1", entry => First(entry, first => first with { Released = 1 }), "amounts"),
        ["another unit"] = ("meal 1", entry => First(entry, first => first with { Unit = Unit.Bath }), "unit"),
        ["an account to itself"] = ("meal 1", entry => First(entry, first => first with { Credit = first.Debit }), "accounts"),
        ["an unknown account"] = ("meal 1", entry => First(entry, first => first with { Credit = 99 }), "account"),
        ["more than there is"] = ("meal 1", entry => First(entry, first => first with { Posted = 21 }), "limits"),
        ["more held than there is"] = ("hold 1", entry => First(entry, first => first with { Held = 601 }), "limits"),
        ["a hold that posts"] = ("hold 1", entry => First(entry, first => first with { Posted = 1 }), "transfers"),
        ["a hold that is none ended"] = ("render", entry => entry with { Of = 4 }, "named entry"),
        ["a hold ended twice"] = ("release", entry => entry with { Of = 9 }, "named entry"),
        ["a hold posted beyond itself"] = ("render", entry => First(entry, first => first with { Posted = 121 }), "end of the hold"),
        ["a hold released in part"] = ("render", entry => First(entry, first => first with { Released = 119 }), "end of the hold"),
        ["a hold ended at another account"] = ("render", entry => First(entry, first => first with { Credit = 1 }), "end of the hold"),
        ["a void that posts"] = ("release", entry => First(entry, first => first with { Posted = 1 }), "end of the hold"),
        ["a hold posted when due"] = ("render", entry => entry with { Of = 10, Time = LedgerTime.Parse("2026-10-02T00:00:00.000000Z") },
            "time"),
        ["a hold expired too early"] = ("release", entry => entry with { Of = 10, Kind = EntryKind.ExpireHold }, "time"),
        ["a hold expired that never does"] = ("release", entry => entry with { Kind = EntryKind.ExpireHold }, "time"),
        ["an entry reversed in part"] = ("refund", entry => First(entry, first => first with { Posted = first.Posted - 1 }), "transfers"),
        ["another entry reversed"] = ("refund", entry => entry with { Of = 3 }, "transfers"),
        ["a later entry reversed"] = ("refund", entry => entry with { Of = 99 }, "named entry"),
        ["a reversal that names nothing"] = ("refund", entry => entry with { Of = null }, "named entry"),
        ["a post that names an entry"] = ("meal 1", entry => entry with { Of = 1 }, "named entry"),
        ["a limit lifted"] = ("freeze", entry => entry with { Changes = [entry.Changes[0] with { Flags = AccountFlags.Frozen }] },
            "limits"),
        ["an account closed that holds something"] =
            ("freeze", entry =>
            entry with { Changes = [entry.Changes[0] with { Flags = AccountFlags.Closed | AccountFlags.DebitsMustNotExceedCredits }] },
            "limits"),
        ["no change"] = ("freeze", entry => entry with { Changes = [] }, "account changes"),
        ["a note written"] = ("meal 1", entry => entry with { Kind = EntryKind.Note }, "kind"),
    };

    public static TheoryData<string> Names => [.. Forgeries.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task What_could_not_have_followed_is_named(string forgery)
    {
        (string name, Func<JournalEntry, JournalEntry> forge, string what) = Forgeries[forgery];
        var writer = new BatchWriter(new MemoryLedgerStore(), Tianyuan);
        await LiveADayAsync(writer);
        int at = writer.Appended.FindIndex(appended => appended.Entry.Detail("name") == name);
        var verifier = new JournalVerifier(Head, BooksRow.Of(Head));
        Assert.All(writer.Appended.Take(at), sound => Assert.Null(verifier.Entry(Row(sound))));

        JournalEntry forged = forge(writer.Appended[at].Entry);
        Finding finding = verifier.Entry(
            Row(writer.Appended[at] with { Entry = forged, Bytes = EntryCodec.Encode(forged) }) with { Index = at })!;
        Assert.Equal(what, finding.What);
        Assert.StartsWith($"regions/430211/entries/{at}", finding.Where, StringComparison.Ordinal);
    }

    /// <summary>A refund whose voucher has ended: the provider's money passes through it to the programme, all of it and no more.</summary>
    [Theory]
    [InlineData("sound", "")]
    [InlineData("less from the provider", "transfers")]
    [InlineData("less passed on", "transfers")]
    [InlineData("nothing passed on", "transfers")]
    [InlineData("another redemption", "transfers")]
    [InlineData("to the provider instead", "transfers")]
    public async Task What_comes_back_for_an_ended_voucher_goes_on_to_its_programme(string forgery, string what)
    {
        var writer = new BatchWriter(new MemoryLedgerStore(), Tianyuan);
        await writer.WriteAsync(Receive("gift", 1_000_000), Allot("allot", 600_000), IssueMeals("v1", 20));
        await writer.WriteAsync(RedeemMeal("meal", "v1"), VoucherEntries.RedeemUnits(
            Header("whole"), Id("v1"), MealTerms(), Provider, 1, new Fen(1_500)));
        var redeemed = new Redemption(
            Id("v1"), Elder, Meals, Provider, Slug.Parse("meal-canteen"), 1, new Fen(1_200), Fen.Zero, 1, Unit.Meal, new Fen(1_200),
            Fen.Zero, ServicePlace.Home, new DateOnly(2026, 10, 1), 18);
        await writer.WriteAsync(
            VoucherEntries.Void(Header("void"), Id("v1"), MealTerms(), 18),
            VoucherEntries.RefundEnded(Header("refund"), Entry("meal"), redeemed));
        var verifier = new JournalVerifier(Head, BooksRow.Of(Head));
        AppendedEntry last = writer.Appended[^1];
        Assert.Equal("refund", last.Entry.Detail("name"));
        Assert.All(writer.Appended.SkipLast(1), sound => Assert.Null(verifier.Entry(Row(sound))));

        Transfer first = last.Entry.Transfers[0], end = last.Entry.Transfers[^1];
        JournalEntry forged = forgery switch
        {
            "less from the provider" => First(last.Entry, transfer => transfer with { Posted = 1_199 }),
            "less passed on" => last.Entry with { Transfers = last.Entry.Transfers.Replace(end, end with { Posted = 1_199 }) },
            "nothing passed on" => last.Entry with { Transfers = last.Entry.Transfers[..2] },
            "another redemption" => last.Entry with { Of = writer.Appended.FindIndex(one => one.Entry.Detail("name") == "whole") },
            "to the provider instead" => last.Entry with
            {
                Transfers = last.Entry.Transfers.Replace(end, end with { Debit = first.Debit, Credit = end.Credit }),
            },
            _ => last.Entry,
        };
        Finding? finding = verifier.Entry(Row(last with { Entry = forged, Bytes = EntryCodec.Encode(forged) }));
        Assert.Equal(what, finding?.What ?? "");
    }

    [Fact]
    public async Task An_entry_may_move_nothing_in_a_frozen_account_but_a_release()
    {
        var writer = new BatchWriter(new MemoryLedgerStore(), Tianyuan);
        AccountPath hours = Chart.PersonHours(Elder, HoursOrigin.Issued).Path;
        await writer.WriteAsync(IssueHours("hours", 600), HoldHours("hold", 60), Entries.Freeze(Header("freeze"), hours),
            HourEntries.ReleaseService(Header("release"), Entry("hold")));
        var verifier = new JournalVerifier(Head, BooksRow.Of(Head));
        Assert.All(writer.Appended, sound => Assert.Null(verifier.Entry(Row(sound))));

        AppendedEntry first = writer.Appended[0];
        JournalEntry again = first.Entry with
        {
            Index = 4,
            Time = new LedgerTime(writer.Now.Microseconds + 60_000_000),
            Header = Header("more hours"),
            Opened = []
        };
        Finding finding = verifier.Entry(Row(first with { Entry = again, Bytes = EntryCodec.Encode(again) }))!;
        Assert.Equal(("account", $"{hours} (DebitsMustNotExceedCredits, Frozen)"), (finding.What, finding.Found));
    }

    [Fact]
    public async Task An_effective_date_on_a_closed_day_is_named()
    {
        var writer = new BatchWriter(new MemoryLedgerStore(), Tianyuan);
        DateOnly day = Header("gift").EffectiveDate;
        await writer.WriteAsync(Receive("before", 100),
            PeriodEntries.Move(Header("close") with { EffectiveDate = day.AddDays(1) }, null, day), Receive("gift", 100));
        var verifier = new JournalVerifier(Head, BooksRow.Of(Head));
        Assert.Null(verifier.Entry(Row(writer.Appended[0])));
        Assert.Null(verifier.Entry(Row(writer.Appended[1])));

        JournalEntry sound = writer.Appended[2].Entry, forged = sound with { Header = sound.Header with { EffectiveDate = day } };
        Finding finding = verifier.Entry(Row(writer.Appended[2] with { Entry = forged, Bytes = EntryCodec.Encode(forged) }))!;
        Assert.Equal(("effective date", $"{day:O}"), (finding.What, finding.Found));
    }

    [Fact]
    public async Task Bytes_in_another_form_are_named_even_where_they_mean_the_same()
    {
        var writer = new BatchWriter(new MemoryLedgerStore(), Tianyuan);
        await writer.WriteAsync(Receive("gift", 100));
        AppendedEntry sound = writer.Appended[0];
        byte[] spaced = [.. "{ "u8, .. sound.Bytes.AsSpan(1)];
        Finding finding = new JournalVerifier(Head, BooksRow.Of(Head)).Entry(Row(sound with { Bytes = spaced }))!;
        Assert.Equal("bytes", finding.What);
    }

    private static JournalEntry First(JournalEntry entry, Func<Transfer, Transfer> forge) =>
        entry with { Transfers = entry.Transfers.SetItem(0, forge(entry.Transfers[0])) };

    private static EntryRow Row(AppendedEntry appended)
    {
        JournalEntry entry = appended.Entry;
        return new EntryRow(
            entry.Index, entry.Time.Microseconds, entry.Header.EffectiveDate.ToString("O", CultureInfo.InvariantCulture), (long)entry.Kind,
                entry.Code.ToString(),
            entry.Of, entry.Expires?.Microseconds, appended.Bytes, appended.Salt,
            MerkleFrontier.EntryLeaf(appended.Salt, appended.Bytes).ToArray(),
            [.. entry.Transfers.Take(appended.Balances.Length).Select((transfer, at) => new TransferRow(
                at, transfer.Debit, transfer.Credit, transfer.Unit.Code, transfer.Posted, transfer.Held, transfer.Released,
                appended.Balances[at].Debit.DebitsPosted, appended.Balances[at].Debit.CreditsPosted,
                appended.Balances[at].Credit.DebitsPosted, appended.Balances[at].Credit.CreditsPosted))]);
    }
}
