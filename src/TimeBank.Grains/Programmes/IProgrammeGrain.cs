using Orleans;
using Orleans.Concurrency;

namespace TimeBank.Grains;

/// <summary>What money is spent on, by vouchers; key: region/id. The authority for its own terms, funding shares and issue runs.</summary>
[Alias("timebank.programme")]
public interface IProgrammeGrain : IGrainWithStringKey
{
    [Alias("create")]
    Task<Reply<ProgrammeRecord>> CreateAsync(CreateProgrammeMessage creation);

    /// <summary>The programme; null where none was opened.</summary>
    [Alias("get"), AlwaysInterleave]
    Task<ProgrammeRecord?> GetAsync();

    [Alias("allot")]
    Task<OutcomeMessage> AllotAsync(AllotFundsMessage allotment);

    /// <summary>Resolves a run's id and looks whether all of it is funded. A run that began once may go on.</summary>
    [Alias("begin-issue")]
    Task<OutcomeMessage> BeginIssueAsync(IssueRunMessage run, CancellationToken cancellation = default);

    /// <summary>Issues to one page of the region's elders, by name.</summary>
    /// <param name="after">The last elder of the page before; null for the first page.</param>
    /// <param name="cancellation">Ends the call before anything of the page is issued; what has begun to be stored is waited for.</param>
    [Alias("issue")]
    Task<RunPageMessage> IssueAsync(IssueRunMessage run, string? after, CancellationToken cancellation = default);
}
