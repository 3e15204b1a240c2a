using TimeBank.Cli;
using TimeBank.V1;

namespace TimeBank.Demo;

/// <summary>The run issues the month's hours to everybody entitled.</summary>
internal sealed record IssueHoursStep(string Region, DateTimeOffset At) : Step($"issue-hours/{Region}", At, $"hours/{Region}")
{
    public override async Task PlayAsync(Stage stage, string requestId)
    {
        var client = new ElderService.ElderServiceClient(await stage.StaffAsync(Role.FinanceMaker));
        using var run = client.IssueHours(
            new IssueHoursRequest { RequestId = requestId, Parent = Roles.Parent(Region), Month = Calendar.Month(1) });
        await Runs.LastAsync(run, stage.Cancellation);
    }
}

/// <summary>The rest of the month's issued hours ends.</summary>
internal sealed record ExpireHoursStep(string Region, DateTimeOffset At) : Step($"expire-hours/{Region}", At, $"hours/{Region}")
{
    public override async Task PlayAsync(Stage stage, string requestId)
    {
        var client = new ElderService.ElderServiceClient(await stage.StaffAsync(Role.FinanceMaker));
        using var run = client.ExpireHours(new ExpireHoursRequest { RequestId = requestId, Parent = Roles.Parent(Region) });
        await Runs.LastAsync(run, stage.Cancellation);
    }
}

/// <summary>A volunteer gives hours to a parent.</summary>
internal sealed record GiftStep(string Name, string Volunteer, string Receiver, int Minutes, DateTimeOffset At)
    : Step($"gift/{Name}", At, Volunteer)
{
    public override async Task PlayAsync(Stage stage, string requestId)
    {
        string volunteer = stage.Names[Volunteer];
        await new VolunteerService.VolunteerServiceClient(await stage.PersonAsync(volunteer, atCounter: false))
            .GiftHoursAsync(new GiftHoursRequest
            {
                RequestId = requestId,
                Volunteer = volunteer,
                Receiver = stage.Names[Receiver],
                Amount = new Amount { Value = Minutes, Unit = "MIN" },
                Memo = "演示：赠送给父母",
            });
    }
}

/// <summary>A volunteer gives hours to the pool.</summary>
internal sealed record DonateStep(string Volunteer, int Day, int Minutes, DateTimeOffset At)
    : Step($"donate/{Volunteer}/{Day}", At, Volunteer)
{
    public override async Task PlayAsync(Stage stage, string requestId)
    {
        string volunteer = stage.Names[Volunteer];
        await new VolunteerService.VolunteerServiceClient(await stage.PersonAsync(volunteer, atCounter: false))
            .DonateHoursAsync(new DonateHoursRequest
            {
                RequestId = requestId,
                Volunteer = volunteer,
                Amount = new Amount { Value = Minutes, Unit = "MIN" },
                Memo = "演示：捐给公共池",
            });
    }
}

/// <summary>Finance grants an elder hours from the pool.</summary>
internal sealed record GrantStep(string Elder, int Minutes, DateTimeOffset At) : Step($"grant/{Elder}", At, "pool")
{
    public override async Task PlayAsync(Stage stage, string requestId) =>
        await new ElderService.ElderServiceClient(await stage.StaffAsync(Role.FinanceMaker)).GrantFromPoolAsync(new GrantFromPoolRequest
        {
            RequestId = requestId,
            Elder = stage.Names[Elder],
            Amount = new Amount { Value = Minutes, Unit = "MIN" },
            Memo = "演示：临时困难",
        });
}

/// <summary>A volunteer moves hours between own enrolments.</summary>
internal sealed record TransferStep(string From, string To, int Day, int Minutes, DateTimeOffset At)
    : Step($"transfer/{From}/{Day}", At, From)
{
    public override async Task PlayAsync(Stage stage, string requestId)
    {
        string from = stage.Names[From];
        await new ClearingService.ClearingServiceClient(await stage.PersonAsync(from, atCounter: false))
            .TransferHoursAsync(new TransferHoursRequest
            {
                RequestId = requestId,
                From = from,
                To = stage.Names[To],
                Amount = new Amount { Value = Minutes, Unit = "MIN" },
            });
    }
}
