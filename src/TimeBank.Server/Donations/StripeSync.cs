using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;
using TimeBank.Ledger;

namespace TimeBank.Server;

/// <summary>
/// The run that books every movement of the payment service's balance: from the last day that is complete up to now, oldest first. It also
/// follows events that nobody has followed yet, holds automatic payouts against what they carry, and the service's balance against the
/// books.
/// </summary>
public sealed class StripeSync(
    IGrainFactory grains, StripeGateway gateway, StripeBooks books, StripeEvents events, ILogger<StripeSync> log)
{
    private const int AtOnce = 100;

    /// <summary>A day is asked for once more when so much time has passed after it.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromHours(1);

    public RegionCode Region => gateway.Region;

    /// <exception cref="PaymentServiceException">The payment service refuses, or doesn't answer at all.</exception>
    /// <exception cref="StorageUnavailableException">Nothing can be written now.</exception>
    public async IAsyncEnumerable<SyncStep> RunAsync(bool dryRun, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var tally = new SyncTally();
        DateTimeOffset begun = gateway.Now;
        IStripeCursorGrain cursor = grains.GetGrain<IStripeCursorGrain>(gateway.Region.ToString());
        DateTimeOffset? since = await cursor.GetAsync();
        if (!dryRun) await events.FollowAllAsync(cancellation);

        (List<CardTransaction> found, Refusal? brokenOff) = await ReadAsync(since, cancellation);
        // Those that came last are the oldest: a charge is booked before its refund.
        found.Reverse();
        foreach (CardTransaction[] some in found.OrderBy(one => one.Movement.Created).Chunk(AtOnce))
        {
            foreach (CardTransaction one in some) await BookAsync(one, dryRun, tally);
            yield return tally.ToStep(null);
            cancellation.ThrowIfCancellationRequested();
        }
        if (brokenOff is not null) tally.Warn(new CardWarning(brokenOff, "", null), isWhole: false);
        long? held = brokenOff is null ? await HeldAsync(tally) : null;
        long inBooks = await InBooksAsync();
        if (held is { } says && says != inBooks && !dryRun)
        {
            tally.Warn(new CardWarning(new Refusal(Reason.StripeBalanceDiffers), "", Math.Abs(says - inBooks)), isWhole: true);
        }
        if (tally.IsWhole && !dryRun)
        {
            since = ChinaTime.StartOf(ChinaTime.DateOf(begun - Settling));
            await cursor.MoveAsync(since.Value);
        }
        DateOnly? through = since is { } end ? ChinaTime.DateOf(end).AddDays(-1) : null;
        Tell(tally, dryRun);
        yield return tally.ToStep(new SyncEnd(tally.IsWhole, through, held, inBooks, tally.Warnings));
    }

    /// <summary>Runs to its end, for those who don't wait for its steps.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        await foreach (SyncStep step in RunAsync(dryRun: false, cancellation)) _ = step;
    }

    /// <summary>What could be read, newest first, and why it isn't all.</summary>
    private async Task<(List<CardTransaction> Found, Refusal? BrokenOff)> ReadAsync(
        DateTimeOffset? since, CancellationToken cancellation)
    {
        var found = new List<CardTransaction>();
        try
        {
            await foreach (IReadOnlyList<CardTransaction> page in gateway.TransactionsAsync(since, cancellation: cancellation))
            {
                found.AddRange(page);
            }
            return (found, null);
        }
        catch (PaymentServiceException error) when (found.Count > 0)
        {
            return (found, error.Refusal);
        }
    }

    private async Task BookAsync(CardTransaction one, bool dryRun, SyncTally tally)
    {
        try
        {
            CardBooking booking = await books.BookAsync(one, dryRun);
            tally.Count(booking);
            if (booking is { Kind: CardBookingKind.Booked, Donation: { } donation } && !dryRun) await RefreshAsync(donation);
            // Also where an event has booked it: only a run sees all that it carries.
            if (one.IsAutomaticPayout) await CompareAsync(one.Movement, tally);
        }
        catch (PaymentServiceException error)
        {
            tally.Warn(new CardWarning(error.Refusal, one.Movement.Id, null), isWhole: false);
        }
    }

    /// <summary>The money is booked; how the donation's page looks may wait for a later event.</summary>
    private async Task RefreshAsync(OpaqueId donation) =>
        await grains.GetGrain<IDonationGrain>(gateway.Region, donation).RefreshAsync();

    /// <summary>An automatic payout is the sum of the nets of all that it carries, of whatever type.</summary>
    private async Task CompareAsync(CardMovement payout, SyncTally tally)
    {
        Int128 carried = 0;
        await foreach (IReadOnlyList<CardTransaction> page in gateway.TransactionsAsync(null, payout.Source))
        {
            foreach (CardTransaction one in page.Where(one => one.Movement.Id != payout.Id)) carried += one.Movement.Net;
        }
        Int128 differs = Int128.Abs(carried + payout.Gross);
        if (differs == 0) return;
        long fen = (long)Int128.Min(differs, long.MaxValue);
        tally.Warn(new CardWarning(new Refusal(Reason.PayoutDiffers), payout.Source, fen), isWhole: true);
    }

    private async Task<long?> HeldAsync(SyncTally tally)
    {
        try
        {
            return await gateway.BalanceAsync();
        }
        catch (PaymentServiceException error)
        {
            tally.Warn(new CardWarning(error.Refusal, "balance", null), isWhole: true);
            return null;
        }
    }

    private async Task<long> InBooksAsync()
    {
        Account? account = await grains.Writer(gateway.Region).AccountAsync(Chart.StripeBalance().Path);
        return account is null ? 0 : account.Counters.DebitsPosted - account.Counters.CreditsPosted;
    }

    private void Tell(SyncTally tally, bool dryRun)
    {
        if (dryRun) return;
        foreach (CardWarning warning in tally.Warnings)
        {
            log.LogWarning("Card payments of {Region}: {Reason} {Detail} {Subject}", gateway.Region, warning.About.Reason,
                warning.About.Detail, warning.Subject);
        }
    }
}

