using TimeBank.Cli;
using TimeBank.V1;

namespace TimeBank.Demo;

/// <summary>An elder registers.</summary>
internal sealed record RegisterElderStep(ElderPart Elder, DateTimeOffset At) : Step(Elder.Key, At, Elder.Key)
{
    public override async Task PlayAsync(Stage stage, string requestId)
    {
        var request = new RegisterElderRequest
        {
            RequestId = requestId, Parent = Roles.Parent(Elder.Region),
            DisplayName = Elder.DisplayName, BirthDate = TimeText.ToContract(Elder.Born)
        };
        request.Difficulties.Add(Elder.Difficulties);
        stage.Names[Elder.Key] =
            (await new ElderService.ElderServiceClient(await stage.StaffAsync(Role.Counter)).RegisterElderAsync(request)).Name;
    }
}

/// <summary>Staff record an elder's ability assessment.</summary>
internal sealed record AssessStep(ElderPart Elder, DateTimeOffset At) : Step($"{Elder.Key}/assessment", At, Elder.Key)
{
    public override async Task PlayAsync(Stage stage, string requestId)
    {
        var request = new RecordAssessmentRequest
        {
            RequestId = requestId,
            Elder = stage.Names[Elder.Key],
            AssessedDate = TimeText.ToContract(Elder.Assessed),
            Score = Elder.Score ?? throw new InvalidOperationException($"{Elder.Key} has no score."),
            AssessedIn = Elder.AssessedIn == Elder.Region ? "" : Roles.Parent(Elder.AssessedIn),
        };
        request.Difficulties.Add(Elder.Difficulties);
        await new ElderService.ElderServiceClient(await stage.StaffAsync(Role.Counter)).RecordAssessmentAsync(request);
    }
}

/// <summary>A volunteer enrols, at home or in Lusong.</summary>
internal sealed record EnrolStep(string Enrolment, string Region, VolunteerPart Volunteer, DateTimeOffset At)
    : Step(Enrolment, At, Enrolment)
{
    public override async Task PlayAsync(Stage stage, string requestId) =>
        stage.Names[Enrolment] = (await new VolunteerService.VolunteerServiceClient(await stage.StaffAsync(Role.Counter))
            .EnrolVolunteerAsync(new EnrolVolunteerRequest
            {
                RequestId = requestId,
                Parent = Roles.Parent(Region),
                DisplayName = Volunteer.DisplayName,
                BirthDate = TimeText.ToContract(Volunteer.Born),
                Home = Enrolment == Volunteer.Key ? "" : stage.Names[Volunteer.Key],
            })).Name;
}

/// <summary>Staff put a volunteer's parent on the list of direct family.</summary>
internal sealed record SetFamilyStep(VolunteerPart Volunteer, string Parent, DateTimeOffset At)
    : Step($"{Volunteer.Key}/family", At, Volunteer.Key)
{
    public override async Task PlayAsync(Stage stage, string requestId)
    {
        var request = new SetFamilyRequest { RequestId = requestId, Volunteer = stage.Names[Volunteer.Key] };
        request.Family.Add(new FamilyMember { Person = stage.Names[Parent], Kinship = Kinship.Parent });
        await new VolunteerService.VolunteerServiceClient(await stage.StaffAsync(Role.Counter)).SetFamilyAsync(request);
    }
}

/// <summary>A provider registers.</summary>
internal sealed record RegisterProviderStep(ProviderPart Provider, DateTimeOffset At) : Step(Provider.Key, At, Provider.Key)
{
    public override async Task PlayAsync(Stage stage, string requestId)
    {
        var request = new RegisterProviderRequest
        {
            RequestId = requestId,
            Parent = Roles.Parent(Roles.Tianyuan),
            DisplayName = Provider.DisplayName,
            Accreditation = new Period
            {
                FirstDay = TimeText.ToContract(new DateOnly(2026, 1, 1)),
                LastDay = TimeText.ToContract(new DateOnly(2028, 12, 31))
            },
        };
        request.ServiceTypes.Add(Provider.Services);
        stage.Names[Provider.Key] = (await new ProviderService.ProviderServiceClient(await stage.StaffAsync(Role.Administrator))
            .RegisterProviderAsync(request)).Name;
    }
}

