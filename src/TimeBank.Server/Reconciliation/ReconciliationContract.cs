using Google.Protobuf.WellKnownTypes;
using TimeBank.Ledger;
using TimeBank.V1;

namespace TimeBank.Server;

/// <summary>Statements, lines and matches in the contract's types.</summary>
internal static class ReconciliationContract
{
    private const int MaxNotBooked = 100;

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

    public static ImportStatementResponse ToContract(this ImportStep step) => new()
    {
        Progress = new ImportProgress { RowsChecked = step.Checked, RowsRead = step.Read, LinesStored = step.Stored },
    };

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
        bool isOpen = line.Line.SignedFen != 0 && matches.All(match => match.Status != MatchStatus.Confirmed);
        var answer = new BankLine
        {
            Name = LineName(account, line.Number),
            Date = line.Line.BookedOn.ToContract(),
            Amount = Unit.Fen.Of(Math.Abs(line.Line.SignedFen)),
            Side = SideOf(line.Line.SignedFen),
            Text = isShown ? line.Line.Text : "",
            Counterparty = isShown ? line.Line.Counterparty ?? "" : "",
            CounterpartyAccount = isShown ? line.Line.CounterpartyAccount ?? "" : "",
            EndToEndId = line.Line.EndToEndId ?? "",
            BankReference = line.Line.BankReference ?? "",
            Statement = $"{account.Name}/{Statements}/{line.Statement}",
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

    public static BankCase ToContract(this BankCaseRecord record, RegionCode region)
    {
        var answer = new BankCase { Owner = record.Owner, Note = record.History.LastOrDefault()?.Note ?? "" };
        if (record.Resolution is { } resolution) answer.Resolution = new Resolution
        {
            Kind = resolution.Kind.ToContract(),
            State = resolution.State.ToContract(),
            Fund = resolution.Fund.Length == 0 ? "" : ResourceName.Of(region, FundContract.Funds, resolution.Fund),
            Provider = resolution.Provider is { } provider ? ResourceName.Of(region, SettlementContract.Providers, provider) : "",
            Note = resolution.Note,
            ProposedBy = resolution.ProposedBy,
            ApprovedBy = resolution.ApprovedBy,
            Entry = resolution.Entry < 0 ? "" : ResourceName.Of(region, SettlementContract.Entries, resolution.Entry),
            LateFor = resolution.LateFor?.ToContract(),
            EffectiveDate = resolution.Effective?.ToContract(),
            Prepayment = resolution.Prepayment is { } agreement
                ? ResourceName.Of(region, PrepaymentContract.Prepayments, agreement) : "",
            Deposit = resolution.DepositFen is { } deposit ? Unit.Fen.Of(deposit) : null,
        };
        answer.History.Add(record.History.Select(step => new CaseStep
        {
            Step = step.Step, By = step.By, Time = Timestamp.FromDateTimeOffset(step.At), Note = step.Note,
        }));
        return answer;
    }

    public static ReconciliationProgress ToContract(this RunStep step, OwnAccount account)
    {
        var progress = new ReconciliationProgress
        {
            Lines = step.Lines, Expected = step.Expected, Matches = step.Matches, Booked = step.Booked,
        };
        if (step.End is not { } end) return progress;
        progress.Summary = new ReconciliationSummary { OpenLines = end.OpenLines, OpenItems = end.OpenItems };
        progress.Summary.Passes.Add(end.Passes.Select(pass => new PassCount
        {
            Pass = pass.Pass, Confirmed = pass.Confirmed, Suggested = pass.Suggested, Tied = pass.Tied,
        }));
        progress.Summary.NotBooked.Add(end.Left.Take(MaxNotBooked).Select(left => new NotBooked
        {
            Line = LineName(account, left.Match.Line), Item = $"{ResourceName.OfRegion(account.Region)}/{left.Match.Item}",
            Reason = ReasonCatalogue.Name(left.Reason),
        }));
        return progress;
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
