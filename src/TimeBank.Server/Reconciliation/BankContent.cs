using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using TimeBank.Banking;
using TimeBank.Ledger;

namespace TimeBank.Server;

/// <summary>Keeps the wrapped key under which the lines of an account's statements are sealed; key: region/account.</summary>
[Alias("timebank.bank-key")]
public interface IBankKeyGrain : IGrainWithStringKey
{
    /// <summary>The wrapped key; made at the first call.</summary>
    [Alias("get")]
    Task<string> GetAsync();
}

/// <summary>The stored key of an account's lines.</summary>
public sealed class BankKeyState
{
    public const string Kind = "bank-key";

    [JsonPropertyName("key")]
    public string Key { get; set; } = "";
}

/// <inheritdoc cref="IBankKeyGrain"/>
public sealed class BankKeyGrain(
    [PersistentState(BankKeyState.Kind, GrainStorageNames.TimeBank)] IPersistentState<BankKeyState> state, Vault vault)
    : Grain, IBankKeyGrain
{
    public async Task<string> GetAsync()
    {
        if (state.State.Key.Length > 0) return state.State.Key;
        var key = GrainKey.Parse(this.GetPrimaryKeyString());
        state.State.Key = vault.NewKey(new VaultParty(key.Region, $"{BankAccountApi.BankAccounts}/{key.LocalId}"));
        await this.WriteAsync(state);
        return state.State.Key;
    }
}

/// <summary>
/// Seals what a line says but for its day and amount, and opens it again. The account's key is unwrapped once; dispose of it after the run.
/// </summary>
public sealed class BankContent(VaultSession key) : IDisposable
{
    /// <summary>Of an account's lines.</summary>
    public static async Task<BankContent> OfAsync(IGrainFactory grains, Vault vault, OwnAccount account) =>
        new(vault.Session(await grains.GetGrain<IBankKeyGrain>(account.GrainKey).GetAsync(), account.Party));

    /// <summary>The content of the line with a number: it opens as this line and no other.</summary>
    public byte[] Seal(long number, BankLine line, bool hasSameReference) =>
        key.Seal(Field(number), JsonSerializer.SerializeToUtf8Bytes(LineContent.Of(line, hasSameReference)));

    /// <exception cref="VaultException">The content is of another line, or was changed.</exception>
    public OpenedLine Open(StoredBankLine stored)
    {
        LineContent content = JsonSerializer.Deserialize<LineContent>(key.Open(
            Field(stored.Number), ImmutableCollectionsMarshal.AsArray(stored.Content)!))!;
        return new OpenedLine(stored.Number, stored.Statement, content.ToLine(stored), content.HasSameReference);
    }

    public void Dispose() => key.Dispose();

    private static string Field(long number) => string.Create(CultureInfo.InvariantCulture, $"line/{number}");
}

/// <summary>A stored line with what it says. What was sealed isn't kept: a run holds all open lines in memory.</summary>
/// <param name="Number">Its number in the account's book.</param>
/// <param name="Statement">The statement that first brought it.</param>
/// <param name="HasSameReference">A known line of its day has its reference and amount and another text.</param>
public sealed record OpenedLine(long Number, long Statement, BankLine Line, bool HasSameReference)
{
    public override string ToString() => $"line {Number}";
}

/// <summary>What of a line is sealed. The names are stored.</summary>
internal sealed record LineContent(
    [property: JsonPropertyName("line")] int FileLine, [property: JsonPropertyName("at")] TimeOnly? At,
    [property: JsonPropertyName("value")] DateOnly? ValueOn, [property: JsonPropertyName("fen")] long Fen,
    [property: JsonPropertyName("milliFee")] long FeeMilliFen, [property: JsonPropertyName("text")] string Text,
    [property: JsonPropertyName("party")] string? Counterparty, [property: JsonPropertyName("account")] string? CounterpartyAccount,
    [property: JsonPropertyName("means")] string? Means, [property: JsonPropertyName("endToEnd")] string? EndToEndId,
    [property: JsonPropertyName("batch")] string? BatchId, [property: JsonPropertyName("reversal")] bool IsReversal,
    [property: JsonPropertyName("details")] ImmutableArray<LineContent.Part> Details,
    [property: JsonPropertyName("sameReference")] bool HasSameReference)
{
    internal sealed record Part(
        [property: JsonPropertyName("fen")] long? SignedFen, [property: JsonPropertyName("endToEnd")] string? EndToEndId,
        [property: JsonPropertyName("party")] string? Counterparty, [property: JsonPropertyName("account")] string? CounterpartyAccount,
        [property: JsonPropertyName("text")] string Text, [property: JsonPropertyName("reference")] string? BankReference);

    public static LineContent Of(BankLine line, bool hasSameReference) => new(
        line.FileLine, line.BookedAt, line.ValueOn, line.Amount.Value, line.FeeMilliFen, line.Text, line.Counterparty,
        line.CounterpartyAccount, line.Means, line.EndToEndId, line.BatchId, line.IsReversal,
        [.. line.Details.Select(part => new Part(
            part.SignedFen, part.EndToEndId, part.Counterparty, part.CounterpartyAccount, part.Text, part.BankReference))],
        hasSameReference);

    public BankLine ToLine(StoredBankLine stored) => new()
    {
        FileLine = FileLine, BookedOn = stored.Day, BookedAt = At, ValueOn = ValueOn, Amount = new Fen(Fen), FeeMilliFen = FeeMilliFen,
        Flow = stored.SignedFen switch { > 0 => MoneyFlow.In, < 0 => MoneyFlow.Out, _ => MoneyFlow.Neither },
        Text = Text, Counterparty = Counterparty, CounterpartyAccount = CounterpartyAccount, Means = Means, EndToEndId = EndToEndId,
        BankReference = stored.BankReference, BatchId = BatchId, IsReversal = IsReversal,
        Details = [.. Details.Select(part => new LineDetail(
            part.SignedFen, part.EndToEndId, part.Counterparty, part.CounterpartyAccount, part.Text, part.BankReference))],
    };
}
