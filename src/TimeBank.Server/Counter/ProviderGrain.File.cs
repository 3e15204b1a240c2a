using System.Collections.Immutable;
using System.Globalization;
using TimeBank.Ledger;

namespace TimeBank.Server;

/// <content>What a provider's file has besides its standing: accreditations, staff, prices, opening.</content>
public sealed partial class ProviderGrain
{
    // Every payment and every list reads the whole file, so no part of it grows without end: what is long past makes room.
    private const int MaxAccreditations = 200, MaxChanges = 100, MaxStaff = 500, MaxPrices = 2_000;

    public Task<Reply<ProviderRecord>> GrantAccreditationAsync(Command command, ServiceType type, DateOnly first, DateOnly last) =>
        StepAsync(command, () =>
        {
            ImmutableArray<AccreditationRecord> all = State.Provider!.AllAccreditations,
                kept = WithRoom(all, 1, MaxAccreditations, at => all[at].Last < KeptFrom);
            return OnceAsync(
                command,
                () => Full(kept.Length, 1, MaxAccreditations)
                    ?? AccreditationRule.Grant([.. kept.Select(one => one.ToSpan())], new AccreditationSpan(type, first, last)),
                () =>
                {
                    int forgotten = State.Provider.ForgottenAccreditations + all.Length - kept.Length;
                    State.Provider = State.Provider with
                    {
                        ServiceTypes = State.Provider.ServiceTypes.Contains(type)
                            ? State.Provider.ServiceTypes : State.Provider.ServiceTypes.Add(type),
                        Accreditations = kept.Add(new AccreditationRecord(type, first, last, command.Memo, command.Actor, Now, [])),
                        Forgotten = forgotten > 0 ? forgotten : null,
                    };
                });
        });

    public Task<Reply<ProviderRecord>> ChangeAccreditationAsync(Command command, int number, DateOnly last) =>
        StepAsync(command, () =>
        {
            ImmutableArray<AccreditationRecord> all = State.Provider!.AllAccreditations;
            int at = number - 1 - State.Provider.ForgottenAccreditations;
            ImmutableArray<AccreditationChangeRecord> changes = at >= 0 && at < all.Length ? all[at].Changes : [],
                kept = WithRoom(changes, 1, MaxChanges, change => ChinaTime.DateOf(changes[change].At) < KeptFrom);
            return OnceAsync(
                command,
                () => AccreditationRule.Change([.. all.Select(one => one.ToSpan())], at, last, Today) ?? Full(kept.Length, 1, MaxChanges),
                () =>
                {
                    AccreditationRecord one = all[at];
                    var change = new AccreditationChangeRecord(one.Last, last, command.Memo, command.Actor, Now);
                    State.Provider = State.Provider with
                    {
                        Accreditations = all.SetItem(at, one with { Last = last, Changes = kept.Add(change) }),
                    };
                });
        });

    public Task<Reply<ProviderRecord>> NameStaffAsync(
        Command command, string person, ImmutableArray<ProviderRight> rights, bool isProvider) =>
        StepAsync(command, () =>
        {
            ImmutableArray<StaffRecord> all = Staff,
                kept = WithRoom(all, 1, MaxStaff, at => ProviderFileRule.IsPast(
                    State.Provider!.StaffSpans, at, other => ChinaTime.DateOf(all[other].At), KeptFrom));
            var named = new StaffRecord(person, rights, command.Actor, Now);
            return OnceAsync(
                command,
                () => Full(kept.Length, 1, MaxStaff)
                    ?? StaffRule.Name(State.Provider!.StaffSpans, Spans(kept.Add(named)), isProvider),
                () => State.Provider = State.Provider! with { Staff = kept.Add(named) });
        });

    public Task<Reply<ProviderRecord>> EndStaffAsync(Command command, string person, DateOnly? last) => StepAsync(command, () => OnceAsync(
        command,
        () => StaffRule.End(State.Provider!.StaffSpans, Spans(Ended(command, person, last)), person, Today),
        () => State.Provider = State.Provider! with { Staff = Ended(command, person, last) }));

    public async Task<Reply<ProviderRecord>> PublishPricesAsync(Command command, ImmutableArray<PriceRecord> prices)
    {
        // All of one call begin on one day.
        Catalogue catalogue = await rules.CatalogueAsync(Region, prices[0].First);
        return await StepAsync(command, () =>
        {
            ImmutableArray<PublishedPrice> all = State.Provider!.ToFacts().Prices;
            ImmutableArray<PriceRecord> kept =
                WithRoom(Prices, prices.Length, MaxPrices, at => ProviderFileRule.IsPast(all, at, KeptFrom));
            return OnceAsync(
                command,
                () => PriceRule.Publish(prices.Select(price => price.ToPrice()), catalogue)
                    ?? Full(kept.Length, prices.Length, MaxPrices),
                () => State.Provider = State.Provider! with
                {
                    Prices = [.. kept, .. prices.Select(price => price with { By = command.Actor })],
                });
        });
    }

    public Task<Reply<ProviderRecord>> SetOpeningAsync(Command command, OpeningRecord opening) => StepAsync(command, () => OnceAsync(
        command, () => null, () => State.Provider = State.Provider! with { Opening = opening with { By = command.Actor } }));

    private DateOnly KeptFrom => ProviderFileRule.KeptFrom(Today);

    private ImmutableArray<StaffRecord> Staff => State.Provider!.Staff ?? [];

    private ImmutableArray<PriceRecord> Prices => State.Provider!.Prices ?? [];

    private static ImmutableArray<StaffSpan> Spans(ImmutableArray<StaffRecord> staff) =>
        [.. staff.Select(one => new StaffSpan(one.Person, one.Rights, one.Last))];

    /// <summary>The staff after a person's end; as it is where the person was never named.</summary>
    private ImmutableArray<StaffRecord> Ended(Command command, string person, DateOnly? last)
    {
        for (int at = Staff.Length - 1; at >= 0; at--)
        {
            if (Staff[at].Person != person) continue;
            StaffRecord ended = Staff[at] with
            {
                Last = last ?? Today.AddDays(-1),
                EndedBy = command.Actor,
                EndNote = command.Memo,
            };
            return Staff.SetItem(at, ended);
        }
        return Staff;
    }

    /// <summary>All records; where more would not fit, without those that are long past.</summary>
    private static ImmutableArray<T> WithRoom<T>(ImmutableArray<T> all, int more, int most, Func<int, bool> isPast) =>
        all.Length + more <= most ? all : [.. all.Where((_, at) => !isPast(at))];

    private static Refusal? Full(int length, int more, int most) => length + more <= most ? null
        : Refusal.Of(Reason.ProviderFileFull, ("max", most.ToString(CultureInfo.InvariantCulture)));
}
