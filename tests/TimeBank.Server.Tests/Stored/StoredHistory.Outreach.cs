using TimeBank.V1;
using Role = TimeBank.V1.Role;

namespace TimeBank.Server.Tests;

/// <content>Services find people. Not a part of <see cref="PlayAsync"/>: databases of earlier builds know nothing of it.</content>
internal sealed partial class StoredHistory
{
    /// <summary>A death and another benefit are reported, and a run looks at everybody.</summary>
    public async Task LookForPeopleAsync()
    {
        var counter = new ElderService.ElderServiceClient(As(Role.Counter));
        // One by one: those of different elders in one call go into the journal in any order.
        await NoticeAsync("benefit", new NoticeLine
        {
            Number = 1, Key = "2026-1", Elder = _assessed, Kind = NoticeKind.BenefitBegun, Date = Day(2026, 10, 1),
            Benefit = Benefit.HomeCareProject,
        });
        await NoticeAsync("death", new NoticeLine
        {
            Number = 1, Key = "2026-2", Elder = _relative, Kind = NoticeKind.Deceased, Date = Day(2026, 11, 2),
        });
        await RunAsync("outreach", id => counter.RunOutreach(new RunOutreachRequest { RequestId = id, Parent = Parent }));

        Task NoticeAsync(string name, NoticeLine line) => StepAsync(name, id => counter.ImportNoticesAsync(
            new ImportNoticesRequest { RequestId = id, Parent = Parent, Source = "civil-affairs", Lines = { line } }));
    }
}
