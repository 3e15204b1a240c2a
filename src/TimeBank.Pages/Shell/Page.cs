using System.Collections.Immutable;
using System.Security.Cryptography;
using Google.Protobuf;
using Google.Rpc;
using Grpc.Core;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using TimeBank.V1;

namespace TimeBank.Pages.Shell;

/// <summary>
/// What every page is: it reads by RPCs, shows what it read, and shows an error of the contract in words where it could not. On a POST the
/// page reads first, then acts, and then leads to another address, so that a refresh never sends a form again.
/// </summary>
public abstract class Page : ComponentBase
{
    private const string FormName = "form", IdField = "Sent.RequestId";

    private readonly Dictionary<string, string> _fresh = [];
    private IFormCollection? _kept;

    [Inject]
    public required Visitor Visitor { get; set; }

    [Inject]
    public required NavigationManager Navigation { get; set; }

    [Inject]
    public required KeptForms KeptForms { get; set; }

    [CascadingParameter]
    public required HttpContext Http { get; set; }

    public Language L => Visitor.Language;

    /// <summary>Why the page shows nothing but this; null where it was read.</summary>
    public Fault? Stopped { get; private set; }

    /// <summary>True once the page was read: before that there is nothing to show.</summary>
    public bool IsRead { get; private set; }

    /// <summary>Why what was sent was not carried out; the page shows it above its form.</summary>
    public Fault? Refused { get; protected set; }

    /// <summary>
    /// The fields of the form that was sent; after its person confirmed who they are, of the one that waited meanwhile. Null: neither.
    /// </summary>
    protected IFormCollection? Filled => Http.Request.HasFormContentType ? Http.Request.Form : _kept;

    /// <summary>The name of the form whose fields are <see cref="Filled"/>; empty where there is none.</summary>
    public string SentName => Filled?["_handler"].ToString() ?? "";

    /// <summary>
    /// Whether the page has a form: where it may be sent, and where it was. Sent again after it was carried out it leads to the first
    /// answer, and what came too late is refused by the contract's reason.
    /// </summary>
    public bool Offers(string form, bool may) => may || SentName == form;

    /// <summary>True: what was sent is tried out and shown once more; it is carried out when it is confirmed (CheckedForm).</summary>
    public bool IsCheck => Http.Request.HasFormContentType && Http.Request.Form.ContainsKey(CheckedForm.Check);

    /// <summary>This page's own address, to come back to.</summary>
    public string Here => Http.Request.Path + Http.Request.QueryString;

    /// <summary>The request id of the form that was sent; empty where none was.</summary>
    protected string RequestId => Filled?[IdField].ToString() ?? "";

    protected Contract Client => Visitor.Client;

    /// <summary>Whose page it is; empty: everybody's. What it shows and does, each call judges again.</summary>
    protected virtual ImmutableArray<Role> Readers => [];

    /// <summary>
    /// True: the page's address holds the id of its form, so that Back and a refresh show the same form again, and sending it again is the
    /// same request. For pages that make something new; where a form moves what exists, its state says that it was moved.
    /// </summary>
    protected virtual bool HasFormInAddress => false;

    protected override async Task OnInitializedAsync()
    {
        if (HasFormInAddress && HttpMethods.IsGet(Http.Request.Method) && !Guid.TryParseExact(Query(FormName), "D", out _))
        {
            string address = $"{Http.Request.Path}{Http.Request.QueryString}";
            Leave($"{address}{(Http.Request.QueryString.HasValue ? '&' : '?')}{FormName}={NewRequestId()}");
            return;
        }
        if (HttpMethods.IsGet(Http.Request.Method)) _kept = KeptForms.Take(Http, Visitor.Subject, Here);
        if (!Readers.IsEmpty && !Readers.Any(Visitor.Has))
        {
            Stopped = new Fault(StatusCodes.Status403Forbidden, "ROLE_NOT_ALLOWED", ReasonWords.Of("ROLE_NOT_ALLOWED", L), [], false);
            Answer(Stopped.Status);
            return;
        }
        try
        {
            await ReadAsync();
            IsRead = true;
        }
        catch (RpcException error)
        {
            Stopped = Fault.Of(error, L, acted: false) with { IsOfReading = true };
            if (Stopped.Status == StatusCodes.Status401Unauthorized) Leave(SignIn.Path(Http.Request.Path + Http.Request.QueryString));
            else Answer(Stopped.Status);
        }
    }

    /// <summary>Reads what the page shows.</summary>
    protected virtual Task ReadAsync() => Task.CompletedTask;

