using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Grpc.Core;
using TimeBank.V1;
using Xunit;
using Date = Google.Type.Date;

namespace TimeBank.Pages.Tests;

/// <summary>What the finance office's roads need beside its pages: something that providers are owed, and a bank.</summary>
public static class Office
{
    public const string Parent = $"regions/{PlayedServer.Tianyuan}", Meals = "meals-2026", Bank = "main";

    /// <summary>Our account's number at the demonstration's bank.</summary>
    private const string Number = "00002601000001";

    private const long MealFen = 1_100;

    public static async Task<Surfer> SurferAsync(PlayedServer month, string role, string region = PlayedServer.Tianyuan)
    {
        var surfer = new Surfer(month.Address);
        await surfer.SignInAsync(role, region: region);
        return surfer;
    }

    /// <summary>Sends a form of a page as the page gives it, with what a person fills in.</summary>
    public static async Task<(HttpStatusCode Status, string Text, HttpResponseMessage Answer)> SendAsync(
        this Surfer surfer, string path, string form, params (string Name, string Value)[] filled)
    {
        var page = await surfer.FollowAsync(path);
        Assert.True(page.Status == HttpStatusCode.OK, $"{path} gives {page.Status}.");
        Dictionary<string, string> fields = Surfer.Hidden(page.Text, form);
        foreach ((string name, string value) in filled) fields[$"Sent.{name}"] = value;
        return await surfer.PostAsync(path, fields);
    }

    /// <summary>The same, which must be carried out; the page that it leads to.</summary>
    public static async Task<string> DoAsync(this Surfer surfer, string path, string form, params (string Name, string Value)[] filled)
    {
        var sent = await surfer.SendAsync(path, form, filled);
        Assert.True(sent.Status == HttpStatusCode.Redirect, $"{path}: {form} gives {sent.Status}.\n{sent.Text}");
        return sent.Answer.Headers.Location!.PathAndQuery;
    }

    /// <summary>A canteen that is owed for meals of today, and the redemption.</summary>
    /// <param name="which">Which of the canteens, so that tests keep out of each other's way.</param>
    /// <param name="provider">This one instead.</param>
    public static async Task<(string Provider, string Redemption)> OweAsync(PlayedServer month, int which, string? provider = null)
    {
        CallInvoker maker = await month.CallerAsync("finance_maker");
        var vouchers = new VoucherService.VoucherServiceClient(maker);
        Date today = Contract(DateOnly.FromDateTime((
            await new ScenarioService.ScenarioServiceClient(await month.CallerAsync("administrator"))
            .GetScenarioAsync(new GetScenarioRequest())).Now.ToDateTimeOffset().ToOffset(TimeSpan.FromHours(8)).DateTime));
        // A run that is called again issues nothing to who has a voucher.
        using AsyncServerStreamingCall<RunProgress> run = vouchers.IssueVouchers(new IssueVouchersRequest
        {
            RequestId = Id(), Programme = $"{Parent}/programmes/{Meals}", Month = new Date { Year = today.Year, Month = today.Month },
        });
        while (await run.ResponseStream.MoveNext(CancellationToken.None)) { }
        Voucher voucher = (await vouchers.ListVouchersAsync(new ListVouchersRequest
        {
            Parent = Parent, Programme = $"{Parent}/programmes/{Meals}", State = VoucherState.Active, PageSize = 1_000,
        })).Vouchers.Where(one => one.Remaining.Value > 2).Skip(20 + which).First();
        Provider[] canteens = [.. (await new ProviderService.ProviderServiceClient(maker).ListProvidersAsync(
            new ListProvidersRequest { Parent = Parent, ServiceType = ServiceType.Meal, PageSize = 100 })).Providers
            .Where(one => one.Standing == Standing.Good && one.DisplayName.StartsWith("演示", StringComparison.Ordinal))
            .OrderBy(one => one.Name, StringComparer.Ordinal)];
        provider ??= canteens[which % canteens.Length].Name;
        RedeemVoucherResponse paid = await new VoucherService.VoucherServiceClient(await month.CallerAsync("provider_clerk", provider))
            .RedeemVoucherAsync(new RedeemVoucherRequest
            {
                RequestId = Id(), Voucher = voucher.Name, Provider = provider, Item = "meal-canteen", Quantity = 2,
                Price = new Amount { Value = 2 * MealFen, Unit = "CNY" }, Place = ServicePlace.Unspecified,
            });
        return (provider, paid.Redemption.Name);
    }

