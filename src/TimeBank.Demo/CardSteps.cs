using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Grpc.Core;
using TimeBank.Cli;
using TimeBank.V1;
using Client = TimeBank.V1.DonationService.DonationServiceClient;

namespace TimeBank.Demo;

/// <summary>Counter staff open a page for a donor.</summary>
internal sealed record StartGiftStep(Gift Gift, DateTimeOffset At) : Step(Gift.Key, At, "cards")
{
    public override async Task PlayAsync(Stage stage, string requestId) =>
        stage.Names[Key] = (await new Client(await stage.StaffAsync(Role.Counter)).StartDonationAsync(new StartDonationRequest
        {
            RequestId = requestId,
            Fund = Roles.Fund(Roles.Campaign),
            Amount = new Amount { Value = Gift.Fen, Unit = "CNY" },
            Note = "演示：给老人加个菜",
        })).Name;
}

/// <summary>The donor pays on the page, and the server hears of it by an event.</summary>
internal sealed record PayGiftStep(Gift Gift, DateTimeOffset At) : Step($"{Gift.Key}/pay", At, "cards")
{
    public override async Task PlayAsync(Stage stage, string requestId)
    {
        string page = await CardDesk.PageAsync(stage, Gift);
        await CardDesk.AskAsync(stage, Key, $"pay/{page}", At);
        await CardDesk.UntilAsync(stage, Key, CardDesk.Fund, fund => fund.CreditsPosted.Value >= CardPlan.PaidUntil(Gift));
        stage.Tally.Add($"received/{Roles.Campaign}", Gift.Fen);
    }
}

/// <summary>The donor gets the money back.</summary>
internal sealed record RefundGiftStep(Gift Gift, DateTimeOffset At) : Step($"{Gift.Key}/refund", At, "cards")
{
    public override async Task PlayAsync(Stage stage, string requestId)
    {
        string page = await CardDesk.PageAsync(stage, Gift);
        await CardDesk.AskAsync(stage, Key, $"refund/{page}", At);
        await CardDesk.UntilAsync(stage, Key, CardDesk.Fund, fund => fund.DebitsPosted.Value >= Gift.Fen);
        stage.Tally.Add($"received/{Roles.Campaign}", -Gift.Fen);
    }
}

/// <summary>The payment service pays out all that it holds.</summary>
/// <param name="Fen">The nets of all movements until then.</param>
internal sealed record PayOutCardsStep(string Name, long Fen, DateTimeOffset At) : Step($"payout/{Name}", At, "cards")
{
    public override async Task PlayAsync(Stage stage, string requestId)
    {
        long paid = await CardDesk.AskAsync(stage, Key, $"payout/{Name}", At);
        if (paid != Fen) throw new StepException(Key, $"应结算 {Fen} 分，实为 {paid}。", $"{Fen} fen should have been paid out, and {paid} were.");
        await CardDesk.UntilAsync(stage, Key, CardDesk.InTransit, transit => transit.DebitsPosted.Value >= Fen);
    }
}

/// <summary>The finance office's run. Events have booked everything already, and the service holds what the books say.</summary>
internal sealed record SyncCardsStep(DateTimeOffset At) : Step("cards/sync", At, "cards")
{
    /// <summary>The tally of what the payment service says it holds.</summary>
    public const string Held = "cards/held";

    public override async Task PlayAsync(Stage stage, string requestId)
    {
        using AsyncServerStreamingCall<SyncStripeProgress> run = new Client(await stage.StaffAsync(Role.FinanceMaker)).SyncStripe(
            new SyncStripeRequest { RequestId = requestId, Parent = Roles.Parent(Roles.Tianyuan) });
        SyncStripeProgress last = new();
        while (await run.ResponseStream.MoveNext(stage.Cancellation)) last = run.ResponseStream.Current;
        if (last.Summary is not { Complete: true, WarningCount: 0, ServiceBalance: { } held }) throw new StepException(
            Key, $"应全部入账：{last.Summary}", $"all of it should have been booked: {last.Summary}");
        stage.Tally.Add(Held, held.Side == Side.Credit ? -held.Amount.Value : held.Amount.Value);
    }
}

