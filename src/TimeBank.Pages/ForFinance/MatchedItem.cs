using Grpc.Core;
using TimeBank.Pages.Shell;
using TimeBank.V1;

namespace TimeBank.Pages.ForFinance;

/// <summary>A thing of ours that a line of the bank was matched with, as people read it.</summary>
/// <param name="Text">What it is.</param>
/// <param name="Path">Its page; empty: it has none.</param>
/// <param name="Facts">Amount, day and parties, where they were read.</param>
public sealed record MatchedItem(string Text, string Path, string Facts)
{
    /// <summary>Names an item without reading it.</summary>
    public static MatchedItem Of(string item, Language l) => item.Split('/') switch
    {
        [_, _, "entries", var index, ..] => new(l[$"分录 {index}", $"entry {index}"], $"/journal/{index}", ""),
        [_, _, "settlements", var batch, "payments", var number] =>
            new(l[$"批次 {batch} 第 {number} 笔付款", $"payment {number} of batch {batch}"], $"/finance/batches/{batch}/payments/{number}", ""),
        [_, _, "lines", var account, var number] =>
            new(l[$"账户 {account} 的明细 {number}", $"line {number} of account {account}"], $"/finance/bank/{account}/lines/{number}", ""),
        _ => new(item.Length > 0 ? item : l["可能的太多，未列出", "too many to list"], "", ""),
    };

    /// <summary>The same with what it is about.</summary>
    public static async Task<MatchedItem> ReadAsync(string item, Visitor visitor)
    {
        MatchedItem named = Of(item, visitor.Language);
        try
        {
            return named with { Facts = await FactsAsync(item, visitor) };
        }
        catch (RpcException error) when (error.StatusCode is StatusCode.NotFound or StatusCode.PermissionDenied)
        {
            return named;
        }
    }

    private static async Task<string> FactsAsync(string item, Visitor visitor)
    {
        Language l = visitor.Language;
        Contract client = visitor.Client;
        switch (item.Split('/'))
        {
            case [_, _, "entries", var index, .. var rest]:
                Entry entry = await client.Ledger.GetEntryAsync(
                    new GetEntryRequest { Name = $"{visitor.Parent}/entries/{index}" }, client.Reading);
                int at = rest is [var place] && int.TryParse(place, out int position) ? position / 2 : 0;
                Amount? amount = at < entry.Transfers.Count ? entry.Transfers[at].Amount : entry.Transfers.FirstOrDefault()?.Amount;
                return $"{Labels.Of(entry.Code, l)} · {Written.Amount(amount, l)} · {Written.Day(entry.EffectiveDate, l)} · {entry.Memo}";
            case [_, _, "settlements", var batch, "payments", _]:
                SettlementBatch settled = await client.Settlements.GetBatchAsync(
                    new GetBatchRequest { Name = $"{visitor.Parent}/settlements/{batch}" }, client.Reading);
                if (settled.Payments.FirstOrDefault(one => one.Name == item) is not { } payment) return "";
                Provider provider = await client.Providers.GetProviderAsync(
                    new GetProviderRequest { Name = payment.Provider }, client.Reading);
                return $"{provider.DisplayName} · {Written.Amount(payment.NetAmount, l)} · "
                    + $"{Labels.Of(payment.State, l)} · {payment.EndToEndId}";
            default:
                return "";
        }
    }
}

/// <summary>A line's amount as a bank's customer reads it: + came in, − left.</summary>
public static class LineSigns
{
    public static string Amount(BankLine line, Language language) =>
        (line.Side == Side.Credit ? "+" : line.Side == Side.Debit ? "−" : "") + Written.Amount(line.Amount, language);

    /// <summary>The same as a number; zero where the line counts on no side.</summary>
    public static long Signed(BankLine line) => line.Side switch
    {
        Side.Credit => line.Amount.Value,
        Side.Debit => -line.Amount.Value,
        _ => 0,
    };
}
