using System.Collections.Immutable;
using System.Globalization;
using TimeBank.Ledger;

namespace TimeBank.Server;

/// <content>What a provider's file has besides its standing: accreditations, staff, prices, opening.</content>
public sealed partial class ProviderGrain
{
    // Every payment and every list reads the whole file, so no part of it grows without end.
    private const int MaxAccreditations = 200, MaxChanges = 100, MaxStaff = 500, MaxPrices = 2_000;

    public Task<Reply<ProviderRecord>> GrantAccreditationAsync(Command command, ServiceType type, DateOnly first, DateOnly last) =>
        StepAsync(command, () => OnceAsync(
            command,
            () => Full(State.Provider!.AllAccreditations.Length, 1, MaxAccreditations)
                ?? AccreditationRule.Grant(State.Provider!.ToFacts().Accreditations, new AccreditationSpan(type, first, last)),
            () => State.Provider = State.Provider! with
            {
                ServiceTypes = State.Provider.ServiceTypes.Contains(type)
                    ? State.Provider.ServiceTypes : State.Provider.ServiceTypes.Add(type),
                Accreditations = State.Provider.AllAccreditations.Add(
                    new AccreditationRecord(type, first, last, command.Memo, command.Actor, Now, [])),
            }));

    public Task<Reply<ProviderRecord>> ChangeAccreditationAsync(Command command, int number, DateOnly last) =>
        StepAsync(command, () => OnceAsync(
            command,
            () => AccreditationRule.Change(State.Provider!.ToFacts().Accreditations, number - 1, last, Today)
                ?? Full(State.Provider!.AllAccreditations[number - 1].Changes.Length, 1, MaxChanges),
            () =>
            {
                ImmutableArray<AccreditationRecord> all = State.Provider!.AllAccreditations;
                AccreditationRecord one = all[number - 1];
                var change = new AccreditationChangeRecord(one.Last, last, command.Memo, command.Actor, Now);
                State.Provider = State.Provider with
                {
                    Accreditations = all.SetItem(number - 1, one with { Last = last, Changes = one.Changes.Add(change) }),
                };
            }));

    public Task<Reply<ProviderRecord>> NameStaffAsync(
        Command command, string person, ImmutableArray<ProviderRight> rights, bool isProvider) =>
        StepAsync(command, () =>
        {
            var named = new StaffRecord(person, rights, command.Actor, Now);
            return OnceAsync(
                command,
                () => Full(Staff.Length, 1, MaxStaff)
                    ?? StaffRule.Name(State.Provider!.StaffSpans, Spans(Staff.Add(named)), isProvider),
                () => State.Provider = State.Provider! with { Staff = Staff.Add(named) });
        });

    public Task<Reply<ProviderRecord>> EndStaffAsync(Command command, string person, DateOnly? last) => StepAsync(command, () => OnceAsync(
        command,
        () => StaffRule.End(State.Provider!.StaffSpans, Spans(Ended(command, person, last)), person, Today),
        () => State.Provider = State.Provider! with { Staff = Ended(command, person, last) }));

    public async Task<Reply<ProviderRecord>> PublishPricesAsync(Command command, ImmutableArray<PriceRecord> prices)
    {
        // All of one call begin on one day.
        Catalogue catalogue = await rules.CatalogueAsync(Region, prices[0].First);
        return await StepAsync(command, () => OnceAsync(
            command,
            () => PriceRule.Publish(prices.Select(price => price.ToPrice()), catalogue) ?? Full(Prices.Length, prices.Length, MaxPrices),
            () => State.Provider = State.Provider! with
            {
                Prices = [.. Prices, .. prices.Select(price => price with { By = command.Actor })],
            }));
    }

    public Task<Reply<ProviderRecord>> SetOpeningAsync(Command command, OpeningRecord opening) => StepAsync(command, () => OnceAsync(
        command, () => null, () => State.Provider = State.Provider! with { Opening = opening with { By = command.Actor } }));

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

    private static Refusal? Full(int length, int more, int most) => length + more <= most ? null
        : Refusal.Of(Reason.ProviderFileFull, ("max", most.ToString(CultureInfo.InvariantCulture)));
}
