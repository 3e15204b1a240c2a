using Orleans;
using Orleans.Concurrency;

namespace TimeBank.Grains;

/// <summary>An elder of a region; key: region/id. The authority for assessments, difficulties, entitlements and issued hours.</summary>
[Alias("timebank.elder")]
public interface IElderGrain : IGrainWithStringKey
{
    [Alias("register")]
    Task<Reply<ElderMessage>> RegisterAsync(RegisterElderMessage registration);

    [Alias("record-assessment")]
    Task<Reply<ElderMessage>> RecordAssessmentAsync(RecordAssessmentMessage assessment);

    /// <summary>The elder; null where nobody is registered.</summary>
    [Alias("get"), AlwaysInterleave]
    Task<ElderMessage?> GetAsync();

    /// <summary>The hours now; null where nobody is registered.</summary>
    [Alias("hours"), AlwaysInterleave]
    Task<HoursMessage?> HoursAsync();

    /// <summary>What the elder is entitled to in issued hours in a month, given as its first day.</summary>
    [Alias("entitled-hours")]
    Task<Reply<EntitledHoursMessage>> EntitledHoursAsync(DateOnly month);

    /// <summary>Ends what is left of earlier months, then issues the current month's hours, at most once whatever the run.</summary>
    [Alias("issue-hours")]
    Task<Reply<IssuedHoursMessage>> IssueHoursAsync(IssueHoursMessage run);

    /// <summary>Ends what is left of the hours issued before the current month.</summary>
    [Alias("end-hours")]
    Task<Reply<EndedHoursMessage>> EndHoursAsync(Command run);

    [Alias("grant")]
    Task<Reply<GrantedHoursMessage>> GrantAsync(GrantHoursMessage grant);
}
