using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using TimeBank.Ledger;
using TimeBank.V1;
using TimeBank.Writer;
using Posting = TimeBank.Ledger.Posting;

namespace TimeBank.Server;

/// <content>
/// A person's hours, postings and statement. Each call first writes what is due by the clock (<see cref="DueHours"/>).
/// </content>
public sealed partial class VolunteerApi
{
    public override async Task<Hours> GetHours(GetHoursRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        ResourceName person = read.Resource(request.Person, "person", PersonContract.Elders, PersonContract.Volunteers);
        read.Check();
        Hours hours = (await grains.HoursAsync(person)).ToContract(person);
        if (person.Collection != PersonContract.Volunteers) return hours;
        long left = await grains.GetGrain<IClearingGrain>(person.Region.ToString()).OnTheirWayAsync(OpaqueId.Parse(person.Id));
        hours.OnTheirWay = Unit.Minutes.Of(left);
        return hours;
    }

    public override async Task<ListHourPostingsResponse> ListHourPostings(ListHourPostingsRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        ResourceName person = read.Resource(request.Person, "person", PersonContract.Elders, PersonContract.Volunteers);
        HourAccount? account = read.ChoiceOrNull(request.Account, "account");
        (DateOnly, DateOnly) period = read.Period(request.Period, "period");
        int size = read.PageSize(request.PageSize);
        read.Check();

        await grains.HoursAsync(person);
        return await new HourPostings(ledger, statements, rules, clock)
            .ListAsync(context, request, person, account, period, size, request.PageToken);
    }

    public override async Task<Statement> GetHourStatement(GetHourStatementRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        ResourceName person = read.Resource(request.Person, "person", PersonContract.Elders, PersonContract.Volunteers);
        HourAccount? account = read.ChoiceOrNull(request.Account, "account");
        if (request.Period is null) read.Refuse("period", "REQUIRED");
        (DateOnly, DateOnly) period = read.Period(request.Period, "period");
        int size = read.PageSize(request.PageSize);
        read.Check();

        await grains.HoursAsync(person);
        AccountSpec spec = Chart.PersonHours(OpaqueId.Parse(person.Id), account.ToDomain(person));
        return await statements.StatementAsync(context, request, person.Region, spec, period, size, request.PageToken);
    }
}

/// <summary>The postings of a person's hours over several accounts, newest first.</summary>
internal sealed class HourPostings(ILedgerReader ledger, StatementReader statements, DayRules rules, BusinessClock clock)
{
    private static readonly (HourAccount Account, HoursOrigin Origin)[] All =
        [(HourAccount.Earned, HoursOrigin.Earned), (HourAccount.Gifted, HoursOrigin.Gifted), (HourAccount.Issued, HoursOrigin.Issued)];

    /// <param name="only">Only this account; null: all three.</param>
    public async Task<ListHourPostingsResponse> ListAsync(
        ServerCallContext context, IMessage request, ResourceName person, HourAccount? only, (DateOnly, DateOnly) period, int size,
            string pageToken)
    {
        // Three accounts are read one after the other, and one entry may post to several. Without one moment for all, the pages could skip
        // a posting for good.
        (Moment moment, PostingCursor? before) = await statements.PlaceAsync(context, request, person.Region, pageToken);
        (LedgerTime from, LedgerTime until) = moment.Within(period);
        var found = new List<(HourAccount Account, Posting Posting)>();
        foreach ((HourAccount account, HoursOrigin origin) in All.Where(one => only is null || one.Account == only))
        {
            if (await ledger.AccountAsync(person.Region, Chart.PersonHours(OpaqueId.Parse(person.Id), origin).Path,
                context.CancellationToken) is not { } stored) continue;
            IReadOnlyList<Posting> page = await ledger.LatestPostingsAsync(
                person.Region, stored.Number, from, until, before ?? PostingCursor.End, size + 1, context.CancellationToken);
            found.AddRange(page.Select(posting => (account, posting)));
        }
        (HourAccount Account, Posting Posting)[] merged =
            [.. found.OrderByDescending(one => one.Posting.Entry.Index).ThenByDescending(one => one.Posting.Position).Take(size + 1)];
        var response = new ListHourPostingsResponse { EntryCount = moment.Size, Time = moment.Time };
        foreach ((HourAccount account, Posting posting) in merged.Take(size))
        {
            response.Postings.Add(new HourPosting
            {
                Account = account,
                Posting = StatementReader.ToContract(person.Region, Unit.Minutes, posting),
                UndoUntil = await UndoUntilAsync(person, posting, context.CancellationToken),
            });
        }
        if (merged.Length > size) response.NextPageToken = statements.TokenOf(context, request, moment, merged[size - 1].Posting.Cursor);
        return response;
    }

    /// <summary>Until when the person can take back what this posting gave; null if they can't.</summary>
    private async Task<Timestamp?> UndoUntilAsync(ResourceName person, Posting posting, CancellationToken cancellation)
    {
        JournalEntry entry = posting.Entry;
        // The receiver's side of a gift is a credit. A list of past years asks nothing further: its time is over.
        if (!posting.IsDebit || !UndoRule.CanBeUndone(entry)) return null;
        DateTimeOffset until = await rules.UndoUntilAsync(entry);
        if (clock.Now > until) return null;
        IReadOnlyList<LinkedEntry> linked =
            await ledger.EarliestEntriesAsync(person.Region, new EntryFilter(), entry.Index - 1, 1, cancellation);
        return linked is [{ ReversedBy: null }] ? Timestamp.FromDateTimeOffset(until) : null;
    }
}
