using System.Text.Json.Serialization;
using Orleans.Concurrency;
using TimeBank.Ledger;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <summary>A donation by card; key: region/donation. The ledger has its money.</summary>
[Alias("timebank.donation")]
public interface IDonationGrain : IGrainWithStringKey
{
    /// <summary>Starts the donation and opens its page; a retry gives the same page.</summary>
    [Alias("start")]
    Task<Reply<DonationRecord>> StartAsync(Command command, string fund, long fen, string note);

    /// <summary>The donation as it was last seen; null if it was not started.</summary>
    [Alias("get"), AlwaysInterleave]
    Task<DonationRecord?> GetAsync();

    /// <summary>Looks at the page again, at the payment service.</summary>
    [Alias("refresh")]
    Task<Reply<DonationRecord>> RefreshAsync();
}

/// <summary>How far a donation is. The names are stored.</summary>
public enum DonationStage
{
    /// <summary>Started, and its page isn't known to be open yet.</summary>
    [JsonStringEnumMemberName("Started")]
    Started = 0,

    [JsonStringEnumMemberName("Open")]
    Open = 1,

    /// <summary>The donor has done everything; the money isn't there yet.</summary>
    [JsonStringEnumMemberName("Pending")]
    Pending = 2,

    [JsonStringEnumMemberName("Paid")]
    Paid = 3,

    [JsonStringEnumMemberName("Expired")]
    Expired = 4,

    [JsonStringEnumMemberName("Failed")]
    Failed = 5,
}

/// <summary>A donation.</summary>
/// <param name="Fund">The fund's source.</param>
/// <param name="Operation">The id of what the payment service is asked, for ever the same: 32 hexadecimal digits.</param>
/// <param name="Asked">When the payment service was first asked, by the machine's clock.</param>
/// <param name="Session">The payment service's id of the page; empty until it is known.</param>
[GenerateSerializer, Immutable, Alias("timebank.donation-record")]
public sealed record DonationRecord(
    [property: Id(0), JsonPropertyName("id")] string Id,
    [property: Id(1), JsonPropertyName("fund")] string Fund,
    [property: Id(2), JsonPropertyName("amountFen")] long AmountFen,
    [property: Id(3), JsonPropertyName("note")] string Note,
    [property: Id(4), JsonPropertyName("operation")] string Operation,
    [property: Id(5), JsonPropertyName("created")] DateTimeOffset Created,
    [property: Id(6), JsonPropertyName("asked")] DateTimeOffset Asked,
    [property: Id(7), JsonPropertyName("stage")] DonationStage Stage,
    [property: Id(8), JsonPropertyName("session")] string Session,
    [property: Id(9), JsonPropertyName("url")] string Url,
    [property: Id(10), JsonPropertyName("expires")] DateTimeOffset? Expires,
    [property: Id(11), JsonPropertyName("refundedFen")] long RefundedFen,
    [property: Id(12), JsonPropertyName("disputed")] bool IsDisputed)
{
    /// <summary>The donation as its page says.</summary>
    public DonationRecord After(CheckoutPage page) => this with
    {
        Session = page.Id,
        // A page that has ended has no address any more.
        Url = page.Url.Length > 0 ? page.Url : Url,
        Expires = page.Expires,
        Stage = StageOf(page),
        RefundedFen = page.Charge?.RefundedFen ?? RefundedFen,
        IsDisputed = page.Charge?.IsDisputed ?? IsDisputed,
    };

    private static DonationStage StageOf(CheckoutPage page) => (page.Status, page.PaymentStatus, page.Intent) switch
    {
        ("open", _, _) => DonationStage.Open,
        ("expired", _, _) => DonationStage.Expired,
        ("complete", "paid", _) => DonationStage.Paid,
        ("complete", _, "canceled" or "requires_payment_method") => DonationStage.Failed,
        ("complete", _, _) => DonationStage.Pending,
        _ => throw PaymentServiceException.Unreadable("checkout.session: status"),
    };
}

/// <summary>The stored state of a donation's grain.</summary>
public sealed class DonationState : WorkflowState
{
    /// <summary>The kind under which grain storage keeps donations and lists find them. Stored: never change it.</summary>
    public const string Kind = "donation";

