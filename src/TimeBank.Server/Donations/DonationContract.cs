using Google.Protobuf.WellKnownTypes;
using Riok.Mapperly.Abstractions;
using TimeBank.Ledger;
using TimeBank.V1;

namespace TimeBank.Server;

/// <summary>Donations by card in the contract's types.</summary>
[Mapper(EnumMappingStrategy = EnumMappingStrategy.ByName)]
internal static partial class DonationContract
{
    public const string Donations = "donations";

    private const int MaxWarnings = 100;

    /// <param name="dryRun">Whether it was only asked for: then it has no name yet.</param>
    public static Donation ToContract(this DonationRecord donation, RegionCode region, bool dryRun = false) => new()
    {
        Name = dryRun ? "" : ResourceName.Of(region, Donations, donation.Id),
        Fund = ResourceName.Of(region, FundContract.Funds, donation.Fund),
        Amount = Unit.Fen.Of(donation.AmountFen),
        State = donation.Stage.ToContract(),
        Url = donation.Url,
        Note = donation.Note,
        CreateTime = Timestamp.FromDateTimeOffset(donation.Created),
        ExpireTime = donation.Expires is { } expires ? Timestamp.FromDateTimeOffset(expires) : null,
        Refunded = Unit.Fen.Of(donation.RefundedFen),
        Disputed = donation.IsDisputed,
    };

    // One that was started has its page as good as open: the next call with its request id opens it.
    [MapEnumValue(DonationStage.Started, V1.DonationState.Open)]
    [MapperIgnoreTargetValue(V1.DonationState.Unspecified)]
    public static partial V1.DonationState ToContract(this DonationStage stage);

    public static IReadOnlyList<DonationStage> ToDomain(this V1.DonationState state) =>
        [.. System.Enum.GetValues<DonationStage>().Where(stage => stage.ToContract() == state)];

    public static SyncStripeProgress ToContract(this SyncStep step) => new()
    {
        Looked = step.Looked, Booked = step.Booked, Known = step.Known, Summary = step.End?.ToContract(),
    };

    private static SyncStripeSummary ToContract(this SyncEnd end)
    {
        var summary = new SyncStripeSummary
        {
            Complete = end.IsComplete,
            CompleteThrough = end.Through?.ToContract(),
            ServiceBalance = end.Held is { } held ? OfDebit(held) : null,
            BookBalance = OfDebit(end.InBooks),
            WarningCount = end.Warnings.Count,
        };
        summary.Warnings.Add(end.Warnings.Take(MaxWarnings).Select(ToContract));
        return summary;
    }

    private static SyncStripeWarning ToContract(CardWarning warning)
    {
        var told = new SyncStripeWarning
        {
            Reason = ReasonCatalogue.Name(warning.About.Reason), Subject = warning.Subject,
            Amount = warning.Fen is { } fen ? Unit.Fen.Of(fen) : null,
        };
        foreach ((string key, string value) in warning.About.Values) told.Metadata[key] = value;
        return told;
    }

    /// <summary>What is held for us stands as a debit in the books.</summary>
    private static V1.Balance OfDebit(long fen) => new()
    {
        Amount = Unit.Fen.Of(Math.Abs(fen)), Side = fen switch { > 0 => Side.Debit, 0 => Side.Unspecified, _ => Side.Credit },
    };
}
