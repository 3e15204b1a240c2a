using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Stripe;
using Stripe.Checkout;
using TimeBank.Ledger;

namespace TimeBank.Server;

/// <summary>
/// What is asked of Stripe, by its own library. Every answer is held against what it must say. The library itself retries what was lost on
/// the way, 409, 500 and 503; a caller who has time also waits where Stripe asks for less (429).
/// </summary>
public sealed class StripeGateway : IDisposable
{
    public const string Currency = "cny", RegionKey = "region", FundKey = "fund", OperationKey = "operation";

    private const int Retries = 2, PageSize = 100, CodeLength = 60;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(8), LongestWait = TimeSpan.FromSeconds(32);

    private readonly HttpClient _http;
    private readonly StripeClient _client;
    private readonly string _page;
    private readonly TimeProvider _time;

    public StripeGateway(StripeOptions options, StripeSecrets secrets, string page, TimeProvider time)
    {
        _http = new HttpClient { Timeout = Patience };
        _page = page;
        _time = time;
        (Region, Account, WebhookSecret) = (RegionCode.Parse(options.Region), options.Account, secrets.Webhook);
        _client = new StripeClient(new StripeClientOptions
        {
            ApiKey = secrets.Api,
            ApiBase = options.ApiBase.Length > 0 ? options.ApiBase.TrimEnd('/') : null,
            StripeAccount = options.Account.Length > 0 ? options.Account : null,
            HttpClient = new SystemNetHttpClient(_http, Retries, null, enableTelemetry: false),
        });
    }

    /// <summary>The region whose journal has the account's balance.</summary>
    public RegionCode Region { get; }

    /// <summary>The connected account that is meant; empty: the key's own.</summary>
    public string Account { get; }

    internal string WebhookSecret { get; }

    /// <summary>The real time.</summary>
    public DateTimeOffset Now => _time.GetUtcNow();

    /// <summary>Opens the page of a donation. The same donation gets the same page for 24 hours at least.</summary>
    /// <exception cref="PaymentServiceException">Stripe refuses or doesn't answer.</exception>
    public async Task<CheckoutPage> OpenAsync(DonationRecord donation, string fundName)
    {
        var metadata = new Dictionary<string, string>
        {
            [RegionKey] = Region.ToString(), [FundKey] = donation.Fund, [OperationKey] = donation.Operation,
        };
        string back = $"{_page}{(_page.Contains('?', StringComparison.Ordinal) ? '&' : '?')}donation={donation.Id}";
        var options = new SessionCreateOptions
        {
            Mode = "payment", SubmitType = "donate", ClientReferenceId = donation.Id, Metadata = metadata,
            SuccessUrl = $"{back}&done=1", CancelUrl = back,
            PaymentIntentData = new SessionPaymentIntentDataOptions { Metadata = metadata },
            LineItems =
            [
                new SessionLineItemOptions
                {
                    Quantity = 1,
                    PriceData = new SessionLineItemPriceDataOptions
                    {
                        Currency = Currency, UnitAmount = donation.AmountFen,
                        ProductData = new SessionLineItemPriceDataProductDataOptions { Name = fundName },
                    },
                },
            ],
        };
        Session session = await AskAsync(() => _client.V1.Checkout.Sessions.CreateAsync(options, Once(donation.Operation)));
        return PageOf(session, StripeAnswer.Require(session.StripeResponse?.Content, "checkout.session", "amount_total"));
    }

    /// <summary>A page that an earlier attempt opened, found by the donation's operation; null where there is none.</summary>
    /// <param name="from">The time of the first attempt.</param>
    public async Task<CheckoutPage?> FindPageAsync(string operation, DateTimeOffset from)
    {
        var options = new SessionListOptions { Limit = PageSize, Created = Since(from) };
        while (true)
        {
            StripeList<Session> page = await AskAsync(() => _client.V1.Checkout.Sessions.ListAsync(options), isPatient: true);
            IReadOnlyList<JsonElement> items = StripeAnswer.RequireList(page.StripeResponse?.Content, "checkout.session", "amount_total");
            int at = page.Data.FindIndex(session => session.Metadata?.GetValueOrDefault(OperationKey) == operation);
            if (at >= 0) return PageOf(page.Data[at], items[at]);
            if (!page.HasMore || items.Count == 0) return null;
            options.StartingAfter = page.Data[^1].Id;
        }
    }

