using Google.Protobuf.WellKnownTypes;
using TimeBank.V1;

namespace TimeBank.Chaos.Load;

/// <summary>
/// An elder who books a volunteer and cancels, over and over. These steps write grain states and holds in the journal, and a crash may fall
/// between the two.
/// </summary>
internal sealed class HouseholdCaller(District district, string name, int seed, string elder, string volunteer)
    : Caller(district, name, seed)
{
    private const long Booked = 120;

    private readonly Movement _hold =
        new(District.PathOf(elder, "person") + "/hours/issued", District.PathOf(volunteer, "person") + "/hours/earned", "MIN", 0);
    private string _order = "";
    private bool _held;

    protected override Mutation Next()
    {
        Guid id = NewRequest();
        if (_order.Length == 0)
        {
            var request = new RequestServiceRequest
            {
                RequestId = $"{id:D}", Recipient = elder, Item = "companionship",
                PlannedStartTime = Timestamp.FromDateTimeOffset(District.Booking!.Value), Planned = District.Minutes(Booked),
            };
            return Ask(Role.Elder, elder, id, "", [], true, async (invoker, options) =>
                new Answer("",
                    Made: (await new ServiceOrderService.ServiceOrderServiceClient(invoker).RequestServiceAsync(request, options)).Name));
        }
        if (!_held)
        {
            var accept = new AcceptOrderRequest { RequestId = $"{id:D}", Order = _order, Volunteer = volunteer };
            return Ask(Role.Volunteer, volunteer, id, "HoldService", [_hold with { Held = Booked }], true,
                async (invoker, options) =>
                new Answer((await new ServiceOrderService.ServiceOrderServiceClient(invoker).AcceptOrderAsync(accept, options)).HoldEntry));
        }
        var cancel = new CancelOrderRequest { RequestId = $"{id:D}", Order = _order, Note = "改天" };
        return Ask(Role.Elder, elder, id, "ReleaseService", [_hold with { Released = Booked }], true,
            async (invoker, options) =>
            new Answer((await new ServiceOrderService.ServiceOrderServiceClient(invoker).CancelOrderAsync(cancel, options)).EndEntry));
    }

    protected override void Accepted(Mutation mutation, Answer answer)
    {
        if (answer.Made.Length > 0) (_order, _held) = (answer.Made, false);
        else if (mutation.Moves[0].Held > 0) _held = true;
        else _order = "";
    }
}
