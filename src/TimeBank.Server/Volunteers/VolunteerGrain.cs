using System.Collections.Immutable;
using TimeBank.Ledger;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <inheritdoc cref="IVolunteerGrain"/>
public sealed class VolunteerGrain(
    [PersistentState(VolunteerState.Kind, GrainStorageNames.TimeBank)] IPersistentState<VolunteerState> state,
    DueHours due, ILedgerReader ledger, DayRules rules, BusinessClock clock, Vault vault)
    : WorkflowGrain<VolunteerState>(state, clock), IVolunteerGrain
{
    private PostingCursor _read = PostingCursor.Start;
    private (long Debits, long Credits) _readUpTo;
    private Minutes _reversed;

    private OpaqueId Id => OpaqueId.Parse(LocalKey);

    private DetailsVault Sealed => new(vault, new VaultParty(Region, PersonCalls.Volunteers + LocalKey));

    public async Task<Reply<VolunteerRecord>> EnrolAsync(
        Command command, string displayName, DateOnly birthDate, string home, PersonDetails? details = null)
    {
        if (Sealed.IsAnother(State.Details, command, details, State)) return Reason.RequestIdReused;
        // Sealed before anything is written, since it may fail.
        SealedDetails? sealedDetails = Sealed.Seal(State.Details, command, details);
        Policy policy = await rules.PolicyAsync(Region, Today);
        Refusal? refusal = OrderRule.Earn(birthDate, Today, policy.Hours) ?? await HomeAsync(home);
        refusal = await OnceAsync(command, () => refusal, () =>
        {
            State.DisplayName = displayName;
            State.BirthDate = birthDate;
            State.Home = home;
            State.Enrolled = Today;
            State.Details = sealedDetails;
        });
        return refusal is null ? View() : refusal;
    }

    public async Task<Reply<PersonDetails>> SetDetailsAsync(Command command, PersonDetails details)
    {
        if (Sealed.IsAnother(State.Details, command, details, State)) return Reason.RequestIdReused;
        SealedDetails? sealedDetails = Sealed.Seal(State.Details, command, details);
        Refusal? refusal = await OnceAsync(
            command, () => Exists ? null : new Refusal(Reason.VolunteerNotFound), () => State.Details = sealedDetails);
        return refusal is null ? Sealed.Open(State.Details) ?? PersonDetails.None : refusal;
    }

    public Task<PersonDetails?> DetailsAsync() => Task.FromResult(Sealed.Open(Stored.Details));

    public async Task<Reply<VolunteerRecord>> SetFamilyAsync(Command command, ImmutableArray<FamilyRecord> family)
    {
        Refusal? refusal = await FamilyAsync(family);
        refusal = await OnceAsync(command, () => refusal, () =>
            State.Family = [.. family]);
        return refusal is null ? View() : refusal;
    }

    public Task<VolunteerRecord?> GetAsync() => Task.FromResult(Exists ? View() : null);

    public async Task<PersonHours?> HoursAsync() => Exists ? await HoursAsync(await rules.PolicyAsync(Region, Today)) : null;

    public async Task<Reply<MovedHours>> GiftAsync(Command command, string receiver, long minutes)
    {
        Policy policy = await rules.PolicyAsync(Region, Today);
        Refusal? refusal = await GiftRefusalAsync(command, receiver, minutes, policy);
        return await GiveAsync(
            command, policy, refusal, -minutes,
            header => HourEntries.Gift(header, Id, PersonCalls.IdOf(receiver), new Minutes(minutes)));
    }

    public async Task<Reply<MovedHours>> DonateAsync(Command command, long minutes)
    {
        Policy policy = await rules.PolicyAsync(Region, Today);
        Refusal? refusal = Exists
            ? GiftRule.Givable(await due.HoursAsync(Region, Id), new Minutes(minutes))
            : new Refusal(Reason.VolunteerNotFound);
        return await GiveAsync(
            command, policy, refusal, -minutes, header => HourEntries.Donate(header, Id, new Minutes(minutes)));
    }

    public async Task<Reply<MovedHours>> UndoAsync(Command command, long index)
    {
        LinkedEntry? own = await OwnEntryAsync(index);
        Policy ofItsDay = await rules.PolicyAsync(Region, own is null ? Today : ChinaTime.DateOf(own.Entry.Time.ToDateTimeOffset()));
        Refusal? refusal = Exists ? UndoRule.Judge(own, ofItsDay, Now) : new Refusal(Reason.VolunteerNotFound);
        Reply<MovedHours> reply = await GiveAsync(
            command, await rules.PolicyAsync(Region, Today), refusal, own?.Entry.Transfers[0].Posted ?? 0,
            header => Entries.Reverse(header, own!.Entry.Id));
        // The ledger's refusal says how much is left with the receiver, which is not the giver's to know.
        return reply.Reason == Reason.InsufficientBalance ? new Refusal(Reason.UndoHoursSpent) : reply;
    }

    public async Task<Outcome> EarnAsync(ServiceEarned service)
    {
        Policy policy = await rules.PolicyAsync(Region, service.Day);
        HoursBalance hours = await Writer.HoursAsync(Id);
        CapSplit split = CapSplit.Of(hours.Posted.Earned, new Minutes(service.Minutes), policy.Hours);
        EntryHeader header = service.Command.Header(service.EntryId, service.Day, policy.Version.ToString(),
            OrderDetails.OfEnd(service.Command.Id, service.Order.Text, service.End, service.Minutes, split.ToPool.Value));
        var held = new HoursSpent(new Minutes(service.HeldIssued), new Minutes(service.HeldGifted), new Minutes(service.HeldEarned));
        return await Writer.DecideAsync(
            HourEntries.RenderService(header, service.HoldId, held, new Minutes(service.Minutes), Id, split.ToPool),
                service.Command.IsDryRun);
    }

    public async Task<Reply<long>> ArriveAsync(HoursArrival arrival)
    {
        EntryId left = arrival.LeftAs;
        (int attempt, Outcome? outcome) = await Writer.AttemptAsync(number => ArrivalId(left, number));
        if (outcome is null)
        {
            Policy policy = await rules.PolicyAsync(Region, Today);
            var header = new EntryHeader(
                ArrivalId(left, attempt), arrival.Digest, arrival.Actor, arrival.OnBehalfOf,
                Today, policy.Version.ToString(), "",
                EntryHeader.NoDetails.Add("from", $"{arrival.FromRegion}/{arrival.FromPerson}").Add("leftAs", left.ToString()));
            Proposal clearIn = HourEntries.ClearIn(header, arrival.FromRegion, Id, new Minutes(arrival.Minutes));
            outcome = await Writer.SubmitIfAcceptedAsync(clearIn);
        }
        if (outcome.Refusal is { } refusal) return refusal;
        // If the server crashes before this line, the sending region asks again until it has an answer.
        if (State.Arrived.TryAdd(left.ToString(), arrival.Minutes)) await SaveAsync();
        return outcome.Entry!.Index;
    }

    /// <summary>
    /// The id for the entry with which hours arrive, made from the id with which they left. Attempts are numbered, since the writer
    /// remembers a refusal under its id for ever.
    /// </summary>
    internal static EntryId ArrivalId(EntryId left, int attempt) => left.Step($"arrival {attempt}");

    private VolunteerRecord View() => State.ToRecord(Id);

    private async Task<PersonHours> HoursAsync(Policy policy)
    {
        // Read the reversals before the hours, so that no reversal is deducted whose credit is not counted yet.
        Minutes reversed = await ReversedAsync();
        return HoursContract.Of(await due.HoursAsync(Region, Id), new Minutes(State.Arrived.Values.Sum()) + reversed, policy.Hours);
    }

    /// <summary>
    /// Minutes that reversals moved on the earned account, in both directions. The lifetime leaves out both: a gift that came back had been
    /// counted when it was earned, and a reversed service was never earned. Read whole once an activation, then only the new postings.
    /// </summary>
    private async Task<Minutes> ReversedAsync()
    {
        const int page = 1_000;
        AccountPath path = Chart.PersonHours(Id, HoursOrigin.Earned).Path;
        if ((await Writer.AccountsAsync([path])).Find(path) is not { } earned) return Minutes.Zero;
        while ((earned.Counters.DebitsPosted, earned.Counters.CreditsPosted) != _readUpTo)
        {
            PostingCursor after = _read;
            IReadOnlyList<Posting> postings = await ledger.PostingsAsync(
                Region, earned.Number, default, new LedgerTime(long.MaxValue), after, page, CancellationToken.None);
            // An interleaved call read this page meanwhile and moved the cursor on: read from there.
            if (_read != after) continue;
            _reversed += new Minutes(postings.Where(posting => posting.Entry.Kind == EntryKind.Reverse).Sum(posting => posting.Amount));
            if (postings.Count > 0) _read = postings[^1].Cursor;
            if (postings.Count < page) _readUpTo = (earned.Counters.DebitsPosted, earned.Counters.CreditsPosted);
        }
        return _reversed;
    }

    /// <summary>The home must be a first enrolment, in another region.</summary>
    private async Task<Refusal?> HomeAsync(string home)
    {
        if (home.Length == 0) return null;
        bool found = GrainKey.Parse(home).Region != Region
            && await GrainFactory.GetGrain<IVolunteerGrain>(home).GetAsync() is { Home.Length: 0 };
        return found ? null : new Refusal(Reason.HomeNotFound);
    }

    private async Task<Refusal?> FamilyAsync(ImmutableArray<FamilyRecord> family)
    {
        if (!Exists) return new Refusal(Reason.VolunteerNotFound);
        foreach (FamilyRecord member in family)
        {
            string field = $"family[{family.IndexOf(member)}].person";
            if (member.Person == PersonCalls.Volunteers + LocalKey) return Refusal.Of(Reason.FamilyMemberIsSelf, ("field", field));
            if (await GrainFactory.BirthDateAsync(Region, member.Person) is null) return new Refusal(Reason.FamilyMemberNotFound);
        }
        return null;
    }

    private async Task<Refusal?> GiftRefusalAsync(Command command, string receiver, long minutes, Policy policy)
    {
        if (!Exists) return new Refusal(Reason.VolunteerNotFound);
        if (receiver == PersonCalls.Volunteers + LocalKey) return new Refusal(Reason.GiftReceiverIsGiver);
        if (await GrainFactory.BirthDateAsync(Region, receiver) is not { } birthDate) return new Refusal(Reason.GiftReceiverNotFound);
        bool isFamily = State.Family.Any(member => member.Person == receiver);
        return GiftRule.Judge(await due.HoursAsync(Region, Id), new Minutes(minutes), isFamily, birthDate, Today, policy.Hours);
    }

    /// <summary>An entry that moved this volunteer's earned hours; null where it did not.</summary>
    private async Task<LinkedEntry?> OwnEntryAsync(long index)
    {
        if (index == long.MaxValue) return null;
        var filter = new EntryFilter { Touching = [new AccountFilter(Chart.PersonHours(Id, HoursOrigin.Earned).Path.Text)] };
        return (await ledger.EntriesAsync(Region, filter, index + 1, 1, CancellationToken.None))
            .FirstOrDefault(linked => linked.Entry.Index == index);
    }

    /// <summary>Gives hours once, or takes them back. The grain keeps the answer, not the entry: the receiver may read the entry.</summary>
    /// <param name="minutes">What the entry adds to the earned hours; less than zero where they are given.</param>
    private async Task<Reply<MovedHours>> GiveAsync(
        Command command, Policy policy, Refusal? refusal, long minutes, Func<EntryHeader, Proposal> propose)
    {
        string id = command.Id.ToString();
        PersonHours now = await HoursAsync(policy);
        return command.IsDryRun ? await DryRunAsync(CarryOutAsync) : await CarryOutAsync();

        async Task<Reply<MovedHours>> CarryOutAsync()
        {
            Refusal? refused = await OnceAsync(
                command, () => refusal, () => propose(command.Header(Today, policy.Version.ToString())),
                given => State.Given[id] = GivenState.Of(given.Entry!.Index, After(given)));
            return refused is null ? State.Given[id].ToRecord() : refused;
        }

        // An entry of an earlier build contains its answer. After a crash between entry and state, the hours just read already lack the
        // gift: don't deduct it again.
        PersonHours After(Outcome given) => HoursContract.After(given.Entry!) ?? (given.Replayed ? now : now.AfterMoving(minutes));
    }
}

