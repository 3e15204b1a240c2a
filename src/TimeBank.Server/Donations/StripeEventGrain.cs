using System.Text.Json.Serialization;
using TimeBank.Ledger;

namespace TimeBank.Server;

/// <summary>An event that Stripe delivered, kept once however often it comes; key: region/event.</summary>
[Alias("timebank.stripe-event")]
public interface IStripeEventGrain : IGrainWithStringKey
{
    /// <summary>Keeps the event.</summary>
    /// <returns>Whether something is left to do about it.</returns>
    [Alias("receive")]
    Task<bool> ReceiveAsync(StripeNotice notice);

    /// <summary>Does what the event is about, once; where that fails for the present, a later call does it.</summary>
    [Alias("follow")]
    Task FollowAsync();
}

/// <summary>What an event says of itself. What has happened is asked of the payment service.</summary>
/// <param name="Kind">The kind of its object, such as <c>charge</c>; empty where it names none.</param>
/// <param name="ObjectId">The id of its object; empty where it names none.</param>
/// <param name="Odd">Why it isn't read as it stands; empty where it is.</param>
/// <param name="Raw">The event as it came, where it is odd; else empty, since a donor's name and address are in it.</param>
[GenerateSerializer, Immutable, Alias("timebank.stripe-notice")]
public sealed record StripeNotice(
    [property: Id(0), JsonPropertyName("id")] string Id,
    [property: Id(1), JsonPropertyName("type")] string Type,
    [property: Id(2), JsonPropertyName("kind")] string Kind,
    [property: Id(3), JsonPropertyName("objectId")] string ObjectId,
    [property: Id(4), JsonPropertyName("received")] DateTimeOffset Received,
    [property: Id(5), JsonPropertyName("odd")] string Odd,
    [property: Id(6), JsonPropertyName("raw")] string Raw);

/// <summary>What became of an event. The names are stored.</summary>
public enum StripeEventStage
{
    [JsonStringEnumMemberName("None")]
    None = 0,

    /// <summary>Kept, and not followed yet.</summary>
    [JsonStringEnumMemberName("Received")]
    Received = 1,

    /// <summary>What it is about was looked up and booked.</summary>
    [JsonStringEnumMemberName("Followed")]
    Followed = 2,

    /// <summary>Kept for people to read: it names nothing that could be looked up.</summary>
    [JsonStringEnumMemberName("Kept")]
    Kept = 3,
}

/// <summary>The stored state of an event.</summary>
public sealed class StripeEventState
{
    /// <summary>The kind under which grain storage keeps events and lists find them. Stored: never change it.</summary>
    public const string Kind = "stripe-event";

    [JsonPropertyName("stage")]
    public StripeEventStage Stage { get; set; }

    [JsonPropertyName("notice")]
    public StripeNotice? Notice { get; set; }

    /// <summary>Why it could not be followed for good; empty where it could.</summary>
    [JsonPropertyName("because")]
    public string Because { get; set; } = "";
}

/// <inheritdoc cref="IStripeEventGrain"/>
public sealed class StripeEventGrain(
    [PersistentState(StripeEventState.Kind, GrainStorageNames.TimeBank)] IPersistentState<StripeEventState> state,
    ILogger<StripeEventGrain> log, StripeEvents? events = null)
    : Grain, IStripeEventGrain
{
    public async Task<bool> ReceiveAsync(StripeNotice notice)
    {
        if (state.State.Notice is null)
        {
            state.State.Notice = notice;
            state.State.Stage = StripeEvents.CanFollow(notice) ? StripeEventStage.Received : StripeEventStage.Kept;
            await this.WriteAsync(state);
            if (notice.Odd.Length > 0) log.LogWarning("The event {Event} of Stripe was kept as it came: {Odd}", notice.Id, notice.Odd);
        }
        return state.State.Stage == StripeEventStage.Received;
    }

    public async Task FollowAsync()
    {
        if (state.State is not { Stage: StripeEventStage.Received, Notice: { } notice } || events is null) return;
        try
        {
            if (!await events.FollowAsync(notice.Kind, notice.ObjectId)) return;
            state.State.Stage = StripeEventStage.Followed;
        }
        catch (PaymentServiceException error) when (error.Refusal.Reason == Reason.PaymentServiceRefused)
        {
            // It is the object that isn't there: asking again gives the same answer.
            (state.State.Stage, state.State.Because) = (StripeEventStage.Kept, $"{error.Refusal.Reason} {error.Refusal.Detail}");
        }
        catch (PaymentServiceException error)
        {
            log.LogWarning("The event {Event} of Stripe can't be followed now: {Reason}", notice.Id, error.Refusal.Reason);
            return;
        }
        await this.WriteAsync(state);
    }
}