    /// <summary>Null until the donation is started.</summary>
    [JsonPropertyName("donation")]
    public DonationRecord? Donation { get; set; }
}

/// <inheritdoc cref="IDonationGrain"/>
public sealed class DonationGrain([PersistentState(DonationState.Kind, GrainStorageNames.TimeBank)] IPersistentState<DonationState> state,
    BusinessClock clock, StripeGateway? gateway = null)
    : WorkflowGrain<DonationState>(state, clock), IDonationGrain
{
    /// <summary>
    /// For so long the payment service certainly remembers what it was asked under a key: it may forget after 24 hours. Later the page is
    /// looked for first, so that no second one opens.
    /// </summary>
    private static readonly TimeSpan KeyIsKept = TimeSpan.FromHours(23);

    /// <summary>Two machines' clocks may differ a little.</summary>
    private static readonly TimeSpan ClocksDiffer = TimeSpan.FromMinutes(10);

    public async Task<Reply<DonationRecord>> StartAsync(Command command, string fund, long fen, string note)
    {
        if (gateway is null || gateway.Region != Region) return Reason.DonationsNotConfigured;
        FundRecord? record = await GrainFactory.GetGrain<IFundGrain>(Region, fund).GetAsync();
        if (command.IsDryRun) return await DryRunAsync(() => BeginAsync(command, record, fund, fen, note));
        Reply<DonationRecord> begun = await BeginAsync(command, record, fund, fen, note);
        return begun.Refusal is null && State.Donation!.Session.Length == 0 ? await OpenAsync(record!.DisplayName) : begun;
    }

    public Task<DonationRecord?> GetAsync() => Task.FromResult(Stored.Donation);

    public async Task<Reply<DonationRecord>> RefreshAsync()
    {
        if (gateway is null || gateway.Region != Region) return Reason.DonationsNotConfigured;
        if (State.Donation is not { } donation) return Reason.DonationNotFound;
        return await SeenAsync(async () => donation.Session.Length > 0
            ? await gateway.PageAsync(donation.Session) : await FindAsync(donation));
    }

    /// <summary>The donation is stored before the payment service is asked: whoever looks next goes on under the same key.</summary>
    private async Task<Reply<DonationRecord>> BeginAsync(Command command, FundRecord? record, string fund, long fen, string note)
    {
        Refusal? refusal = await OnceAsync(
            command,
            () => record is null ? new Refusal(Reason.FundNotFound)
                : record.Kind != FundKind.Donation ? new Refusal(Reason.FundNotForDonations) : null,
            () => State.Donation ??= new DonationRecord(
                LocalKey, fund, fen, note, command.Id.ToString(), Now, gateway!.Now, DonationStage.Started, "", "", null, 0, false));
        return refusal is null ? State.Donation! : refusal;
    }

    private Task<Reply<DonationRecord>> OpenAsync(string fundName) => SeenAsync(async () =>
    {
        DonationRecord donation = State.Donation!;
        bool isLate = gateway!.Now - donation.Asked > KeyIsKept;
        if (isLate && await FindAsync(donation) is { } earlier) return earlier;
        try
        {
            return await gateway.OpenAsync(donation, fundName);
        }
        catch (PaymentServiceException error) when (!isLate && error.Refusal.Values.Contains(("code", "idempotency_error")))
        {
            // What is sent has changed since the first attempt, as by another setting: the page of that one is the donation's.
            return await FindAsync(donation);
        }
    });

    private Task<CheckoutPage?> FindAsync(DonationRecord donation) =>
        gateway!.FindPageAsync(donation.Operation, donation.Asked - ClocksDiffer);

    private async Task<Reply<DonationRecord>> SeenAsync(Func<Task<CheckoutPage?>> look)
    {
        try
        {
            if (await look() is not { } page) return State.Donation!;
            DonationRecord donation = State.Donation!;
            if (page.Operation != donation.Operation || page.Total != donation.AmountFen)
            {
                return PaymentServiceException.Unreadable("checkout.session").Refusal;
            }
            if (donation.After(page) is var seen && seen != donation)
            {
                State.Donation = seen;
                await SaveAsync();
            }
            return State.Donation!;
        }
        catch (PaymentServiceException error)
        {
            return error.Refusal;
        }
    }
}
