using System.Collections.Immutable;
using System.Text;
using System.Text.RegularExpressions;

namespace TimeBank.Banking;

/// <summary>
/// Statements of SWIFT MT940. A message is a page: its opening balance (60F, 60M) plus its lines is its closing one (62F, 62M), and the
/// next page opens where it closed.
/// </summary>
internal sealed partial class Mt940Reader
{
    // A text of 6 × 65 letters and room for banks that write more.
    private const int LongestField = 20_000;

    private readonly StatementTerms terms;
    private readonly StatementProfile profile;
    private readonly StatementChain chain;
    private Page page;

    private Mt940Reader(StatementProfile profile, StatementTerms terms)
    {
        (this.profile, this.terms) = (profile, terms);
        chain = new StatementChain(terms);
        page = new Page(terms.MayBeNegative ?? profile.MayBeNegative);
    }

    public static IEnumerable<StatementEvent> Read(Stream file, StatementProfile profile, StatementTerms terms) =>
        new Mt940Reader(profile, terms).Read(StrictText.Open(file, profile));

    private IEnumerable<StatementEvent> Read(TextReader text)
    {
        bool any = false;
        foreach (Field field in Fields(text))
        {
            any = true;
            foreach (StatementEvent piece in Take(field)) yield return piece;
        }
        if (!any) throw RefusedException.Of(RefusalReason.NotThisFormat, 0, null, "MT940");
        foreach (StatementEvent piece in EndPage()) yield return piece;
    }

    private IEnumerable<StatementEvent> Take(Field field)
    {
        if (page.Line == 0) page.Line = field.Line;
        switch (field.Tag)
        {
            case "20":
                if (page.Line == field.Line) break;
                foreach (StatementEvent piece in EndPage()) yield return piece;
                page = new Page(terms.MayBeNegative ?? profile.MayBeNegative) { Line = field.Line };
                break;
            case "25" or "25P":
                page.Account = AccountName.Settle(field.Text.Split('\n')[0].Trim(), terms, field.Line, field.Tag);
                break;
            case "28" or "28C":
                page.Number = field.Text.Trim();
                break;
            case "60F" or "60M":
                if (page.Opening is not null) throw RefusedException.Of(RefusalReason.FieldInvalid, field.Line, field.Tag, field.Text);
                page.Opening = Balance(field);
                yield return new StatementEvent.StatementBegan(RequiredAccount(field), terms.Currency, page.Number);
                break;
            case "61":
                if (page.Opening is null) throw RefusedException.Of(RefusalReason.FieldMissing, field.Line, "60F", "60F");
                if (page.Closing is not null) throw RefusedException.Of(RefusalReason.FieldInvalid, field.Line, field.Tag, field.Text);
                if (page.Flush() is { } before) yield return new StatementEvent.LineRead(before);
                page.Pending = Mt940Line.Parse(field.Text, field.Line);
                break;
            case "86":
                // Behind the closing balance it is about the statement and not about its last line.
                if (page.Closing is null) page.AddText(field.Text);
                break;
            case "62F" or "62M":
                if (page.Opening is null) throw RefusedException.Of(RefusalReason.FieldMissing, field.Line, "60F", "60F");
                if (page.Flush() is { } last) yield return new StatementEvent.LineRead(last);
                page.Closing = Balance(field);
                break;
        }
    }

    /// <summary>A message that has anything has both balances: one that is cut behind its first field is no empty statement.</summary>
    private IEnumerable<StatementEvent> EndPage()
    {
        if (page.Opening is not { } opening || page.Closing is not { } closing)
            throw RefusedException.Of(RefusalReason.StatementCut, page.Line, page.Opening is null ? "60F" : "62F");
        List<StatementWarning> warnings = [];
        page.Ties.Close(opening.Fen, closing.Fen, closing.Line, closing.Tag);
        TieOuts held = TieOuts.Balances | chain.Follow(
            page.Account!, page.Number, opening.Fen, closing.Fen, opening.Line, opening.Tag, warnings);
        if (page.Ties.FirstDay < opening.Day || page.Ties.LastDay > closing.Day)
            warnings.Add(new StatementWarning(WarningReason.DayOutsideStatement, page.Line, page.Number ?? ""));
        foreach (StatementWarning warning in warnings) yield return new StatementEvent.Warned(warning);
        yield return new StatementEvent.StatementEnded(new BankStatement(
            page.Account!, terms.Currency, page.Number, opening.Fen, closing.Fen,
            opening.Day, closing.Day, page.Ties.Lines, held, ImmutableArray<BankLine>.Empty));
    }

