using Orleans;
using Orleans.Concurrency;

namespace TimeBank.Grains;

/// <summary>A volunteer of a region; key: region/id. The authority for enrolment and for earned hours.</summary>
[Alias("timebank.volunteer")]
public interface IVolunteerGrain : IGrainWithStringKey
{
    [Alias("enrol")]
    Task<Reply<VolunteerMessage>> EnrolAsync(EnrolVolunteerMessage enrolment);

    [Alias("set-family")]
    Task<Reply<VolunteerMessage>> SetFamilyAsync(SetFamilyMessage family);

    /// <summary>The enrolment; null where there is none. Volunteers ask one another, so it doesn't wait for its turn.</summary>
    [Alias("get"), AlwaysInterleave]
    Task<VolunteerMessage?> GetAsync();

    /// <summary>The hours now; null where nobody is enrolled.</summary>
    [Alias("hours"), AlwaysInterleave]
    Task<HoursMessage?> HoursAsync();

    [Alias("gift")]
    Task<Reply<MovedHoursMessage>> GiftAsync(GiftHoursMessage gift);

    [Alias("donate")]
    Task<Reply<MovedHoursMessage>> DonateAsync(DonateHoursMessage donation);

    /// <summary>Posts a service's hold to this volunteer: one at a time, so that the cap is exact.</summary>
    [Alias("earn")]
    Task<OutcomeMessage> EarnAsync(EarnHoursMessage service);

    /// <summary>Takes in hours from another region, once.</summary>
    [Alias("arrive")]
    Task<Reply<EntryMessage>> ArriveAsync(HoursArrivalMessage arrival);
}
