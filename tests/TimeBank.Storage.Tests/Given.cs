using System.Text;
using TimeBank.Ledger;
using TimeBank.Proofs;
using TimeBank.Testing;

namespace TimeBank.Storage.Tests;

/// <summary>Ids, proposals and a day's history that the tests share.</summary>
internal static class Given
{
    public static readonly RegionCode Tianyuan = RegionCode.Parse("430211");
    public static readonly RegionCode Lusong = RegionCode.Parse("430203");
    public static readonly Slug Bank = Slug.Parse("ccb");
    public static readonly Slug Lottery = Slug.Parse("lottery");
    public static readonly Slug Meals = Slug.Parse("meals");
    public static readonly OpaqueId Elder = Id("elder");
    public static readonly OpaqueId Volunteer = Id("volunteer");
    public static readonly OpaqueId Provider = Id("provider");

    /// <summary>A header whose request id is made from <paramref name="name"/>: the same name is the same request.</summary>
    public static EntryHeader Header(string name, string command = "") => new(
        Entry(name), Digest.Of(Encoding.UTF8.GetBytes(name + command)), "STAFF", "", new DateOnly(2026, 10, 1), "430211/1",
            $"memo of {name}",
        EntryHeader.NoDetails.Add("name", name));

    public static EntryId Entry(string name)
    {
        byte[] bytes = Digest.Of(Encoding.UTF8.GetBytes(name)).ToArray()[..16];
        // UUID version 8 leaves all other bits to its maker.
        (bytes[6], bytes[8]) = ((byte)((bytes[6] & 0x0F) | 0x80), (byte)((bytes[8] & 0x3F) | 0x80));
        return EntryId.Of("STAFF", new Guid(bytes, bigEndian: true));
    }

    public static OpaqueId Id(string name) => OpaqueId.From(Entry(name));

    public static VoucherTerms MealTerms(string elder = "elder", int lastDay = 31) => new(
        Id(elder), Meals, VoucherKind.Units, Unit.Meal, [ServiceType.Meal], new Fen(1_500), new DateOnly(2026, 10, 1),
            new DateOnly(2026, 10, lastDay), new DateOnly(2026, 11, 28));

    public static Proposal Receive(string name, long fen) => MoneyEntries.Receive(Header(name), Bank, Lottery, new Fen(fen));

    public static Proposal Allot(string name, long fen) => MoneyEntries.Allot(Header(name), Meals, [(Lottery, new Fen(fen))]);

    public static Proposal IssueMeals(string voucher, long meals, int lastDay = 31) =>
        VoucherEntries.Issue(Header($"issue {voucher}"), Id(voucher), MealTerms(lastDay: lastDay), meals);

    public static Proposal RedeemMeal(string name, string voucher) =>
        VoucherEntries.RedeemUnits(Header(name), Id(voucher), MealTerms(), Provider, 1, new Fen(1_200));

    public static Proposal IssueHours(string name, long minutes) => HourEntries.Issue(Header(name), Elder, new Minutes(minutes));

    public static Proposal HoldHours(string name, long minutes, string? expires = null) => HourEntries.HoldService(
        Header(name), Elder, Volunteer, new HoursSpent(new Minutes(minutes), Minutes.Zero, Minutes.Zero), expires is null
            ? null : LedgerTime.Parse(expires));

    public static Proposal Render(string name, string hold, long held, long given) => HourEntries.RenderService(
        Header(name), Entry(hold), new HoursSpent(new Minutes(held), Minutes.Zero, Minutes.Zero), new Minutes(given), Volunteer,
            Minutes.Zero);

    /// <summary>Writes batches with every kind of entry, with refusals and a note.</summary>
    public static async Task<List<Outcome>> LiveADayAsync(BatchWriter writer)
    {
        List<Outcome> outcomes = [];
        outcomes.AddRange(await writer.WriteAsync(Receive("gift", 1_000_000), Allot("allot", 600_000), IssueMeals("v1", 20),
            IssueMeals("v2", 10, lastDay: 15)));
        outcomes.AddRange(await writer.WriteAsync(RedeemMeal("meal 1", "v1"), RedeemMeal("meal 2", "v1"), RedeemMeal("meal 3", "v2"),
            Allot("too much", 500_000)));
        outcomes.AddRange(await writer.WriteAsync(VoucherEntries.Refund(Header("refund"), Entry("meal 2")), Entries.Note(Header("note"))));
        outcomes.AddRange(await writer.WriteAsync(
            IssueHours("hours", 600), HoldHours("hold 1", 120), HoldHours("hold 2", 60, "2026-10-02T00:00:00.000000Z"),
                HoldHours("hold 3", 60)));
        outcomes.AddRange(
            await writer.WriteAsync(Render("render", "hold 1", 120, 90), HourEntries.ReleaseService(Header("release"), Entry("hold 3"))));
        outcomes.AddRange(
            await writer.WriteAsync(Entries.Freeze(Header("freeze"), Chart.VoucherPath(Id("v2"))), RedeemMeal("frozen", "v2")));
        return outcomes;
    }
}