    private string RequiredAccount(Field field) => page.Account ??= AccountName.Settle(null, terms, field.Line, "25");

    private (string Tag, int Line, DateOnly Day, long Fen) Balance(Field field)
    {
        if (BalanceShape().Match(field.Text.Trim()) is not { Success: true } match)
            throw RefusedException.Of(RefusalReason.FieldInvalid, field.Line, field.Tag, field.Text);
        string currency = match.Groups["currency"].Value;
        if (currency != terms.Currency)
            throw RefusedException.Of(RefusalReason.CurrencyOther, field.Line, field.Tag, currency, terms.Currency);
        DateOnly day = Mt940Line.Day(match.Groups["day"].Value, field.Line, field.Tag);
        string amount = match.Groups["amount"].Value;
        if (WrittenAmount.TryReadStandardFen(amount, ',', out long fen) is { } reason)
            throw RefusedException.Of(reason, field.Line, field.Tag, amount);
        return (field.Tag, field.Line, day, match.Groups["side"].Value == "C" ? fen : -fen);
    }

    /// <summary>
    /// The fields of all messages. A line that begins no field goes on with the one before; envelopes, end marks and blank lines part
    /// messages and say nothing.
    /// </summary>
    private static IEnumerable<Field> Fields(TextReader text)
    {
        string? tag = null;
        var content = new StringBuilder();
        int began = 0, line = 0;
        while (text.ReadLine() is { } row)
        {
            line++;
            row = row.TrimStart('\u0001', '\u0002').TrimEnd();
            bool isEnd = row.Length == 0 || MessageBorder().IsMatch(row);
            Match match = isEnd ? Match.Empty : FieldStart().Match(row);
            if (!isEnd && !match.Success)
            {
                if (tag is not null) content.Append('\n').Append(row);
                if (content.Length > LongestField) throw RefusedException.Of(RefusalReason.FieldInvalid, began, tag, content.ToString());
                continue;
            }
            if (tag is not null && !(row.Length == 0)) yield return new Field(tag, content.ToString(), began);
            if (row.Length == 0) continue;
            tag = match.Success ? match.Groups["tag"].Value : null;
            content.Clear().Append(match.Groups["text"].Value);
            began = line;
            if (row.StartsWith('{') && EnvelopeStart().Match(row) is { Success: true } envelope)
                (tag, _) = (envelope.Groups["tag"].Value, content.Append(envelope.Groups["text"].Value));
        }
        if (tag is not null) yield return new Field(tag, content.ToString(), began);
    }

    // The end mark of a message, or the blocks of its envelope.
    [GeneratedRegex("^(?:-[-\u0003}]*$|\\{[0-9]:)", RegexOptions.CultureInvariant)]
    private static partial Regex MessageBorder();

    [GeneratedRegex("^:(?<tag>[0-9]{2}[A-Z]?):(?<text>.*)$", RegexOptions.CultureInvariant)]
    private static partial Regex FieldStart();

    [GeneratedRegex("\\{4:\\s*:(?<tag>[0-9]{2}[A-Z]?):(?<text>.*)$", RegexOptions.CultureInvariant)]
    private static partial Regex EnvelopeStart();

    [GeneratedRegex("^(?<side>[CD])(?<day>[0-9]{6})(?<currency>[A-Z]{3})(?<amount>[0-9]{1,15},[0-9]*)$", RegexOptions.CultureInvariant)]
    private static partial Regex BalanceShape();

    private readonly record struct Field(string Tag, string Text, int Line);

    /// <summary>A message while it is read.</summary>
    private sealed class Page(bool mayBeNegative)
    {
        public TieOut Ties { get; } = new(mayBeNegative);

        /// <summary>Where the message begins; 0 before its first field.</summary>
        public int Line { get; set; }

        public string? Account { get; set; }

        public string? Number { get; set; }

        public (string Tag, int Line, DateOnly Day, long Fen)? Opening { get; set; }

        public (string Tag, int Line, DateOnly Day, long Fen)? Closing { get; set; }

        /// <summary>The last line, whose text may follow.</summary>
        public BankLine? Pending { get; set; }

        public void AddText(string text) => Pending = Pending is null ? null : Mt940Text.AddTo(Pending, text);

        public BankLine? Flush()
        {
            BankLine? line = Pending;
            Pending = null;
            if (line is not null) Ties.Add(line, null, null);
            return line;
        }
    }
}
