using TimeBank.V1;

namespace TimeBank.Chaos.Load;

/// <summary>A volunteer who gives minutes to a parent and to the pool, and tries it when none are left too.</summary>
internal sealed class VolunteerCaller(District district, string name, int seed, string volunteer, string parent)
    : Caller(district, name, seed)
{
    private readonly string _earned = District.PathOf(volunteer, "person") + "/hours/earned";
    private long _left = District.MinutesEarned;

    protected override Mutation Next()
    {
        long minutes = Dice.Next(1, 3);
        bool acceptable = minutes <= _left;
        Guid id = NewRequest();
        if (Dice.Next(2) == 0)
        {
            var donation = new DonateHoursRequest { RequestId = $"{id:D}", Volunteer = volunteer, Amount = District.Minutes(minutes) };
            return Ask(Role.Volunteer, volunteer, id, "DonateHours", [new(_earned, "pool/donated", "MIN", minutes)], acceptable,
                async (invoker, options) =>
                new Answer((await new VolunteerService.VolunteerServiceClient(invoker).DonateHoursAsync(donation, options)).Entry));
        }
        var gift = new GiftHoursRequest
        {
            RequestId = $"{id:D}", Volunteer = volunteer, Receiver = parent,
            Amount = District.Minutes(minutes)
        };
        return Ask(Role.Volunteer, volunteer, id, "GiftHours",
            [new(_earned, District.PathOf(parent, "person") + "/hours/gifted", "MIN", minutes)], acceptable,
            async (invoker, options) =>
            new Answer((await new VolunteerService.VolunteerServiceClient(invoker).GiftHoursAsync(gift, options)).Entry));
    }

    protected override void Accepted(Mutation mutation, Answer answer) => _left -= mutation.Moves[0].Posted;
}