    /// <summary>A page as it is now, with its payment.</summary>
    public async Task<CheckoutPage> PageAsync(string session)
    {
        var options = new SessionGetOptions { Expand = ["payment_intent.latest_charge"] };
        Session found = await AskAsync(() => _client.V1.Checkout.Sessions.GetAsync(session, options), isPatient: true);
        JsonElement answer = StripeAnswer.Require(found.StripeResponse?.Content, "checkout.session", "amount_total");
        return Same(found.Id, session, PageOf(found, answer));
    }

    public async Task<CardCharge> ChargeAsync(string id)
    {
        Charge charge = await AskAsync(() => _client.V1.Charges.GetAsync(id), isPatient: true);
        StripeAnswer.Require(charge.StripeResponse?.Content, "charge", "amount");
        return Same(charge.Id, id, CardCharge.Of(charge));
    }

    /// <summary>The movements that an object caused so far.</summary>
    /// <param name="kind">Of a charge, payment intent, refund, dispute or payout; none of others.</param>
    public async Task<IReadOnlyList<string>> MovementsOfAsync(string kind, string id)
    {
        switch (kind)
        {
            case "charge":
                return [.. Ids((await ChargeAsync(id)).Movement)];
            case "payment_intent":
                PaymentIntent intent = await AskAsync(() => _client.V1.PaymentIntents.GetAsync(id), isPatient: true);
                StripeAnswer.Require(intent.StripeResponse?.Content, kind, "amount");
                return string.IsNullOrEmpty(intent.LatestChargeId) ? [] : await MovementsOfAsync("charge", intent.LatestChargeId);
            case "refund":
                Refund refund = await AskAsync(() => _client.V1.Refunds.GetAsync(id), isPatient: true);
                StripeAnswer.Require(refund.StripeResponse?.Content, kind, "amount");
                return [.. Ids(refund.BalanceTransactionId, refund.FailureBalanceTransactionId)];
            case "dispute":
                Dispute dispute = await AskAsync(() => _client.V1.Disputes.GetAsync(id), isPatient: true);
                StripeAnswer.Require(dispute.StripeResponse?.Content, kind, "amount");
                return [.. Ids([.. (dispute.BalanceTransactions ?? []).Select(movement => movement.Id)])];
            case "payout":
                Payout payout = await AskAsync(() => _client.V1.Payouts.GetAsync(id), isPatient: true);
                StripeAnswer.Require(payout.StripeResponse?.Content, kind, "amount");
                return [.. Ids(payout.BalanceTransactionId, payout.FailureBalanceTransactionId)];
            default:
                return [];
        }
    }

    public async Task<CardTransaction> TransactionAsync(string id)
    {
        var options = new BalanceTransactionGetOptions { Expand = ["source"] };
        BalanceTransaction found = await AskAsync(() => _client.V1.BalanceTransactions.GetAsync(id, options), isPatient: true);
        StripeAnswer.Require(found.StripeResponse?.Content, "balance_transaction", "amount", "fee", "net");
        return Same(found.Id, id, CardTransaction.Of(found));
    }

