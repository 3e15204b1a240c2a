using System.Collections.Immutable;
using TimeBank.Ledger;
using TimeBank.Proofs;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <inheritdoc cref="IVolunteerGrain"/>
public sealed class VolunteerGrain(
    [PersistentState(VolunteerState.Kind, GrainStorageNames.TimeBank)] IPersistentState<VolunteerState> state,
    HourSettlement settlement, ILedgerReader ledger, DayRules rules, BusinessClock clock)
    : WorkflowGrain<VolunteerState>(state, clock), IVolunteerGrain
{
    private PostingCursor _read = PostingCursor.Start;
    private (long Debits, long Credits) _readUpTo;
    private Minutes _reversed;

    private OpaqueId Id => OpaqueId.Parse(LocalKey);

    public async Task<Reply<VolunteerRecord>> EnrolAsync(Command command, string displayName, DateOnly birthDate, string home)
    {
        Policy policy = await rules.PolicyAsync(Region, Today);
        Refusal? refusal = OrderRule.Earn(birthDate, Today, policy.Hours) ?? await HomeAsync(home);
        refusal = await OnceAsync(command, () => refusal, () =>
        {
            State.DisplayName = displayName;
            State.BirthDate = birthDate;
            State.Home = home;
            State.Enrolled = Today;
        });
        return refusal is null ? View() : refusal;
    }

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
            command, policy, refusal, new Minutes(minutes),
            (header, minutes) => HourEntries.Gift(header, Id, PersonCalls.IdOf(receiver), minutes));
    }

    public async Task<Reply<MovedHours>> DonateAsync(Command command, long minutes)
    {
        Policy policy = await rules.PolicyAsync(Region, Today);
        Refusal? refusal = Exists
            ? GiftRule.Givable(await settlement.HoursAsync(Region, Id), new Minutes(minutes))
            : new Refusal(Reason.VolunteerNotFound);
        return await GiveAsync(
            command, policy, refusal, new Minutes(minutes), (header, minutes) => HourEntries.Donate(header, Id, minutes));
    }

    public async Task<Outcome> EarnAsync(ServiceEarned service)
    {
        Policy policy = await rules.PolicyAsync(Region, service.Day);
        HoursBalance hours = await Writer.HoursAsync(Id);
        CapSplit split = CapSplit.Of(hours.Posted.Earned, new Minutes(service.Minutes), policy.Hours);
        EntryHeader header = service.Command.Header(EntryId.Parse(service.EntryId), service.Day, policy.Version.ToString(),
            OrderDetails.OfEnd(service.Command.Id, service.Order, service.End, service.Minutes, split.ToPool.Value));
        var held = new HoursSpent(new Minutes(service.HeldIssued), new Minutes(service.HeldGifted), new Minutes(service.HeldEarned));
        return await Writer.DecideAsync(
            HourEntries.RenderService(header, EntryId.Parse(service.HoldId), held, new Minutes(service.Minutes), Id, split.ToPool),
                service.Command.IsDryRun);
    }

    public async Task<Reply<long>> ArriveAsync(HoursArrival arrival)
    {
        EntryId left = EntryId.Parse(arrival.LeftAs);
        (int attempt, Outcome? outcome) = await Writer.AttemptAsync(number => ArrivalId(left, number));
        if (outcome is null)
        {
            Policy policy = await rules.PolicyAsync(Region, Today);
            var header = new EntryHeader(
                ArrivalId(left, attempt), Digest.Parse(arrival.Digest), arrival.Actor, arrival.OnBehalfOf,
                Today, policy.Version.ToString(), "",
                EntryHeader.NoDetails.Add("from", $"{arrival.FromRegion}/{arrival.FromPerson}").Add("leftAs", arrival.LeftAs));
            Proposal clearIn = HourEntries.ClearIn(header, RegionCode.Parse(arrival.FromRegion), Id, new Minutes(arrival.Minutes));
            outcome = await Writer.SubmitIfAcceptedAsync(clearIn);
        }
        if (outcome.Refusal is { } refusal) return refusal;
        // A crash before this is mended by the sender, who asks again until it has an answer.
        if (State.Arrived.TryAdd(arrival.LeftAs, arrival.Minutes)) await SaveAsync();
        return outcome.Entry!.Index;
    }

    /// <summary>
    /// The id of the entry with which hours arrive that left under another; a row of them, as the other region may refuse.
    /// </summary>
    internal static EntryId ArrivalId(EntryId left, int attempt) => left.Step($"arrival {attempt}");

    private VolunteerRecord View() => State.ToRecord(LocalKey);

    private async Task<PersonHours> HoursAsync(Policy policy)
    {
        // What reversals moved is read first: it may be behind the hours by an entry, and never ahead.
        Minutes reversed = await ReversedAsync();
        return HoursContract.Of(await settlement.HoursAsync(Region, Id), new Minutes(State.Arrived.Values.Sum()) + reversed, policy.Hours);
    }

    /// <summary>
    /// What reversals have moved on the earned account, either way: a gift that comes back was earned before, and a service that is taken
    /// back was not. Read once for each
    /// activation, and then only what was posted since.
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
            // Another call has gone on from here meanwhile.
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
        bool found = !home.StartsWith($"{Region}/", StringComparison.Ordinal)
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
        return GiftRule.Judge(await settlement.HoursAsync(Region, Id), new Minutes(minutes), isFamily, birthDate, Today, policy.Hours);
    }

    /// <summary>Gives hours once. What is answered is kept here, and not in the entry, which the receiver may read.</summary>
    private async Task<Reply<MovedHours>> GiveAsync(
        Command command, Policy policy, Refusal? refusal, Minutes minutes, Func<EntryHeader, Minutes, Proposal> propose)
    {
        string id = command.Id.ToString();
        PersonHours now = await HoursAsync(policy);
        return command.IsDryRun ? await DryRunAsync(CarryOutAsync) : await CarryOutAsync();

        async Task<Reply<MovedHours>> CarryOutAsync()
        {
            Refusal? refused = await OnceAsync(
                command, () => refusal, () => propose(command.Header(Today, policy.Version.ToString()), minutes),
                given => State.Given[id] = GivenState.Of(given.Entry!.Index, After(given)));
            return refused is null ? State.Given[id].ToRecord() : refused;
        }

        // An entry of an earlier build has what was answered then. Where a crash kept an answer from being given, the hours are gone
        // already.
        PersonHours After(Outcome given) => HoursContract.After(given.Entry!) ?? (given.Replayed ? now : now.AfterGiving(minutes.Value));
    }
}