/// <summary>Does what events are about: the object is fetched again, and what it moved is booked.</summary>
public sealed class StripeEvents(IGrainFactory grains, StripeGateway gateway, StripeBooks books, IRegistry registry,
    ILogger<StripeEvents> log)
{
    private const string Session = "checkout.session";
    private const int PageSize = 200;
    private static readonly string[] Kinds = [Session, "charge", "payment_intent", "refund", "dispute", "payout"];

    /// <summary>Whether an event names something that can be looked up.</summary>
    public static bool CanFollow(StripeNotice notice) => notice.ObjectId.Length > 0 && Kinds.Contains(notice.Kind);

    /// <returns>False where a movement of it can't be booked for the present.</returns>
    public async Task<bool> FollowAsync(string kind, string id)
    {
        if (kind == Session)
        {
            CheckoutPage page = await gateway.PageAsync(id);
            bool isSeen = !EntryId.TryParse(page.Operation, out EntryId operation) || await RefreshAsync(OpaqueId.From(operation));
            return (page.Charge is not { Movement.Length: > 0 } charge || await BookAsync(charge.Movement)) && isSeen;
        }
        bool all = true;
        foreach (string movement in await gateway.MovementsOfAsync(kind, id)) all &= await BookAsync(movement);
        return all;
    }

    /// <summary>Follows the events that were kept and not followed, as after a crash.</summary>
    public async Task FollowAllAsync(CancellationToken cancellation)
    {
        RegistryQuery query = new RegistryQuery(gateway.Region, StripeEventState.Kind) { Limit = PageSize }
            .Where(new RegistryCondition("stage", nameof(StripeEventStage.Received)));
        IReadOnlyList<RegistryRow<StripeEventState>> page;
        do
        {
            page = await registry.ListAsync<StripeEventState>(query, cancellation);
            foreach (RegistryRow<StripeEventState> row in page) await FollowQuietlyAsync(row.Key);
            if (page.Count > 0) query = query with { After = page[^1].Cursor };
        }
        while (page.Count == PageSize);
    }

    /// <summary>What can't be done now stays to be done by the next run.</summary>
    public async Task FollowQuietlyAsync(string id)
    {
        try
        {
            await grains.GetGrain<IStripeEventGrain>(gateway.Region, id).FollowAsync();
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            log.LogWarning("The event {Event} of Stripe can't be followed now: {Error}", id, error.Message);
        }
    }

    private async Task<bool> BookAsync(string movement)
    {
        CardBooking booking = await books.BookAsync(await gateway.TransactionAsync(movement));
        foreach (CardWarning warning in booking.Warnings)
        {
            log.LogWarning("Card payments of {Region}: {Reason} {Detail} {Subject}", gateway.Region, warning.About.Reason,
                warning.About.Detail, warning.Subject);
        }
        // Also where it was booked before: a crash may have come between the booking and the look at the donation.
        bool isSeen = booking.Donation is not { } donation || await RefreshAsync(donation);
        return isSeen && booking.Kind != CardBookingKind.Later;
    }

    /// <returns>False where the payment service can't be asked now.</returns>
    private async Task<bool> RefreshAsync(OpaqueId donation) =>
        (await grains.GetGrain<IDonationGrain>(gateway.Region, donation).RefreshAsync()).Reason != Reason.PaymentServiceUnavailable;
}