    /// <summary>Carries out what a form asks; a refusal is shown above the form.</summary>
    /// <returns>True if it was carried out.</returns>
    protected async Task<bool> TryAsync(Func<Task> act)
    {
        if (Stopped is not null) return false;
        try
        {
            await act();
            return true;
        }
        catch (RpcException error)
        {
            Refused = Fault.Of(error, L, acted: true);
            Answer(Refused.Status);
            return false;
        }
    }

    /// <summary>Tries out what a form of two steps asks, or carries it out and leads to the next address.</summary>
    /// <param name="act">Gets true if it is only to be tried out.</param>
    protected async Task CheckedAsync(Func<bool, Task> act, Func<string> next)
    {
        if (await TryAsync(() => act(IsCheck)) && !IsCheck) Leave(next());
    }

    /// <summary>Refuses what a form holds before it is sent on: the field can't be read at all.</summary>
    /// <param name="field">Empty: it is about the whole form.</param>
    protected void Refuse(string field, string chinese, string english)
    {
        string why = L[chinese, english];
        var fault = new Fault(StatusCodes.Status400BadRequest, "INVALID_FIELD",
            field.Length == 0 ? why : L["有内容填写不正确。", "Some of what was entered isn't right."],
            field.Length == 0 ? [] : [(field, why)], false);
        Refused = fault with { IsBeforeSending = true };
        Answer(StatusCodes.Status400BadRequest);
    }

    /// <summary>Keeps the form that was sent, with its id, until its person has confirmed who they are and comes back here.</summary>
    public void KeepSent() => KeptForms.Keep(Http, Visitor.Subject, Here, Http.Request.Form
        .Where(field => field.Key == "_handler" || (field.Key.StartsWith("Sent.", StringComparison.Ordinal) && field.Key != IdField))
        .Append(new(IdField, IdOf(SentName))));

    /// <summary>
    /// Gives the page this status. Set when the answer starts, because ASP.NET renders no component of a page that is 404 already.
    /// </summary>
    protected void Answer(int status) => Http.Response.OnStarting(() =>
    {
        Http.Response.StatusCode = status;
        return Task.CompletedTask;
    });

    /// <summary>Leads the browser to another page of this server.</summary>
    protected void Leave(string path) => Navigation.NavigateTo(path, new NavigationOptions { ReplaceHistoryEntry = true });

    protected string Query(string name) => Http.Request.Query[name].ToString();

    /// <summary>This page's address with a value more, and with an id of its own for its form, since the old one was used.</summary>
    protected string HereWith(string name, string value) => Http.Request.Path + QueryString.Create(
        Http.Request.Query.Where(pair => pair.Key != FormName && pair.Key != name).Append(new(name, value)));

    /// <summary>The month of the address (?month=2026-10), else this month.</summary>
    protected DateOnly MonthAsked() => DateOnly.TryParseExact(
        Query("month") + "-01", "yyyy-MM-dd", null, System.Globalization.DateTimeStyles.None, out DateOnly month)
        ? month : new DateOnly(Visitor.Today.Year, Visitor.Today.Month, 1);

    /// <summary>
    /// The id for a form of this page: sent twice it is one effect. After an unknown outcome the form keeps its id, so that sending it
    /// again tells, also where the page itself refused it later and sent nothing on. After the contract's refusal it gets a new one,
    /// because the old id belongs to what was refused, and the visitor will change the form.
    /// </summary>
    public string IdOf(string form)
    {
        if (Refused is null or { IsUnknown: true } or { IsBeforeSending: true })
        {
            if (SentName == form && RequestId.Length > 0) return RequestId;
            if (Guid.TryParseExact(Query(FormName), "D", out _)) return Query(FormName);
        }
        return _fresh.TryGetValue(form, out string? id) ? id : _fresh[form] = NewRequestId();
    }

    /// <summary>A fresh id for a form: sent twice it is one effect.</summary>
    public static string NewRequestId() => new Guid(RandomNumberGenerator.GetBytes(16)).ToString();
}

/// <summary>An error of the contract as a page shows it.</summary>
/// <param name="Status">The HTTP status of the page.</param>
/// <param name="Reason">A reason of the contract's catalogue; empty if the server gave none.</param>
/// <param name="Text">What is wrong, in the reader's language.</param>
/// <param name="Fields">Each wrong field of the request with what is wrong about it.</param>
/// <param name="IsUnknown">True: it may have happened all the same; sending the same form again tells.</param>
public sealed record Fault(int Status, string Reason, string Text, ImmutableArray<(string Field, string Text)> Fields, bool IsUnknown)
{
    /// <summary>True: nobody asked to change anything, so the words speak of what can't be shown.</summary>
    public bool IsOfReading { get; init; }

    /// <summary>True: the page refused the form by itself and sent nothing on.</summary>
    public bool IsBeforeSending { get; init; }

