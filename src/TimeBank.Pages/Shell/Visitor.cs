using Grpc.Core;
using System.Collections.Immutable;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using TimeBank.Proofs;
using TimeBank.V1;

namespace TimeBank.Pages.Shell;

/// <summary>The reader of a page: who it is by the session, and how the page speaks to that person.</summary>
public sealed class Visitor
{
    /// <summary>The claims of a session, as in a token; <c>auth_time</c> in seconds since 1970.</summary>
    public const string RoleClaim = "role", RegionClaim = "region", PartyClaim = "party", SubjectClaim = "sub", NameClaim = "name",
        SignedInClaim = "auth_time", TokenName = "access_token";

    public const string LargeCookie = "large";

    private readonly HttpContext _http;
    private readonly IContractCalls _calls;

    public Visitor(IHttpContextAccessor http, IContractCalls calls)
    {
        _http = http.HttpContext ?? throw new InvalidOperationException("A visitor comes with a request.");
        _calls = calls;
        Language = Language.Of(_http.Request);
        IsLarge = _http.Request.Cookies.ContainsKey(LargeCookie);
        Now = calls.Now;
        Roles = [.. _http.User.FindAll(RoleClaim).Select(claim => ParseRole(claim.Value)).Where(role => role != V1.Role.Unspecified)];
        Regions = [.. _http.User.FindAll(RegionClaim).Select(claim => claim.Value).Where(IsRegion).Distinct(StringComparer.Ordinal)];
        Party = _http.User.FindFirst(PartyClaim)?.Value ?? "";
        Subject = _http.User.FindFirst(SubjectClaim)?.Value ?? "";
        Name = _http.User.FindFirst(NameClaim)?.Value ?? Subject;
        string asked = _http.Request.Query["region"].ToString();
        Region = IsRegion(asked) ? asked : Party.Split('/') is ["regions", var own, ..] ? own : Regions.FirstOrDefault("");
        string acted = _http.Request.Query["for"].ToString();
        OnBehalfOf = Has(Role.Counter) && acted.StartsWith($"regions/{Region}/", StringComparison.Ordinal) ? acted : "";
        Client = new Contract(calls.Invoker(Token(_http)), _http.RequestAborted);
    }

    /// <summary>Reads the signed code of a paper of this region.</summary>
    public VoucherReading ReadVoucherCode(string text) => VoucherCode.Read(text, _calls.VoucherKeys(Region));

    public Language Language { get; }

    /// <summary>Elder mode: large letters, large targets, amounts also in words.</summary>
    public bool IsLarge { get; }

    /// <summary>The moment by the business's clock.</summary>
    public DateTimeOffset Now { get; }

    public DateOnly Today => DateOnly.FromDateTime(Now.ToOffset(Written.China).DateTime);

    public bool IsSignedIn => _http.User.Identity?.IsAuthenticated == true;

    public ImmutableArray<Role> Roles { get; }

    public ImmutableArray<string> Regions { get; }

    /// <summary>The region of this page: from the address, else the visitor's own.</summary>
    public string Region { get; }

    public string Parent => $"regions/{Region}";

    /// <summary>The resource name of the visitor's own party; empty for staff.</summary>
    public string Party { get; }

    /// <summary>The person for whom counter staff act, from the address; empty for everybody else. Every call checks it again.</summary>
    public string OnBehalfOf { get; }

    /// <summary>The person whose pages these are: oneself, or the one for whom staff act.</summary>
    public string Person => OnBehalfOf.Length > 0 ? OnBehalfOf : Party;

    public string Subject { get; }

    public string Name { get; }

    public Contract Client { get; }

    public bool Has(Role role) => Roles.Contains(role);

    /// <summary>True if the visitor entered a password (or clicked a name) in the last five minutes: approvals ask for it.</summary>
    public bool SignedInJustNow => long.TryParse(_http.User.FindFirst(SignedInClaim)?.Value, out long at)
        && TimeProvider.System.GetUtcNow() - DateTimeOffset.FromUnixTimeSeconds(at) < TimeSpan.FromMinutes(5);

    /// <summary>A page's address, for the same region and the same person.</summary>
    public string Link(string path)
    {
        if (OnBehalfOf.Length > 0) path = With(path, "for", OnBehalfOf);
        return Region.Length == 0 || Regions.FirstOrDefault("") == Region || Party.Length > 0 ? path : With(path, "region", Region);
    }

    private static string With(string path, string name, string value) =>
        $"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}{name}={Uri.EscapeDataString(value)}";

    private static string Token(HttpContext http) =>
        http.Features.Get<IAuthenticateResultFeature>()?.AuthenticateResult?.Properties?.GetTokenValue(TokenName) ?? "";

    private static bool IsRegion(string text) => text.Length == 6 && text.All(char.IsAsciiDigit);

    private static Role ParseRole(string name) => Enum.GetValues<Role>().FirstOrDefault(role => CultureFree.Lower(role) == name);
}

/// <summary>The contract's clients, with the visitor's token.</summary>
public sealed class Contract(CallInvoker invoker, CancellationToken left)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public VolunteerService.VolunteerServiceClient Volunteers => new(invoker);

    public ServiceOrderService.ServiceOrderServiceClient Orders => new(invoker);

    public ElderService.ElderServiceClient Elders => new(invoker);

    public HolderService.HolderServiceClient Holders => new(invoker);

    public VoucherService.VoucherServiceClient Vouchers => new(invoker);

    public ProviderService.ProviderServiceClient Providers => new(invoker);

    public FundService.FundServiceClient Funds => new(invoker);

    public SettlementService.SettlementServiceClient Settlements => new(invoker);

    public ReconciliationService.ReconciliationServiceClient Reconciliation => new(invoker);

    public BankAccountService.BankAccountServiceClient BankAccounts => new(invoker);

    public PeriodService.PeriodServiceClient Periods => new(invoker);

    public PayeeService.PayeeServiceClient Payees => new(invoker);

    public ComplaintService.ComplaintServiceClient Complaints => new(invoker);

    public DonationService.DonationServiceClient Donations => new(invoker);

    public PrepaymentService.PrepaymentServiceClient Prepayments => new(invoker);

    public LedgerService.LedgerServiceClient Ledger => new(invoker);

    public CatalogueService.CatalogueServiceClient Catalogue => new(invoker);

    public PolicyService.PolicyServiceClient Policies => new(invoker);

    public ClearingService.ClearingServiceClient Clearing => new(invoker);

    public StatisticsService.StatisticsServiceClient Statistics => new(invoker);

    /// <summary>Reads end with the request of a reader who left; what a person commits to goes on to its end.</summary>
    public CallOptions Reading => new(deadline: TimeProvider.System.GetUtcNow().UtcDateTime + Patience, cancellationToken: left);

    public CallOptions Acting => new(deadline: TimeProvider.System.GetUtcNow().UtcDateTime + Patience);

    /// <summary>A run, or a file: it takes as long as it takes.</summary>
    public CallOptions Running => default;
}
