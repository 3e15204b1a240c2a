using System.Net;
using TimeBank.Ledger;
using TimeBank.Proofs;

namespace TimeBank.Server;

/// <summary>The settings of donations by card (<c>TimeBank:Stripe:…</c>). Without a secret key they are off.</summary>
public sealed class StripeOptions
{
    /// <summary>The file of the secret key, which only its owner may read.</summary>
    public string SecretKeyFile { get; set; } = "";

    /// <summary>The secret key itself. Set it as the variable <c>TimeBank__Stripe__SecretKey</c>: other users can read a command
    /// line.</summary>
    public string SecretKey { get; set; } = "";

    /// <summary>The file of the webhook endpoint's signing secret, which only its owner may read.</summary>
    public string WebhookSecretFile { get; set; } = "";

    /// <summary>The signing secret itself; set it as the variable <c>TimeBank__Stripe__WebhookSecret</c>.</summary>
    public string WebhookSecret { get; set; } = "";

    /// <summary>The region whose journal has the account's balance. Payouts and fees name none, so an account belongs to one.</summary>
    public string Region { get; set; } = "";

    /// <summary>The connected account (<c>acct_…</c>) that is meant; empty: the key's own account.</summary>
    public string Account { get; set; } = "";

    /// <summary>The address of Stripe's API; empty: the real one. Off loopback it is an https address.</summary>
    public string ApiBase { get; set; } = "";

    /// <summary>The page to which a donor comes back; empty: <c>https://{TimeBank:Origin}/donations</c>.</summary>
    public string ReturnPage { get; set; } = "";

    public bool IsConfigured => SecretKeyFile.Length > 0 || SecretKey.Length > 0;

    /// <exception cref="InvalidOperationException">A setting is invalid; the message says how to mend it, and names no secret.</exception>
    public void Check()
    {
        if (!IsConfigured) return;
        if (WebhookSecretFile.Length == 0 && WebhookSecret.Length == 0) throw new InvalidOperationException(
            "TimeBank:Stripe has a secret key and no signing secret for its events: name its file as TimeBank:Stripe:WebhookSecretFile.");
        if (!RegionCode.TryParse(Region, out RegionCode region) || RegionDirectory.BuiltIn.Find(region) is null)
        {
            throw new InvalidOperationException(
                $"TimeBank:Stripe:Region must be the region whose journal has the account's balance, such as 430211, and not '{Region}'.");
        }
        RequireAddress(ApiBase, "ApiBase");
        RequireAddress(ReturnPage, "ReturnPage");
    }

    private static void RequireAddress(string text, string name)
    {
        if (text.Length == 0) return;
        if (Uri.TryCreate(text, UriKind.Absolute, out Uri? address) && (address.Scheme == Uri.UriSchemeHttps
            || (address.Scheme == Uri.UriSchemeHttp && IPAddress.TryParse(address.Host, out IPAddress? host)
                && IPAddress.IsLoopback(host))))
        {
            return;
        }
        throw new InvalidOperationException($"TimeBank:Stripe:{name} must be an https address, and not '{text}'.");
    }
}

/// <summary>Stripe's two secrets. Nothing writes them anywhere.</summary>
/// <param name="Api">The secret key of calls.</param>
/// <param name="Webhook">The signing secret of events.</param>
public sealed record StripeSecrets(string Api, string Webhook)
{
    /// <exception cref="InvalidOperationException">A file is missing, empty or readable by others.</exception>
    public static StripeSecrets Open(StripeOptions options) => new(
        Read(options.SecretKey, options.SecretKeyFile, "SecretKeyFile"),
        Read(options.WebhookSecret, options.WebhookSecretFile, "WebhookSecretFile"));

    /// <summary>A record would show its members.</summary>
    public override string ToString() => nameof(StripeSecrets);

    private static string Read(string value, string file, string name)
    {
        if (file.Length > 0 && !File.Exists(file)) throw new InvalidOperationException($"TimeBank:Stripe:{name}: there is no file {file}.");
        string secret = (file.Length > 0 ? OwnerOnlyFile.ReadOrCreate(file, () => "") : value).Trim();
        return secret.Length > 0 && secret.All(letter => letter is > ' ' and < '\x7f') ? secret
            : throw new InvalidOperationException($"TimeBank:Stripe:{name} holds no secret of one line.");
    }
}

/// <summary>Sets up donations by card, where they are configured.</summary>
public static class StripeSetup
{
    /// <param name="time">The machine's clock: Stripe's times are real, also where a demonstration's clock stands.</param>
    public static void AddTimeBankDonations(this IServiceCollection services, TimeBankOptions options, TimeProvider time)
    {
        if (!options.Stripe.IsConfigured) return;
        StripeSecrets secrets = StripeSecrets.Open(options.Stripe);
        string page = options.Stripe.ReturnPage.Length > 0 ? options.Stripe.ReturnPage : $"https://{options.Origin.Trim('/')}/donations";
        services.AddSingleton(_ => new StripeGateway(options.Stripe, secrets, page, time));
        services.AddSingleton<StripeBooks>();
        services.AddSingleton<StripeEvents>();
        services.AddSingleton<StripeSync>();
    }

    /// <summary>Where Stripe delivers its events. There is no such path where donations aren't set up.</summary>
    public static void MapTimeBankDonations(this WebApplication app)
    {
        if (app.Services.GetService<StripeGateway>() is null) return;
        app.MapPost(StripeWebhook.Path, ActivatorUtilities.CreateInstance<StripeWebhook>(app.Services).AnswerAsync);
    }
}
