using Google.Protobuf.WellKnownTypes;
using Riok.Mapperly.Abstractions;
using TimeBank.Ledger;
using TimeBank.V1;

namespace TimeBank.Server;

/// <summary>Statements, lines and matches in the contract's types.</summary>
internal static class ReconciliationContract
{
    private const string Lines = "lines", Statements = "statements";

    public static ImportStatementResponse ToContract(this ImportResult result, OwnAccount account, bool isDryRun)
    {
        if (result.Refusal is { } refused) return new ImportStatementResponse
        {
            Refusal = new V1.StatementRefusal
            {
                Reason = StoredName.UpperSnake($"{refused.Reason}"), Line = refused.FileLine, Field = refused.Field ?? "",
                TextZh = refused.TextZh, TextEn = refused.TextEn,
            },
        };
        int lines = result.Statements.Sum(statement => statement.LineCount), newLines = result.Statements.Sum(one => one.NewLines);
        var answer = new ImportStatementResponse
        {
            NewLines = result.IsAgain ? 0 : newLines, KnownLines = result.IsAgain ? lines : lines - newLines,
            AlreadyImported = result.IsAgain,
        };
        foreach (StoredStatement statement in result.Statements)
        {
            V1.BankStatement taken = statement.ToContract(account);
            if (isDryRun && !result.IsAgain) taken.Name = "";
            answer.Statements.Add(taken);
            StatementNote note = StatementNote.Parse(statement.Note);
            answer.LeftOutCount += note.LeftOutCount;
            answer.LeftOut.Add(note.LeftOut.Select(row => new LeftOutRow { Line = row.Line, Reason = row.Reason }));
            answer.Warnings.Add(note.Warnings.Select(
                warning => new V1.StatementWarning { Reason = warning.Reason, Line = warning.Line, Detail = warning.Detail }));
        }
        return answer;
    }

    public static V1.BankStatement ToContract(this StoredStatement statement, OwnAccount account) => new()
    {
        Name = $"{account.Name}/{Statements}/{statement.Number}",
        FileName = statement.FileName,
        FileDigest = $"{statement.File}",
        Profile = statement.Profile,
        BankNumber = statement.BankNumber ?? "",
        Period = (statement.From ?? DateOnly.MinValue, statement.To ?? DateOnly.MaxValue).ToContract(),
        Opening = statement.OpeningFen is { } opening ? Signed(opening) : null,
        Closing = statement.ClosingFen is { } closing ? Signed(closing) : null,
        Lines = statement.LineCount,
        NewLines = statement.NewLines,
        HeldAgainst = { StatementNote.Parse(statement.Note).HeldAgainst },
        ImportedBy = statement.ImportedBy,
        ImportTime = statement.ImportedAt.ToContract(),
    };

    public static BankLine ToContract(
        this OpenedLine line, OwnAccount account, IReadOnlyList<StoredMatch> matches, bool isShown, bool withMatches)
    {
        bool isOpen = line.Stored.SignedFen != 0 && matches.All(match => match.Status != MatchStatus.Confirmed);
        var answer = new BankLine
        {
            Name = LineName(account, line.Stored.Number),
            Date = line.Stored.Day.ToContract(),
            Amount = Unit.Fen.Of(Math.Abs(line.Stored.SignedFen)),
            Side = SideOf(line.Stored.SignedFen),
            Text = isShown ? line.Line.Text : "",
            Counterparty = isShown ? line.Line.Counterparty ?? "" : "",
            CounterpartyAccount = isShown ? line.Line.CounterpartyAccount ?? "" : "",
            EndToEndId = line.Line.EndToEndId ?? "",
            BankReference = line.Stored.BankReference ?? "",
            Statement = $"{account.Name}/{Statements}/{line.Stored.Statement}",
            State = isOpen ? BankLineState.Open : BankLineState.Matched,
        };
        if (withMatches) answer.Matches.Add(matches.Select(match => match.ToContract(account.Region)));
        return answer;
    }

    public static string LineName(OwnAccount account, long number) => $"{account.Name}/{Lines}/{number}";

    /// <summary>Reads <c>regions/{region}/bankAccounts/{slug}/lines/{number}</c>.</summary>
    /// <returns>The account's name and the line's number.</returns>
    public static (ResourceName Account, long Number) LineNamed(RequestReader read, string text, string field)
    {
        if (text.Length > 0 && ResourceName.TryParse(text, out ResourceName? name)
            && name.Value.Collection == BankAccountApi.BankAccounts && name.Value.Id.Split('/') is [var slug, Lines, var digits]
            && Slug.TryParse(slug, out _) && ResourceName.TryIndex(digits, out long number) && number > 0)
        {
            return (name.Value with { Id = slug }, number);
        }
        read.Refuse(field, text.Length == 0 ? "REQUIRED" : "NOT_A_NAME", ("pattern", "regions/430211/bankAccounts/main/lines/1"));
        return default;
    }

    private static LineMatch ToContract(this StoredMatch match, RegionCode region) => new()
    {
        Group = match.Group,
        Item = match.Item.Length == 0 ? "" : $"{ResourceName.OfRegion(region)}/{match.Item}",
        State = match.Status.ToContract(),
        Pass = match.Pass,
        Difference = Signed(match.DifferenceFen),
        By = match.By,
        Time = match.At.ToContract(),
    };

    private static V1.Balance Signed(long fen) => new() { Amount = Unit.Fen.Of(Math.Abs(fen)), Side = SideOf(fen) };

    private static Side SideOf(long fen) => fen switch { > 0 => Side.Credit, 0 => Side.Unspecified, < 0 => Side.Debit };
}