/// <summary>The way to the payment service, for those who are no part of the server: donors, and whoever gives money back.</summary>
internal static class CardDesk
{
    /// <summary>Accounts of the campaign, of what the payment service holds, and of payouts under way.</summary>
    public const string Fund = $"fund/{Roles.Campaign}/available", Balance = "stripe/balance", InTransit = "stripe/in-transit";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20), Pause = TimeSpan.FromMilliseconds(50);

    private static readonly HttpClient s_http = new() { Timeout = Patience };

    /// <summary>The id of a donation's page: it stays where the page's address has changed or ended.</summary>
    public static async Task<string> PageAsync(Stage stage, Gift gift) => (await new Client(await stage.StaffAsync(Role.Auditor))
        .GetDonationAsync(new GetDonationRequest { Name = stage.Names[gift.Key] })).Url.Split('/')[^1];

    /// <summary>Asks until the payment service has done it and the server has kept the event about it.</summary>
    /// <returns>The amount of the object that it is about; 0 where it has none.</returns>
    /// <exception cref="StepException">The payment service or the server doesn't answer, or there is no such thing.</exception>
    public static async Task<long> AskAsync(Stage stage, string step, string path, DateTimeOffset at)
    {
        string why = "";
        long start = TimeProvider.System.GetTimestamp();
        do
        {
            try
            {
                using var form = new FormUrlEncodedContent([KeyValuePair.Create("at", at.ToString("O", CultureInfo.InvariantCulture))]);
                using HttpResponseMessage answer = await s_http.PostAsync(new Uri(stage.Cards.Address(), path), form, stage.Cancellation);
                why = $"{(int)answer.StatusCode}";
                if (answer.IsSuccessStatusCode)
                {
                    JsonObject about = (await answer.Content.ReadFromJsonAsync<JsonObject>(stage.Cancellation))!;
                    return (long?)about["amount"] ?? 0;
                }
            }
            catch (Exception error) when (error is HttpRequestException or IOException or JsonException or TaskCanceledException
                && !stage.Cancellation.IsCancellationRequested)
            {
                why = error.Message;
            }
            await Task.Delay(Pause, TimeProvider.System, stage.Cancellation);
        }
        while (TimeProvider.System.GetElapsedTime(start) < Patience);
        throw new StepException(step, $"演示的支付服务没有办成：{why}", $"the demonstration's payment service did not do it: {why}");
    }

    /// <summary>Waits until the server has booked what an event is about: it does so after it has answered.</summary>
    /// <exception cref="StepException">It doesn't.</exception>
    public static async Task UntilAsync(Stage stage, string step, string path, Predicate<Account> isBooked)
    {
        var ledger = new LedgerService.LedgerServiceClient(await stage.StaffAsync(Role.Auditor));
        long start = TimeProvider.System.GetTimestamp();
        while (await FindAsync(ledger, path) is not { } account || !isBooked(account))
        {
            if (TimeProvider.System.GetElapsedTime(start) > Patience) throw new StepException(
                step, $"服务器没有按支付服务的通知记入 {path}。", $"the server has not booked to {path} what the payment service told it.");
            await Task.Delay(Pause, TimeProvider.System, stage.Cancellation);
        }
    }

    /// <returns>Null where nothing has opened the account yet.</returns>
    private static async Task<Account?> FindAsync(LedgerService.LedgerServiceClient ledger, string path)
    {
        try
        {
            return await ledger.GetAccountAsync(new GetAccountRequest { Name = $"{Roles.Parent(Roles.Tianyuan)}/accounts/{path}" });
        }
        catch (RpcException error) when (error.StatusCode == StatusCode.NotFound)
        {
            return null;
        }
    }
}
