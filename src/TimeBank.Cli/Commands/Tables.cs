using TimeBank.V1;

namespace TimeBank.Cli;

/// <summary>Tables that several commands show.</summary>
internal static class Tables
{
    /// <summary>Shows an account's postings of a period with the opening and closing balance.</summary>
    /// <param name="atEnds">How many of the first and of the last postings to show; null: all.</param>
    public static void Statement(this Screen screen, Statement statement, string title, int? atEnds = null)
    {
        Language language = screen.Language;
        IReadOnlyList<Posting> postings = statement.Postings;
        int? hidden = atEnds is { } ends && postings.Count > 2 * ends ? postings.Count - 2 * ends : null;
        List<IReadOnlyList<string>> rows =
            [["", "", language["期初", "opening"], "", "", "", AmountText.Of(statement.Opening, language), "", ""]];
        for (int i = 0; i < postings.Count; i++)
        {
            if (hidden is { } count && i == atEnds)
            {
                rows.Add(["…", "", language[$"另有 {count} 笔", $"{count} more"], "", "", "", "", "", ""]);
                i += count;
            }
            rows.Add(Row(postings[i], language));
        }
        // The closing balance is the whole period's. It does not follow from the last row shown.
        if (statement.NextPageToken.Length > 0) rows.Add(["…", "", language["其余未列出", "more, not shown"], "", "", "", "", "", ""]);
        rows.Add(["", "", language["期末", "closing"], "", AmountText.Of(statement.TotalDebits, language),
            AmountText.Of(statement.TotalCredits, language), AmountText.Of(statement.Closing, language), "", ""]);
        screen.Table(title, PostingColumns(language), rows);
        screen.AsOf(statement.EntryCount);
        screen.More(statement.NextPageToken);
    }

    /// <summary>Says which moment the figures above show.</summary>
    public static void AsOf(this Screen screen, long entries) =>
        screen.Line(screen.Language[$"截至第 {entries} 笔分录。", $"As of {entries} entries."]);

    public static void Postings(this Screen screen, string title, IEnumerable<Posting> postings, string nextPageToken)
    {
        screen.Table(title, PostingColumns(screen.Language), postings.Select(posting => Row(posting, screen.Language)));
        screen.More(nextPageToken);
    }

    public static void Hours(this Screen screen, Hours hours)
    {
        Language language = screen.Language;
        screen.Facts(
            ResourceNames.Short(hours.Person),
            (language["可用", "available"], AmountText.Of(hours.Available, language)),
            (language["服务所得", "earned"], AmountText.Of(hours.Earned, language)),
            (language["受赠", "gifted"], AmountText.Of(hours.Gifted, language)),
            (language["政府发放", "issued"], AmountText.Of(hours.Issued, language)),
            (language["已预留", "held"], AmountText.Of(hours.Held, language)),
            (language["在途", "on its way"], hours.OnTheirWay is { Value: > 0 } left ? AmountText.Of(left, language) : ""),
            (language["累计服务", "lifetime"], AmountText.Of(hours.Lifetime, language)),
            (language["存储上限", "cap"], AmountText.Of(hours.Cap, language)));
    }

    public static void Run(this Screen screen, RunProgress progress, string title)
    {
        Language language = screen.Language;
        RunSummary summary = progress.Summary ?? new RunSummary();
        screen.Facts(title, [
            (language["查看", "looked at"], $"{summary.Total}"),
            (language["办理", "changed"], $"{summary.Changed}"),
            (language["未办", "left out"], $"{summary.Skipped}"),
            .. summary.Amounts.Select(amount => (language["数额", "amount"], AmountText.Of(amount, language))),
            .. summary.SkippedByReason.Select(skipped => (skipped.Reason, $"{skipped.Count}")),
        ]);
    }