/// <summary>How far a run is.</summary>
/// <param name="End">Set in the last step.</param>
public sealed record SyncStep(long Looked, long Booked, long Known, SyncEnd? End);

/// <summary>The result of a run.</summary>
/// <param name="Through">The last day whose movements are all in the books.</param>
/// <param name="Held">What the payment service says it holds; null where it wasn't asked, or didn't say.</param>
/// <param name="InBooks">What the books say it holds.</param>
public sealed record SyncEnd(bool IsComplete, DateOnly? Through, long? Held, long InBooks, IReadOnlyList<CardWarning> Warnings);

/// <summary>Counts what a run did.</summary>
internal sealed class SyncTally
{
    private readonly List<CardWarning> _warnings = [];
    private long _looked, _booked, _known;

    /// <summary>Whether nothing was left for a later run.</summary>
    public bool IsWhole { get; private set; } = true;

    public IReadOnlyList<CardWarning> Warnings => _warnings;

    public void Count(CardBooking booking)
    {
        _looked++;
        if (booking.Kind == CardBookingKind.Booked) _booked++;
        if (booking.Kind == CardBookingKind.Known) _known++;
        if (booking.Kind == CardBookingKind.Later) IsWhole = false;
        _warnings.AddRange(booking.Warnings);
    }

    public void Warn(CardWarning warning, bool isWhole)
    {
        IsWhole &= isWhole;
        _warnings.Add(warning);
    }

    public SyncStep ToStep(SyncEnd? end) => new(_looked, _booked, _known, end);
}

/// <summary>Up to where a region's card payments are all in the books; key: the region's code.</summary>
[Alias("timebank.stripe-cursor")]
public interface IStripeCursorGrain : IGrainWithStringKey
{
    /// <summary>The time before which every movement is in the books; null before the first complete run.</summary>
    [Alias("get")]
    Task<DateTimeOffset?> GetAsync();

    /// <summary>Moves it on; never back.</summary>
    [Alias("move")]
    Task MoveAsync(DateTimeOffset until);
}

/// <summary>The stored cursor.</summary>
public sealed class StripeCursorState
{
    [JsonPropertyName("until")]
    public DateTimeOffset? Until { get; set; }
}

/// <inheritdoc cref="IStripeCursorGrain"/>
public sealed class StripeCursorGrain([PersistentState("stripe", GrainStorageNames.TimeBank)] IPersistentState<StripeCursorState> state)
    : Grain, IStripeCursorGrain
{
    public Task<DateTimeOffset?> GetAsync() => Task.FromResult(state.State.Until);

    public async Task MoveAsync(DateTimeOffset until)
    {
        if (state.State.Until >= until) return;
        state.State.Until = until;
        await this.WriteAsync(state);
    }
}