    /// <summary>
    /// The balance's movements, newest first, page by page. Where Stripe asks for less, the next page is asked for again after a while,
    /// from the last one that has come.
    /// </summary>
    /// <param name="since">The earliest time; null: from the beginning.</param>
    /// <param name="payout">Only those that this automatic payout carries; empty: all.</param>
    public async IAsyncEnumerable<IReadOnlyList<CardTransaction>> TransactionsAsync(
        DateTimeOffset? since, string payout = "", [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var options = new BalanceTransactionListOptions
        {
            Limit = PageSize, Expand = ["data.source"], Payout = payout.Length > 0 ? payout : null,
            Created = since is { } from ? Since(from) : null,
        };
        StripeList<BalanceTransaction> page;
        do
        {
            page = await AskAsync(
                () => _client.V1.BalanceTransactions.ListAsync(options, null, cancellation), isPatient: true, cancellation);
            StripeAnswer.RequireList(page.StripeResponse?.Content, "balance_transaction", "amount", "fee", "net");
            if (page.Data.Count == 0) yield break;
            yield return [.. page.Data.Select(CardTransaction.Of)];
            options.StartingAfter = page.Data[^1].Id;
        }
        while (page.HasMore);
    }

    /// <summary>What Stripe holds of our currency, available or not yet; negative where it is owed money.</summary>
    public async Task<long> BalanceAsync()
    {
        Balance balance = await AskAsync(() => _client.V1.Balance.GetAsync(), isPatient: true);
        if (StripeAnswer.Text(StripeAnswer.Parse(balance.StripeResponse?.Content, "balance"), "object") != "balance"
            || balance.Available is null || balance.Pending is null) throw PaymentServiceException.Unreadable("balance");
        return balance.Available.Concat(balance.Pending).Where(amount => amount.Currency == Currency).Sum(amount => amount.Amount);
    }

    public void Dispose() => _http.Dispose();

    /// <summary>The library takes a date of another kind for the machine's local time.</summary>
    private static DateRangeOptions Since(DateTimeOffset time) => new() { GreaterThanOrEqual = time.UtcDateTime };

    /// <summary>An empty key would be replaced by a random one, without a word.</summary>
    private static RequestOptions Once(string operation) => operation.Length > 0 && operation.All(char.IsAscii)
        ? new RequestOptions { IdempotencyKey = operation }
        : throw new ArgumentException("An operation has a name of plain letters.", nameof(operation));

    private static T Same<T>(string given, string asked, T answer) => given == asked ? answer
        : throw PaymentServiceException.Unreadable("id");

    private static IEnumerable<string> Ids(params IEnumerable<string?> ids) => ids.OfType<string>().Where(id => id.Length > 0);

    private static CheckoutPage PageOf(Session session, JsonElement answer)
    {
        StripeAnswer.TryNumber(answer, "amount_total", out long total);
        if (string.IsNullOrEmpty(session.Status) || session.Currency != Currency)
        {
            throw PaymentServiceException.Unreadable("checkout.session");
        }
        return new CheckoutPage(
            session.Id, session.Url ?? "", total, session.Status, session.PaymentStatus ?? "", session.PaymentIntent?.Status ?? "",
            session.Metadata?.GetValueOrDefault(OperationKey) ?? "", new DateTimeOffset(session.ExpiresAt, TimeSpan.Zero),
            session.PaymentIntent?.LatestCharge is { } charge ? CardCharge.Of(charge) : null);
    }

    private async Task<T> AskAsync<T>(Func<Task<T>> ask, bool isPatient = false, CancellationToken cancellation = default)
    {
        for (TimeSpan wait = TimeSpan.FromSeconds(1); ; wait *= 2)
        {
            try
            {
                return await ask();
            }
            catch (StripeException error) when (isPatient && error.HttpStatusCode == HttpStatusCode.TooManyRequests && wait <= LongestWait)
            {
                await Task.Delay(wait, _time, cancellation);
            }
            catch (Exception error) when (!cancellation.IsCancellationRequested && FaultOf(error) is { } fault)
            {
                throw new PaymentServiceException(fault);
            }
        }
    }

    private static Refusal? FaultOf(Exception error) => error switch
    {
        StripeException { HttpStatusCode: 0 or HttpStatusCode.Conflict or HttpStatusCode.TooManyRequests or >= (HttpStatusCode)500 } =>
            new Refusal(Reason.PaymentServiceUnavailable),
        StripeException { HttpStatusCode: < (HttpStatusCode)300 } => Refusal.Of(Reason.PaymentServiceUnreadable, ("what", "JSON")),
        StripeException refused => Refusal.Of(Reason.PaymentServiceRefused, ("code", CodeOf(refused))),
        HttpRequestException or IOException or OperationCanceledException => new Refusal(Reason.PaymentServiceUnavailable),
        JsonException or Newtonsoft.Json.JsonException or FormatException or OverflowException or InvalidOperationException
            or ArgumentException or NullReferenceException => Refusal.Of(Reason.PaymentServiceUnreadable, ("what", "JSON")),
        _ => null,
    };

    /// <summary>The code, and never the text, which quotes what was sent.</summary>
    private static string CodeOf(StripeException refused)
    {
        string code = refused.StripeError?.Code ?? refused.StripeError?.Type ?? "";
        return code.Length is > 0 and <= CodeLength && code.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '_')
            ? code : ((int)refused.HttpStatusCode).ToString(CultureInfo.InvariantCulture);
    }
}