    /// <summary>The lines of a file that can't be recorded, and why.</summary>
    public static void Refused(this Screen screen, IReadOnlyCollection<ImportRefusal> refused)
    {
        if (refused.Count == 0) return;
        Language language = screen.Language;
        screen.Table(
            language["不能记的行", "refused lines"],
            [new(language["行", "line"], true), new("id"), new(language["栏", "field"]), new(language["规则", "rule"]),
                new(language["说明", "why"])],
            refused.OrderBy(line => line.Number).Select(line => (IReadOnlyList<string>)[$"{line.Number}", line.Key, line.Field, line.Reason,
                line.Texts.GetValueOrDefault(language.Locale, "")]));
    }

    /// <summary>What became of a file's lines: how many are recorded, or would be, were known, and were refused, and why.</summary>
    public static void Imported(this Screen screen, long recorded, long known, IReadOnlyCollection<ImportRefusal> refused, bool dry)
    {
        Language language = screen.Language;
        screen.Refused(refused);
        string done = dry
            ? language[$"可记入 {recorded} 行", $"{recorded} lines would be recorded"]
            : language[$"记入 {recorded} 行", $"{recorded} lines recorded"];
        screen.Line(language[$"{done}，此前已有 {known} 行，不能记 {refused.Count} 行。",
            $"{done}, {known} known before, {refused.Count} refused."]);
    }

    /// <summary>Names the entry that was written; nothing for a dry run.</summary>
    public static void Entry(this Screen screen, string entry)
    {
        if (entry.Length > 0) screen.Line(screen.Language[$"分录：{ResourceNames.Short(entry)}", $"Entry: {ResourceNames.Short(entry)}"]);
    }

    /// <summary>Says on which day an entry counts that came too late for its own; nothing for any other.</summary>
    public static void Late(this Screen screen, Date? lateFor, Date? effective)
    {
        if (lateFor is null) return;
        string day = TimeText.Of(lateFor), counts = TimeText.Of(effective);
        screen.Line(screen.Language[
            $"记入 {counts}：{day} 所在的 {day[..7]} 账期已结账。", $"Dated {counts} instead of {day}: the books of {day[..7]} are closed."]);
    }

    /// <summary>Says that a list has more than was asked for.</summary>
    public static void More(this Screen screen, string nextPageToken)
    {
        if (nextPageToken.Length > 0) screen.Line(screen.Language["还有更多；用 --all 全部显示。", "There are more; --all shows all of them."]);
    }

    /// <summary>Names what a list leaves out because its stored state is damaged.</summary>
    public static void Unreadable(this Screen screen, IReadOnlyCollection<string> names)
    {
        if (names.Count == 0) return;
        string all = string.Join(' ', names.Select(ResourceNames.Short));
        screen.Line(screen.Language[
            $"以下各项存储的内容已损坏，未列出：{all}。请联系系统管理员。",
            $"Left out, since what is stored of them is damaged: {all}. Please tell the operator."]);
    }

    private static Column[] PostingColumns(Language language) =>
    [
        new(language["时间", "time"]), new(language["记入日期", "effective"]), new(language["事项", "what"]),
            new(language["分录", "entry"], IsAmount: true), new(language["借", "debit"], IsAmount: true),
        new(language["贷", "credit"], IsAmount: true), new(language["余额", "balance"], IsAmount: true),
            new(language["对方账户", "other account"]), new(language["备注", "memo"]),
    ];

    private static IReadOnlyList<string> Row(Posting posting, Language language)
    {
        string amount = AmountText.Of(posting.Amount, language);
        string what = Labels.Of(posting.Code, language) ?? posting.Code;
        if (posting.Kind == PostingKind.Held) what += language["（预留）", " (held)"];
        if (posting.Kind == PostingKind.Released) what += language["（解除）", " (released)"];
        return
        [
            TimeText.Of(posting.Time), TimeText.Of(posting.EffectiveDate), what, $"{posting.EntryIndex}", posting.Side == Side.Debit
                ? amount : "", posting.Side == Side.Credit ? amount : "",
            AmountText.Of(posting.BalanceAfter, language), ResourceNames.Short(posting.CounterAccount), posting.Memo,
        ];
    }
}
