using System.Net;
using System.Security.Claims;
using System.Text.Encodings.Web;
using Grpc.Core;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using TimeBank.Pages.Shell;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Pages.Tests;

/// <summary>
/// What a person reads while the ledger behind the pages answers late, or not at all, and what becomes of a form whose sender confirms
/// first who they are. The pages stand alone here.
/// </summary>
public sealed class OutageTests : IAsyncLifetime
{
    private const string Subject = "0123456789AB", Me = $"regions/430211/volunteers/{Subject}", Give = "/hours/give";

    private readonly Ledger _ledger = new();
    private WebApplication? _app;
    private Surfer? _surfer;

    private Surfer Volunteer => _surfer!;

    public async ValueTask InitializeAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel().UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton<IContractCalls>(_ledger);
        builder.Services.AddTimeBankPages(isSecure: false);
        builder.Services.AddAuthorization();
        builder.Services.AddAuthentication(nameof(AlwaysMe)).AddScheme<AuthenticationSchemeOptions, AlwaysMe>(nameof(AlwaysMe), null);
        _app = builder.Build();
        _app.UseTimeBankPages();
        _app.MapTimeBankPages();
        await _app.StartAsync();
        _surfer = new Surfer(_app.Urls.Single());
    }

    public async ValueTask DisposeAsync()
    {
        _surfer?.Dispose();
        if (_app is not null) await _app.DisposeAsync();
    }

    [Theory]
    [InlineData(StatusCode.Unavailable, 503)]
    [InlineData(StatusCode.DeadlineExceeded, 503)]
    [InlineData(StatusCode.Internal, 500)]
    public async Task An_unknown_outcome_is_said_and_the_same_form_finds_out(StatusCode lost, int status)
    {
        Dictionary<string, string> form = await FormAsync();
        _ledger.Lost = lost;
        var unknown = await Volunteer.PostAsync(Give, form);
        Assert.Equal(status, (int)unknown.Status);
        Assert.Contains("不知道是否已经办成", unknown.Text, StringComparison.Ordinal);
        Assert.Contains("value=\"3\"", unknown.Text, StringComparison.Ordinal);
        Dictionary<string, string> again = Surfer.Hidden(unknown.Text, "give");
        Assert.Equal(form["Sent.RequestId"], again["Sent.RequestId"]);

        _ledger.Lost = null;
        var known = await Volunteer.PostAsync(Give, Filled(again));
        Assert.EndsWith("/hours/done/12", known.Answer.Headers.Location!.OriginalString, StringComparison.Ordinal);
        Assert.Equal([form["Sent.RequestId"], form["Sent.RequestId"]], _ledger.Sent);
    }

    [Fact]
    public async Task After_an_unknown_outcome_of_a_payment_the_PIN_is_asked_again_and_written_nowhere()
    {
        const string pin = "830412",
            confirm = "/redeem/confirm?voucher=0123456789AB&item=meal-canteen&quantity=3&price=36&insurance=0&date=2026-10-20";
        Dictionary<string, string> form = Surfer.Hidden((await Volunteer.FollowAsync(confirm)).Text, "redeem");
        form["Sent.Pin"] = pin;
        _ledger.Lost = StatusCode.Unavailable;

        var unknown = await Volunteer.PostAsync(confirm, form);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, unknown.Status);
        Assert.Contains("name=\"Sent.Pin\"", unknown.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(pin, unknown.Text, StringComparison.Ordinal);
        Assert.Equal(form["Sent.RequestId"], Surfer.Hidden(unknown.Text, "redeem")["Sent.RequestId"]);
    }

    [Fact]
    public async Task After_an_unknown_outcome_the_second_step_of_a_form_stays_and_finds_out()
    {
        const string propose = "/provider/prepayments/new";
        Dictionary<string, string> form = Surfer.Hidden((await Volunteer.FollowAsync(propose)).Text, "propose");
        (form["Sent.Elder"], form["Sent.Purpose"], form["Sent.Monthly"]) = ("0123456789AB", "日间照料", "300");
        (form["Sent.First"], form["Sent.Months"]) = ("2026-11", "3");
        Dictionary<string, string> confirm = Surfer.Hidden((await Volunteer.PostAsync(propose, form)).Text, "propose");
        Assert.Empty(_ledger.Sent);
        _ledger.Lost = StatusCode.Unavailable;
        var unknown = await Volunteer.PostAsync(propose, confirm);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, unknown.Status);
        Dictionary<string, string> again = Surfer.Hidden(unknown.Text, "propose");
        (again["form_token"], confirm["form_token"]) = ("", "");
        Assert.Equal(confirm, again);

        _ledger.Lost = null;
        again["form_token"] = form["form_token"];
        var known = await Volunteer.PostAsync(propose, again);
        Assert.EndsWith("/provider/prepayments/0123456789AC", known.Answer.Headers.Location!.OriginalString, StringComparison.Ordinal);
        Assert.Equal([form["Sent.RequestId"], form["Sent.RequestId"]], _ledger.Sent);
    }

    [Fact]
    public async Task After_an_unknown_outcome_an_answer_to_an_appeal_stays_and_finds_out()
    {
        const string answer = "/finance/appeals/0123456789AB/1";
        Dictionary<string, string> form = Surfer.Hidden((await Volunteer.FollowAsync(answer)).Text, "answer");
        (form["Sent.Choice"], form["Sent.Note"]) = ("upheld", "已核");
        Dictionary<string, string> confirm = Surfer.Hidden((await Volunteer.PostAsync(answer, form)).Text, "answer");
        Assert.Empty(_ledger.Sent);
        _ledger.Lost = StatusCode.Unavailable;
        // The second time the page knows that it was answered, and would offer no form.
        for (int times = 0; times < 2; times++)
        {
            var unknown = await Volunteer.PostAsync(answer, confirm);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, unknown.Status);
            Assert.DoesNotContain("<form method=\"post\" hidden", unknown.Text, StringComparison.Ordinal);
            Dictionary<string, string> again = Surfer.Hidden(unknown.Text, "answer");
            Assert.Equal(
                (form["Sent.RequestId"], "upheld", "已核"), (again["Sent.RequestId"], again["Sent.Choice"], again["Sent.Note"]));
        }

        _ledger.Lost = null;
        Assert.Equal(HttpStatusCode.Redirect, (await Volunteer.PostAsync(answer, confirm)).Status);
        Assert.Equal(Enumerable.Repeat(form["Sent.RequestId"], 3), _ledger.Sent);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_form_whose_sender_confirms_first_who_they_are_is_found_as_it_was_left(bool atSecondStep)
    {
        const string standing = "/finance/providers/0123456789AB/standing", note = "票据不全 <b>";
        Dictionary<string, string> form = Surfer.Hidden((await Volunteer.FollowAsync(standing)).Text, "check"), sent = form;
        (form["Sent.Standing"], form["Sent.First"], form["Sent.Last"], form["Sent.Note"]) =
            (nameof(Standing.Suspended), "2026-11-02", "", note);
        if (atSecondStep) sent = Surfer.Hidden((await Volunteer.PostAsync(standing, form)).Text, "check");
        _ledger.SignedInAgo = TimeSpan.FromMinutes(6);

        var late = await Volunteer.PostAsync(standing, sent);

        Assert.Equal(HttpStatusCode.BadRequest, late.Status);
        Assert.Contains($"/sign-in?again=true&amp;back={Uri.EscapeDataString(standing)}", late.Text, StringComparison.Ordinal);
        Assert.Empty(_ledger.Sent);
        Assert.DoesNotContain(
            Volunteer.Cookies.GetAllCookies(), cookie => Uri.UnescapeDataString(cookie.Value).Contains("票据", StringComparison.Ordinal));
        _ledger.SignedInAgo = TimeSpan.Zero;
        // Nobody else finds it, and no other page does.
        _ledger.Subject = "BA9876543210";
        Assert.DoesNotContain("票据", (await Volunteer.GetAsync(standing)).Text, StringComparison.Ordinal);
        _ledger.Subject = Subject;
        Assert.DoesNotContain("票据", (await Volunteer.GetAsync(standing + "?region=430211")).Text, StringComparison.Ordinal);
        string found = (await Volunteer.GetAsync(standing)).Text;
        Assert.Contains("value=\"票据不全 &lt;b&gt;\"", found, StringComparison.Ordinal);
        Assert.Contains("<option value=\"Suspended\" selected", found, StringComparison.Ordinal);
        Assert.Contains("value=\"2026-11-02\"", found, StringComparison.Ordinal);
        Assert.Equal(form["Sent.RequestId"], Surfer.Hidden(found, "check")["Sent.RequestId"]);
        Assert.DoesNotContain("票据", (await Volunteer.GetAsync(standing)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_is_no_unknown_outcome_and_the_next_try_is_another_request()
    {
        Dictionary<string, string> form = await FormAsync();
        _ledger.Lost = StatusCode.FailedPrecondition;
        var refused = await Volunteer.PostAsync(Give, form);
        Assert.Equal(HttpStatusCode.Conflict, refused.Status);
        Assert.DoesNotContain("不知道", refused.Text, StringComparison.Ordinal);
        Assert.NotEqual(form["Sent.RequestId"], Surfer.Hidden(refused.Text, "give")["Sent.RequestId"]);
    }

    [Fact]
    public async Task A_page_that_can_not_be_read_says_when_to_try_again_and_shows_nothing_half()
    {
        _ledger.Lost = StatusCode.Unavailable;
        _ledger.LosesReads = true;
        var page = await Volunteer.GetAsync("/hours");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, page.Status);
        Assert.Contains("请过一分钟再试", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("class=\"figure\"", page.Text, StringComparison.Ordinal);
        // Nor does a form act on a page that couldn't be read.
        _ledger.LosesReads = false;
        Dictionary<string, string> form = await FormAsync();
        _ledger.LosesReads = true;
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await Volunteer.PostAsync(Give, form)).Status);
        Assert.Empty(_ledger.Sent);
    }

    private async Task<Dictionary<string, string>> FormAsync() =>
        Filled(Surfer.Hidden((await Volunteer.FollowAsync(Give)).Text, "give"));

    private static Dictionary<string, string> Filled(Dictionary<string, string> form) =>
        new(form) { ["Sent.Receiver"] = "pool", ["Sent.Minutes"] = "3" };

    /// <summary>A ledger that carries out what it is asked, and may lose the answer.</summary>
    private sealed class Ledger : CallInvoker, IContractCalls
    {
        private AppealState _appeal = AppealState.Open;

        public StatusCode? Lost { get; set; }

        public bool LosesReads { get; set; }

        /// <summary>How long ago the visitor signed in, and who it is.</summary>
        public TimeSpan SignedInAgo { get; set; }

        public string Subject { get; set; } = OutageTests.Subject;

        /// <summary>The request ids of what arrived to be carried out.</summary>
        public List<string> Sent { get; } = [];

        public DateTimeOffset Now { get; } = new(2026, 10, 20, 9, 0, 0, TimeSpan.FromHours(8));

        public CallInvoker Invoker(string token) => this;

        public IReadOnlyCollection<TimeBank.Proofs.VerifierKey> VoucherKeys(string region) => [];

        public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
            Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
        {
            if (request is DonateHoursRequest donation) Sent.Add(donation.RequestId);
            if (request is ProposePrepaymentRequest { ValidateOnly: false } proposal) Sent.Add(proposal.RequestId);
            if (request is SetStandingRequest { ValidateOnly: false } decision) Sent.Add(decision.RequestId);
            if (request is AnswerAppealRequest { ValidateOnly: false } answered)
            {
                Sent.Add(answered.RequestId);
                _appeal = AppealState.Upheld;
            }
            bool isLost = Lost is not null && (LosesReads || request is DonateHoursRequest or RedeemVoucherRequest { ValidateOnly: false }
                or ProposePrepaymentRequest { ValidateOnly: false } or AnswerAppealRequest { ValidateOnly: false });
            Task<TResponse> answer = isLost ? Task.FromException<TResponse>(new RpcException(new Status(Lost!.Value, "")))
                : Task.FromResult((TResponse)AnswerTo(request, Activator.CreateInstance<TResponse>()!));
            return new AsyncUnaryCall<TResponse>(answer, Task.FromResult(new Metadata()), () => Status.DefaultSuccess, () => [], () => { });
        }

        public override TResponse BlockingUnaryCall<TRequest, TResponse>(
            Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) => throw new NotSupportedException();

        public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
            Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) => throw new NotSupportedException();

        public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
            Method<TRequest, TResponse> method, string? host, CallOptions options) => throw new NotSupportedException();

        public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
            Method<TRequest, TResponse> method, string? host, CallOptions options) => throw new NotSupportedException();

        private object AnswerTo(object request, object empty) => (request, empty) switch
        {
            (DonateHoursRequest, DonateHoursResponse) => new DonateHoursResponse { Entry = "regions/430211/entries/12" },
            (RedeemVoucherRequest, RedeemVoucherResponse) => new RedeemVoucherResponse
            {
                Remaining = new Amount { Value = 7, Unit = "MEAL" },
                Redemption = new Redemption
                {
                    Item = "meal-canteen", Quantity = 3, Price = Fen(3_600), Credited = Fen(3_600), OwnPart = Fen(0),
                    PaidByVoucher = new Amount { Value = 3, Unit = "MEAL" }, NeededCheck = HolderCheck.Pin,
                    ServiceDate = new Google.Type.Date { Year = 2026, Month = 10, Day = 20 },
                },
            },
            (ProposePrepaymentRequest proposal, Prepayment) => new Prepayment
            {
                Name = "regions/430211/prepayments/0123456789AC", Elder = proposal.Elder, Provider = proposal.Provider,
                State = PrepaymentState.Proposed, MonthlyAmount = proposal.MonthlyAmount, Deposit = Fen(0),
                FirstMonth = proposal.FirstMonth, Months = proposal.Months,
            },
            (_, Provider) => new Provider
            {
                Name = "regions/430211/providers/0123456789AB", DisplayName = "演示食堂", Standing = Standing.Good,
                Decisions =
                {
                    new StandingDecision
                    {
                        Number = 1, Standing = Standing.Suspended, Note = "查", DecidedBy = "X",
                        Period = new Period { FirstDay = new Google.Type.Date { Year = 2030, Month = 1, Day = 1 } },
                        Appeal = new StandingAppeal { By = "Y", Note = "票齐", State = _appeal, Time = new() },
                    },
                },
            },
            (_, Hours) => new Hours { Earned = Minutes(600), Available = Minutes(600), Held = Minutes(0), Lifetime = Minutes(600) },
            _ => empty,
        };

        private static Amount Fen(long value) => new() { Value = value, Unit = "CNY" };

        private static Amount Minutes(long value) => new() { Value = value, Unit = "MIN" };
    }

    private sealed class AlwaysMe(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync()
        {
            PathString path = Context.Request.Path;
            string role = path.StartsWithSegments("/redeem") || path.StartsWithSegments("/provider") ? "provider_clerk"
                : path.StartsWithSegments("/finance") ? "finance_checker" : "volunteer";
            var ledger = (Ledger)Context.RequestServices.GetRequiredService<IContractCalls>();
            long signedIn = (TimeProvider.System.GetUtcNow() - ledger.SignedInAgo).ToUnixTimeSeconds();
            var identity = new ClaimsIdentity(
                [
                    new(Visitor.RoleClaim, role), new(Visitor.RegionClaim, "430211"), new(Visitor.PartyClaim, Me),
                    new(Visitor.SubjectClaim, ledger.Subject), new(Visitor.SignedInClaim, $"{signedIn}"),
                ],
                Scheme.Name);
            return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), Scheme.Name)));
        }
    }
}