/// <summary>Builds <see cref="PersonHours"/>, the hours that a grain answers.</summary>
internal static class HoursContract
{
    /// <param name="uncounted">Credited minutes that the lifetime leaves out: from other regions, and moved by reversals.</param>
    public static PersonHours Of(HoursBalance hours, Minutes uncounted, HoursPolicy policy)
    {
        Minutes lifetime = hours.EverCredited - uncounted;
        return new PersonHours(
            hours.Posted.Earned.Value, hours.Posted.Gifted.Value, hours.Posted.Issued.Value, hours.Held.Value, hours.Available.Total.Value,
            lifetime.Value, policy.BalanceCap.Value, StarGrade.Of(lifetime, policy));
    }

    public static PersonHours AfterMoving(this PersonHours hours, long minutes) =>
        hours with { Earned = hours.Earned + minutes, Available = hours.Available + minutes };

    /// <summary>The giver's hours in the details of an entry by an earlier build; null if the entry has none.</summary>
    /// <exception cref="FormatException">The detail is not eight numbers.</exception>
    public static PersonHours? After(JournalEntry entry)
    {
        if (entry.Header.Details.GetValueOrDefault(EarlierDetails.HoursAfter) is not { } text) return null;
        long[] numbers = Array.ConvertAll(text.Split(','), long.Parse);
        return numbers is [var earned, var gifted, var issued, var held, var available, var lifetime, var cap, var stars]
            ? new PersonHours(earned, gifted, issued, held, available, lifetime, cap, (int)stars)
            : throw new FormatException($"Entry {entry.Index} has other hours than eight numbers.");
    }
}

/// <summary>
/// Details that earlier builds wrote although they concern one side of the entry only. Stored bytes never change, so the server bounds who
/// may read them.
/// </summary>
public static class EarlierDetails
{
    /// <summary>On a gift or donation: the giver's hours after it, eight numbers separated by commas.</summary>
    internal const string HoursAfter = "hoursAfter";

    /// <summary>On an order's hold: the issued minutes it holds of the recipient. Gifted and earned minutes stand beside it.</summary>
    private const string Issued = "Issued";

    /// <summary>
    /// True if the entry has such a detail: then only the owner of a debited account may read it, not the other side or the actor.
    /// </summary>
    public static bool AreOfTheDebtorAlone(JournalEntry entry) => entry.Header.Details.Any(detail => detail.Key is HoursAfter or Issued);
}