/// <summary>
/// A provider says when and where it serves: canteens at noon and in the evening, an emergency centre always, others by day.
/// </summary>
internal sealed record SetOpeningStep(ProviderPart Provider, DateTimeOffset At) : Step($"{Provider.Key}/opening", At, Provider.Key)
{
    private const int DaysOfWeek = 7, WorkDays = 5;

    public override async Task PlayAsync(Stage stage, string requestId)
    {
        string provider = stage.Names[Provider.Key];
        (int days, (string, string)[] spans) = Provider.Gives(ServiceType.Urgent) ? (DaysOfWeek, [("00:00", "24:00")])
            : Provider.Gives(ServiceType.Meal) ? (DaysOfWeek, [("10:30", "13:00"), ("16:30", "18:30")])
            : (WorkDays, ((string, string)[])[("08:00", "12:00"), ("14:00", "17:30")]);
        var opening = new Opening { HomeService = !Provider.Gives(ServiceType.Meal), Areas = { Roles.Tianyuan } };
        if (Provider.Gives(ServiceType.Medical)) opening.Areas.Add(Roles.Lusong);
        opening.Hours.Add(Enumerable.Range(1, days).SelectMany(
            day => spans.Select(span => new OpeningHours { Weekday = day, Opens = span.Item1, Closes = span.Item2 })));
        await new ProviderService.ProviderServiceClient(await stage.PartyAsync(Role.ProviderClerk, provider)).SetOpeningAsync(
            new SetOpeningRequest { RequestId = requestId, Provider = provider, Opening = opening });
    }
}

/// <summary>A provider publishes its own price of an item from today on.</summary>
internal sealed record PublishPriceStep(string Provider, string Item, long Fen, DateTimeOffset At)
    : Step($"{Provider}/price/{Item}", At, Provider)
{
    public override async Task PlayAsync(Stage stage, string requestId)
    {
        string provider = stage.Names[Provider];
        await new ProviderService.ProviderServiceClient(await stage.PartyAsync(Role.ProviderClerk, provider)).PublishPricesAsync(
            new PublishPricesRequest
            {
                RequestId = requestId, Provider = provider,
                Prices = { new NewPrice { Item = Item, Price = new Amount { Value = Fen, Unit = "CNY" } } },
            });
    }
}

/// <summary>The authorities change a provider's standing.</summary>
/// <param name="LastDay">0: until further notice.</param>
internal sealed record SetStandingStep(string Provider, Standing Standing, int FirstDay, int LastDay, string Note, DateTimeOffset At)
    : Step($"{Provider}/standing/{FirstDay}", At, Provider)
{
    public override async Task PlayAsync(Stage stage, string requestId) =>
        await new ProviderService.ProviderServiceClient(await stage.StaffAsync(Role.FinanceChecker)).SetStandingAsync(new SetStandingRequest
        {
            RequestId = requestId,
            Provider = stage.Names[Provider],
            Standing = Standing,
            FirstDay = TimeText.ToContract(Calendar.Date(FirstDay)),
            LastDay = LastDay == 0 ? null : TimeText.ToContract(Calendar.Date(LastDay)),
            Note = Note,
        });
}

/// <summary>A provider appeals against the first decision on its standing.</summary>
internal sealed record AppealStep(string Provider, string Note, DateTimeOffset At) : Step($"{Provider}/appeal", At, Provider)
{
    public const int Decision = 1;

    public override async Task PlayAsync(Stage stage, string requestId)
    {
        string provider = stage.Names[Provider];
        await new ProviderService.ProviderServiceClient(await stage.PartyAsync(Role.ProviderClerk, provider)).AppealStandingAsync(
            new AppealStandingRequest { RequestId = requestId, Provider = provider, Decision = Decision, Note = Note });
    }
}

/// <summary>Another person than who decided answers the appeal: the decision is ended.</summary>
internal sealed record UpholdAppealStep(string Provider, string Note, DateTimeOffset At) : Step($"{Provider}/appeal/answer", At, Provider)
{
    public override async Task PlayAsync(Stage stage, string requestId) =>
        await new ProviderService.ProviderServiceClient(await stage.StaffAsync(Role.Administrator)).AnswerAppealAsync(
            new AnswerAppealRequest
            {
                RequestId = requestId, Provider = stage.Names[Provider], Decision = AppealStep.Decision, Upheld = true, Note = Note,
            });
}
