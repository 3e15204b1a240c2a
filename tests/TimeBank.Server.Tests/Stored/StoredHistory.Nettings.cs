using TimeBank.V1;
using Role = TimeBank.V1.Role;

namespace TimeBank.Server.Tests;

/// <content>October is netted between both regions. Not in <see cref="PlayAsync"/>: earlier builds know nothing of it.</content>
internal sealed partial class StoredHistory
{
    /// <summary>The city nets October: 150 minutes are to be paid. It then proposes November.</summary>
    public async Task NetAsync()
    {
        const string Zhuzhou = "430200";
        ClearingService.ClearingServiceClient maker = new(As(Role.FinanceMaker, region: Zhuzhou)),
            checker = new(As(Role.FinanceChecker, region: Zhuzhou));
        await StepAsync("october netted", id => maker.RunNettingAsync(new RunNettingRequest
        {
            RequestId = id, Name = $"regions/{Zhuzhou}/nettings/2026-10",
        }));
        await StepAsync("october netted: approved", id => checker.ApproveNettingAsync(new ApproveNettingRequest
        {
            RequestId = id, Name = $"regions/{Zhuzhou}/nettings/2026-10",
        }));
        await StepAsync("november netted", id => maker.RunNettingAsync(new RunNettingRequest
        {
            RequestId = id, Name = $"regions/{Zhuzhou}/nettings/2026-11",
        }));
    }
}
