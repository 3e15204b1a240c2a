using System.Text.Encodings.Web;
using System.Text.Unicode;
using TimeBank.Pages.ForFinance;
using TimeBank.Pages.Shell;
using TimeBank.Pages.Terminal;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace TimeBank.Pages;

/// <summary>Puts the pages into a server.</summary>
public static class PagesSetup
{
    /// <summary>The most bytes of a form; a bank's file has a limit of its own.</summary>
    private const int MaxFormBytes = 64 << 10;

    private const int MaxFormFields = 200;

    private static readonly TimeSpan Remembered = TimeSpan.FromDays(365);

    /// <summary>
    /// No script, style, picture or form of another address, and no page of another address around ours. Pictures may be in the page
    /// itself: charts and codes are.
    /// </summary>
    private const string ContentSecurity = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        + "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    /// <summary>Needs an <see cref="IContractCalls"/>, and sign-in with its cookie, from the server.</summary>
    public static void AddTimeBankPages(this IServiceCollection services, bool isSecure)
    {
        services.AddRazorComponents(options => options.MaxFormMappingCollectionSize = MaxFormFields);
        services.AddCascadingAuthenticationState();
        services.AddHttpContextAccessor();
        services.AddScoped<Visitor>();
        services.AddSingleton<RunBoard>();
        services.AddSingleton(all => new KeptForms(all.GetRequiredService<IDataProtectionProvider>(), isSecure));
        // Chinese letters as themselves: as numeric references a page would have twice the bytes.
        services.AddSingleton(HtmlEncoder.Create(UnicodeRanges.All));
        services.AddAntiforgery(forgery =>
        {
            forgery.Cookie.Name = isSecure ? "__Host-form" : "form";
            forgery.Cookie.SameSite = SameSiteMode.Strict;
            forgery.Cookie.SecurePolicy = isSecure ? CookieSecurePolicy.Always : CookieSecurePolicy.None;
            forgery.FormFieldName = "form_token";
            // The headers below say it for every page.
            forgery.SuppressXFrameOptionsHeader = true;
        });
        services.Configure<Microsoft.AspNetCore.Http.Features.FormOptions>(form =>
        {
            form.ValueCountLimit = MaxFormFields;
            form.ValueLengthLimit = MaxFormBytes;
            form.BufferBodyLengthLimit = MaxFormBytes;
        });
    }

    /// <summary>Headers, words for errors, and the check of forms; after authentication and authorization.</summary>
    public static void UseTimeBankPages(this WebApplication app)
    {
        app.Use(async (context, next) =>
        {
            // gRPC has a listener of its own, which speaks HTTP/2 alone.
            if (HttpProtocol.IsHttp2(context.Request.Protocol))
            {
                await next(context);
                return;
            }
            IHeaderDictionary headers = context.Response.Headers;
            headers.ContentSecurityPolicy = ContentSecurity;
            headers.XContentTypeOptions = "nosniff";
            headers["Referrer-Policy"] = "same-origin";
            headers["Cross-Origin-Opener-Policy"] = "same-origin";
            headers["Permissions-Policy"] = "camera=(self), microphone=(), geolocation=()";
            context.Response.OnStarting(() =>
            {
                // A page may hold what is personal: no cache keeps it. Assets and tiles say for themselves how long they last.
                if (headers.CacheControl.Count == 0) headers.CacheControl = "no-store";
                return Task.CompletedTask;
            });
            await next(context);
        });
        app.UseStatusCodePagesWithReExecute("/stop/{0}", createScopeForStatusCodePages: true);
        app.Use(async (context, next) =>
        {
            // A refused form is answered by a page that is read: as a form it would be refused again, without a word.
            if (context.Features.Get<IStatusCodeReExecuteFeature>() is not null)
            {
                Stop.KeepForm(context);
                context.Request.Method = HttpMethods.Get;
            }
            // Programs that read tiles, health or tokens get the status alone.
            bool isBrowser = context.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.Ordinal);
            if (!isBrowser && context.Features.Get<IStatusCodePagesFeature>() is { } words) words.Enabled = false;
            await next(context);
            // ASP.NET refuses a form with the type of a page and without a page; without the type the words above are written.
            bool isEmpty = !context.Response.HasStarted && context.Response.StatusCode >= StatusCodes.Status400BadRequest;
            if (isEmpty) context.Response.ContentType = null;
        });
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseAntiforgery();
    }

    public static void MapTimeBankPages(this IEndpointRouteBuilder app)
    {
        PageFiles.Map(app);
        Receipts.Map(app);
        app.MapGet("/language/{tag}", (string tag, string? back, HttpResponse response) =>
            Choose(response, Language.Cookie, tag == "en" ? "en" : "zh", back));
        app.MapGet("/letters/{size}", (string size, string? back, HttpResponse response) =>
            Choose(response, Visitor.LargeCookie, size == "large" ? "1" : null, back));
        app.MapGet(SignIn.StartPath, (Visitor visitor) =>
            Results.LocalRedirect(visitor.Link(Ways.Of(visitor).FirstOrDefault((Path: "/", Text: "")).Path)));
        FinanceDownloads.Map(app);
        TerminalFiles.Map(app);
        TerminalCalls.Map(app);
        app.MapRazorComponents<Root>();
    }

    private static IResult Choose(HttpResponse response, string cookie, string? value, string? back)
    {
        if (value is null) response.Cookies.Delete(cookie);
        else response.Cookies.Append(
            cookie, value, new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Lax, MaxAge = Remembered });
        return Results.LocalRedirect(SignIn.Local(back));
    }
}