/// <summary>A page of Stripe Checkout.</summary>
/// <param name="Total">What the donor pays, in fen.</param>
/// <param name="Intent">How far the payment is; empty before there is one.</param>
/// <param name="Operation">The donation's operation.</param>
public sealed record CheckoutPage(
    string Id, string Url, long Total, string Status, string PaymentStatus, string Intent, string Operation, DateTimeOffset Expires,
    CardCharge? Charge);

/// <summary>A payment by card.</summary>
/// <param name="Movement">The movement that it caused; empty before there is one.</param>
/// <param name="Region">The region of the donation; empty where it is none of ours.</param>
public sealed record CardCharge(
    string Id, string Movement, long RefundedFen, bool IsDisputed, string Region, string Fund, string Operation)
{
    internal static CardCharge Of(Charge charge) => new(
        charge.Id, charge.BalanceTransactionId ?? "", charge.AmountRefunded, charge.Disputed, Metadata(charge, StripeGateway.RegionKey),
        Metadata(charge, StripeGateway.FundKey), Metadata(charge, StripeGateway.OperationKey));

    private static string Metadata(Charge charge, string key) => charge.Metadata?.GetValueOrDefault(key) ?? "";
}

/// <summary>A balance transaction, with what is needed to book it.</summary>
/// <param name="Currency">In small letters.</param>
/// <param name="Charge">The payment that it is of, where Stripe told it with the transaction.</param>
/// <param name="ChargeId">The id of the payment that it is of; empty where it is of none.</param>
/// <param name="IsOfDispute">Whether its source is a dispute.</param>
/// <param name="IsAutomaticPayout">Whether it is a payout that keeps the link to what it carries; its coming back isn't.</param>
public sealed record CardTransaction(
    CardMovement Movement, string Currency, CardCharge? Charge, string ChargeId, bool IsOfDispute, bool IsAutomaticPayout)
{
    /// <exception cref="PaymentServiceException">Its figures contradict each other.</exception>
    internal static CardTransaction Of(BalanceTransaction found)
    {
        var movement = new CardMovement(
            found.Id, found.Type ?? "", found.ReportingCategory ?? "", found.SourceId ?? "", found.Amount, found.Fee,
            new DateTimeOffset(found.Created, TimeSpan.Zero));
        bool isWhole = movement.Type.Length > 0 && found.Net == movement.Net && !string.IsNullOrEmpty(found.Currency)
            && Int128.Abs(found.Amount) <= Shape.MaxAmount && Int128.Abs(found.Fee) <= Shape.MaxAmount;
        if (!isWhole) throw PaymentServiceException.Unreadable($"balance_transaction {found.Id}");
        string charge = found.Source switch
        {
            Charge paid => paid.Id,
            Refund refund => refund.ChargeId ?? "",
            Dispute dispute => dispute.ChargeId ?? "",
            _ => "",
        };
        return new CardTransaction(
            movement, found.Currency, found.Source is Charge own ? CardCharge.Of(own) : null, charge, found.Source is Dispute,
            movement.Type == "payout" && found.Source is Payout { Automatic: true });
    }
}