/// <summary>The hours of a person as they are answered.</summary>
internal static class HoursContract
{
    /// <param name="uncounted">What of the hours ever credited was earned elsewhere, was given back by a reversal, or was taken back by
    /// one.</param>
    public static PersonHours Of(HoursBalance hours, Minutes uncounted, HoursPolicy policy)
    {
        Minutes lifetime = hours.EverCredited - uncounted;
        return new PersonHours(
            hours.Posted.Earned.Value, hours.Posted.Gifted.Value, hours.Posted.Issued.Value, hours.Held.Value, hours.Available.Total.Value,
            lifetime.Value, policy.BalanceCap.Value, StarGrade.Of(lifetime, policy));
    }

    public static PersonHours AfterGiving(this PersonHours hours, long minutes) =>
        hours with { Earned = hours.Earned - minutes, Available = hours.Available - minutes };

    /// <summary>The giver's hours after an earlier entry, each number at its place; null where the entry doesn't say them.</summary>
    public static PersonHours? After(JournalEntry entry)
    {
        if (entry.Header.Details.GetValueOrDefault(EarlierDetails.HoursAfter) is not { } text) return null;
        long[] numbers = Array.ConvertAll(text.Split(','), long.Parse);
        return numbers is [var earned, var gifted, var issued, var held, var available, var lifetime, var cap, var stars]
            ? new PersonHours(earned, gifted, issued, held, available, lifetime, cap, (int)stars)
            : throw new FormatException($"Entry {entry.Index} has other hours than eight numbers.");
    }
}

/// <summary>What earlier entries said of one side alone. Their bytes stay as they are, so who may read them is bounded instead.</summary>
public static class EarlierDetails
{
    /// <summary>Of a gift or a donation: the giver's hours after it, eight numbers with commas between them.</summary>
    internal const string HoursAfter = "hoursAfter";

    /// <summary>Of an order's hold: what of the recipient's issued hours it holds, beside what of gifted and earned ones.</summary>
    private const string Issued = "Issued";

    /// <summary>Whether an entry tells the other side of it, or who acted, what concerns only the owner of the accounts that it
    /// debits.</summary>
    public static bool AreOfTheDebtorAlone(JournalEntry entry) => entry.Header.Details.Any(detail => detail.Key is HoursAfter or Issued);
}