    /// <summary>A batch that pays one provider, approved by a second person.</summary>
    public static async Task<string> ApprovedBatchAsync(PlayedServer month, string provider)
    {
        using Surfer maker = await SurferAsync(month, "finance_maker"), checker = await SurferAsync(month, "finance_checker");
        string made = await maker.DoAsync($"/finance/batches/prepare?provider={Last(provider)}", "prepare");
        string path = made.Split('?')[0];
        await maker.DoAsync(path, "submit");
        await checker.DoAsync(path, "approve");
        return path;
    }

    /// <summary>A statement of the demonstration's bank (camt.053) that goes on from the last one.</summary>
    /// <param name="lines">Fen, below zero where money leaves; the bank's reference; what it says.</param>
    public static async Task<byte[]> StatementAsync(
        PlayedServer month, string first, string last, params (long Fen, string Reference, string Text)[] lines)
    {
        BankStatement before = (await StatementsAsync(month))[0];
        long opening = before.Closing.Side == Side.Debit ? -before.Closing.Amount.Value : before.Closing.Amount.Value;
        string number = string.Concat(first.Where(char.IsAsciiDigit));
        string text = $"<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\"><BkToCstmrStmt><GrpHdr><MsgId>T-{number}</MsgId>"
            + $"<CreDtTm>{last}T18:00:00+08:00</CreDtTm></GrpHdr><Stmt><Id>T-{number}</Id><CreDtTm>{last}T18:00:00+08:00</CreDtTm>"
            + $"<FrToDt><FrDtTm>{first}T00:00:00+08:00</FrDtTm><ToDtTm>{last}T23:59:59+08:00</ToDtTm></FrToDt>"
            + $"<Acct><Id><Othr><Id>{Number}</Id></Othr></Id><Ccy>CNY</Ccy></Acct>"
            + Balance("OPBD", opening, first) + Balance("CLBD", opening + lines.Sum(line => line.Fen), last)
            + string.Concat(lines.Select(line =>
                $"<Ntry>{Money(line.Fen)}<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{last}</Dt></BookgDt><ValDt><Dt>{last}</Dt></ValDt>"
                + $"<AcctSvcrRef>{line.Reference}</AcctSvcrRef><BkTxCd/><NtryDtls><TxDtls><RmtInf><Ustrd>{line.Text}</Ustrd></RmtInf>"
                + "</TxDtls></NtryDtls></Ntry>"))
            + "</Stmt></BkToCstmrStmt></Document>";
        return Encoding.UTF8.GetBytes(text);

        static string Balance(string code, long fen, string day) =>
            $"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{Money(fen)}<Dt><Dt>{day}</Dt></Dt></Bal>";

        static string Money(long fen) => string.Create(CultureInfo.InvariantCulture,
            $"<Amt Ccy=\"CNY\">{Math.Abs(fen) / 100}.{Math.Abs(fen) % 100:D2}</Amt><CdtDbtInd>{(fen < 0 ? "DBIT" : "CRDT")}</CdtDbtInd>");
    }

    /// <summary>The statements of our account, newest first.</summary>
    public static async Task<BankStatement[]> StatementsAsync(PlayedServer month) =>
        [.. (await new ReconciliationService.ReconciliationServiceClient(await month.CallerAsync("auditor")).ListStatementsAsync(
            new ListStatementsRequest { Parent = $"{Parent}/bankAccounts/{Bank}", PageSize = 100 })).Statements];

    public static string Id() => new Guid(RandomNumberGenerator.GetBytes(16)).ToString();

    public static string Last(string name) => name[(name.LastIndexOf('/') + 1)..];

    public static Date Contract(DateOnly day) => new() { Year = day.Year, Month = day.Month, Day = day.Day };
}