    /// <summary>The values that the reason names, by key.</summary>
    public IReadOnlyDictionary<string, string> Values { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <param name="acted">True: the call was to change something, so an outage leaves the outcome unknown.</param>
    public static Fault Of(RpcException error, Language language, bool acted)
    {
        Google.Rpc.Status? status = error.GetRpcStatus();
        ErrorInfo info = Find<ErrorInfo>(status) ?? new ErrorInfo();
        string text = status?.Details.Where(detail => detail.Is(LocalizedMessage.Descriptor))
            .Select(detail => detail.Unpack<LocalizedMessage>()).FirstOrDefault(message => message.Locale == language.Locale)?.Message
            ?? language["系统没有及时答复。", "The system did not answer in time."];
        IEnumerable<(string, string)> fields = Find<BadRequest>(status)?.FieldViolations
            .Select(violation => (violation.Field, InOne(violation.Description, language))) ?? [];
        bool unknown = acted && error.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.Internal;
        return new Fault(StatusOf(error.StatusCode), info.Reason, text, [.. fields], unknown) { Values = info.Metadata };
    }

    /// <summary>
    /// A violation's description is <c>KEY: Chinese English</c>; the reader wants one of the two. A resource name's pattern is for
    /// programs: people typed the number in it.
    /// </summary>
    private static string InOne(string description, Language language)
    {
        if (description.StartsWith("NOT_A_NAME:", StringComparison.Ordinal)) return language["这个号码不对。", "This number isn't right."];
        string text = description[(description.IndexOf(": ", StringComparison.Ordinal) + 2)..];
        int end = text.IndexOf("。 ", StringComparison.Ordinal);
        return end < 0 ? text : language[text[..(end + 1)], text[(end + 2)..]];
    }

    private static T? Find<T>(Google.Rpc.Status? status)
        where T : class, IMessage<T>, new()
    {
        var descriptor = new T().Descriptor;
        return status?.Details.FirstOrDefault(detail => detail.Is(descriptor))?.Unpack<T>();
    }

    private static int StatusOf(StatusCode status) => status switch
    {
        StatusCode.InvalidArgument or StatusCode.OutOfRange => StatusCodes.Status400BadRequest,
        StatusCode.Unauthenticated => StatusCodes.Status401Unauthorized,
        StatusCode.PermissionDenied => StatusCodes.Status403Forbidden,
        StatusCode.NotFound => StatusCodes.Status404NotFound,
        StatusCode.AlreadyExists or StatusCode.Aborted or StatusCode.FailedPrecondition => StatusCodes.Status409Conflict,
        StatusCode.ResourceExhausted => StatusCodes.Status429TooManyRequests,
        StatusCode.Internal or StatusCode.DataLoss or StatusCode.Unknown => StatusCodes.Status500InternalServerError,
        _ => StatusCodes.Status503ServiceUnavailable,
    };
}

/// <summary>The addresses of signing in and out.</summary>
public static class SignIn
{
    public const string SignInPath = "/sign-in", SignOutPath = "/sign-out";

    /// <summary>Leads to the first section of the visitor's roles.</summary>
    public const string StartPath = "/start";

    /// <summary>Where a page leads a visitor who must sign in, and who then comes back.</summary>
    public static string Path(string back) => $"{SignInPath}?back={Uri.EscapeDataString(back)}";

    /// <summary>The address if it is a page of this server; else the first page.</summary>
    public static string Local(string? address) =>
        address is ['/', ..] && (address.Length == 1 || address[1] is not ('/' or '\\')) && !address.Any(char.IsControl) ? address : "/";
}

/// <summary>A page of a volunteer; counter staff see it while they act for one.</summary>
public abstract class VolunteerPage : Page
{
    protected override ImmutableArray<Role> Readers => Visitor.OnBehalfOf.Length > 0 ? [Role.Counter] : [Role.Volunteer];
}

/// <summary>A page of an elder and the family; counter staff see it while they act for one.</summary>
public abstract class ElderPage : Page
{
    protected override ImmutableArray<Role> Readers => Visitor.OnBehalfOf.Length > 0 ? [Role.Counter] : [Role.Elder];
}

/// <summary>A page about help at home, for elders and for volunteers who are old enough to spend hours.</summary>
public abstract class HelpPage : Page
{
    protected override ImmutableArray<Role> Readers => Visitor.OnBehalfOf.Length > 0 ? [Role.Counter] : [Role.Elder, Role.Volunteer];
}

/// <summary>A page of a provider's clerk.</summary>
public abstract class ClerkPage : Page
{
    protected override ImmutableArray<Role> Readers => [Role.ProviderClerk];
}

/// <summary>A page of the service counter.</summary>
public abstract class CounterPage : Page
{
    protected override ImmutableArray<Role> Readers => [Role.Counter];
}
