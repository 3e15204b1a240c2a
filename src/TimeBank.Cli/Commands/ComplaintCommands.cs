using System.CommandLine;
using TimeBank.V1;
using Client = TimeBank.V1.ComplaintService.ComplaintServiceClient;

namespace TimeBank.Cli;

/// <summary>Complaints about movements: filed by whose the movement is, answered and closed by staff.</summary>
internal static class ComplaintCommands
{
    private static readonly string[] Parties = ["elders", "volunteers", "providers"];

    public static Command Of(CommandFactory make) => make.Group(
        "complaint", "投诉：提出、答复、异议、结案、撤回、查询", "complaints about movements: file, answer, contest, close, withdraw, show, list",
        File(make), Answer(make), Contest(make), Close(make), Withdraw(make), Show(make), List(make));

    private static Command File(CommandFactory make)
    {
        Argument<string> subject = make.Argument(
            "subject", "投诉哪一笔：vouchers/…/redemptions/…、bills/…、orders/…、settlements/…/payments/… 或 entries/…",
            "what it is about: vouchers/…/redemptions/…, bills/…, orders/…, settlements/…/payments/… or entries/…");
        Option<string> by = By(make), words = make.Option("--words", "投诉内容", "what is wrong, in words", required: true),
            category = make.Option(
                "--category", "not-received、wrong-amount、quality、not-mine、double 或 other",
                "not-received, wrong-amount, quality, not-mine, double or other", required: true);
        return make.Command("file", "提出投诉；不写 --by 即以财政人员本人名义", "file a complaint; without --by as finance, in the own name",
            [subject, by, category, words, make.DryRun], async (session, parsed) =>
        {
            string about = Named(session, "entries", parsed.GetValue(subject)!), party = PartyOf(session, parsed.GetValue(by));
            var client = new Client(await session.AsAsync(RoleOf(party), about, party));
            Show(session, await client.FileComplaintAsync(new FileComplaintRequest
            {
                RequestId = session.RequestId(), ValidateOnly = make.IsDryRun(parsed), Parent = session.Region, Subject = about,
                Category = EnumText.Parse<ComplaintCategory>(parsed.GetValue(category)!), Words = parsed.GetValue(words)!,
                OnBehalfOf = session.BehalfOf(party),
            }));
        });
    }

    private static Command Answer(CommandFactory make)
    {
        Argument<string> complaint = Complaint(make);
        Option<string> words = make.Option("--words", "答复内容", "the answer, in words", required: true);
        return make.Command("answer", "答复投诉，或复核被异议的答复", "answer a complaint, or review an answer that was contested",
            [complaint, words, make.DryRun], async (session, parsed) =>
        {
            string name = session.Name("complaints", parsed.GetValue(complaint)!);
            var client = new Client(await session.AsAsync(Role.FinanceChecker, name));
            Show(session, await client.AnswerComplaintAsync(new AnswerComplaintRequest
            {
                RequestId = session.RequestId(), ValidateOnly = make.IsDryRun(parsed), Name = name, Words = parsed.GetValue(words)!,
            }));
        });
    }

    private static Command Contest(CommandFactory make)
    {
        Argument<string> complaint = Complaint(make);
        Option<string> by = By(make), words = make.Option("--words", "异议内容", "why the answer is wrong, in words", required: true);
        return make.Command("contest", "对答复提出异议，一次", "contest the answer, once", [complaint, by, words, make.DryRun],
            async (session, parsed) =>
        {
            string name = session.Name("complaints", parsed.GetValue(complaint)!), party = PartyOf(session, parsed.GetValue(by));
            var client = new Client(await session.AsAsync(RoleOf(party), name, party));
            Show(session, await client.ContestAnswerAsync(new ContestAnswerRequest
            {
                RequestId = session.RequestId(), ValidateOnly = make.IsDryRun(parsed), Name = name, Words = parsed.GetValue(words)!,
                OnBehalfOf = session.BehalfOf(party),
            }));
        });
    }

    private static Command Close(CommandFactory make)
    {
        Argument<string> complaint = Complaint(make);
        Option<string> entry = make.Option("--entry", "更正这一笔的分录", "the entry that corrected the movement"),
            reason = make.Option("--reason", "不更正的理由", "why nothing is corrected");
        return make.Command("close", "结案：凭更正分录，或说明理由", "close it: with the entry that corrected the movement, or with a reason",
            [complaint, entry, reason, make.DryRun], async (session, parsed) =>
        {
            string name = session.Name("complaints", parsed.GetValue(complaint)!);
            var client = new Client(await session.AsAsync(Role.FinanceChecker, name));
            Show(session, await client.CloseComplaintAsync(new CloseComplaintRequest
            {
                RequestId = session.RequestId(), ValidateOnly = make.IsDryRun(parsed), Name = name,
                Entry = parsed.GetValue(entry) is { Length: > 0 } by ? session.Name("entries", by) : "",
                Reason = parsed.GetValue(reason) ?? "",
            }));
        });
    }

    private static Command Withdraw(CommandFactory make)
    {
        Argument<string> complaint = Complaint(make);
        Option<string> by = By(make);
        return make.Command("withdraw", "撤回投诉", "withdraw a complaint, as who filed it", [complaint, by, make.DryRun],
            async (session, parsed) =>
        {
            string name = session.Name("complaints", parsed.GetValue(complaint)!), party = PartyOf(session, parsed.GetValue(by));
            var client = new Client(await session.AsAsync(RoleOf(party), name, party));
            Show(session, await client.WithdrawComplaintAsync(new WithdrawComplaintRequest
            {
                RequestId = session.RequestId(), ValidateOnly = make.IsDryRun(parsed), Name = name, OnBehalfOf = session.BehalfOf(party),
            }));
        });
    }

    private static Command Show(CommandFactory make)
    {
        Argument<string> complaint = Complaint(make);
        return make.Command("show", "一件投诉及其经过", "one complaint with its history", [complaint], async (session, parsed) =>
        {
            string name = session.Name("complaints", parsed.GetValue(complaint)!);
            Show(session, await new Client(await session.AsAsync(Role.Auditor, name)).GetComplaintAsync(
                new GetComplaintRequest { Name = name }));
        });
    }

    private static Command List(CommandFactory make)
    {
        Option<string> party = make.Option("--party", "只看其投诉，或对其这一笔的投诉", "of this elder, volunteer or provider, or about what is theirs"),
            subject = make.Option("--subject", "只看对这一笔的投诉", "about this"),
            state = make.Option("--state", "filed、answered、contested、reviewed、closed 或 withdrawn",
                "filed, answered, contested, reviewed, closed or withdrawn");
        var open = new Option<bool>("--open") { Description = make.Language["只看未结的", "open ones"] };
        var overdue = new Option<bool>("--overdue") { Description = make.Language["只看逾期的", "overdue ones"] };
        return make.Command("list", "投诉，逾期的在前", "complaints, overdue ones first",
            [party, subject, state, open, overdue, make.Limit, make.All], async (session, parsed) =>
        {
            var client = new Client(await session.AsAsync(Role.Auditor, session.Settings.Region));
            var request = new ListComplaintsRequest
            {
                Parent = session.Region, Party = PartyOf(session, parsed.GetValue(party)),
                Subject = parsed.GetValue(subject) is { Length: > 0 } about ? Named(session, "entries", about) : "",
                State = EnumText.ParseOrDefault<ComplaintState>(parsed.GetValue(state)),
                OnlyOpen = parsed.GetValue(open), OnlyOverdue = parsed.GetValue(overdue),
            };
            ListComplaintsResponse list = await make.PagingOf(parsed).AllAsync(
                request, page => client.ListComplaintsAsync(page).ResponseAsync);
            Language language = make.Language;
            session.Screen.Show(list, () =>
            {
                session.Screen.Table(
                    language[$"未结 {list.OpenCount}，逾期 {list.OverdueCount}", $"open {list.OpenCount}, overdue {list.OverdueCount}"],
                    [new(language["编号", "id"]), new(language["期限", "due"]), new(language["逾期", "overdue"]),
                        new(language["状态", "state"]), new(language["事由", "category"]), new(language["投诉人", "complainant"]),
                        new(language["对象", "about"])],
                    list.Complaints.Select(one => (IReadOnlyList<string>)[ResourceNames.Short(one.Name), DueOf(one, language),
                        one.Overdue ? language["逾期", "overdue"] : "", EnumText.Of(one.State, language),
                        EnumText.Of(one.Category, language), Complainant(one), About(one)]));
                session.Screen.Unreadable(list.Unreadable);
                session.Screen.More(list.NextPageToken);
            });
        });
    }

    private static Argument<string> Complaint(CommandFactory make) => make.Argument("complaint", "投诉编号", "the complaint");

    private static Option<string> By(CommandFactory make) =>
        make.Option("--by", "投诉人：elders/ID、volunteers/ID 或 providers/ID", "who complains: elders/ID, volunteers/ID or providers/ID");

    private static string PartyOf(Session session, string? text)
    {
        if (string.IsNullOrEmpty(text)) return "";
        string name = Named(session, "elders", text);
        return Parties.Any(party => name.Contains($"/{party}/", StringComparison.Ordinal)) ? name : throw new UsageException(
            "请写 elders/ID、volunteers/ID 或 providers/ID。", "Write elders/ID, volunteers/ID or providers/ID.");
    }

    /// <summary>A name in the collection that the text itself names, else in the usual one.</summary>
    private static string Named(Session session, string usual, string text) => session.Name(
        text.StartsWith("regions/", StringComparison.Ordinal) || !text.Contains('/') ? usual : text.Split('/')[0], text);

    private static Role RoleOf(string party) => party.Split('/') switch
    {
        [_, _, "elders", ..] => Role.Elder,
        [_, _, "volunteers", ..] => Role.Volunteer,
        [_, _, "providers", ..] => Role.ProviderClerk,
        _ => Role.FinanceMaker,
    };

    private static string Complainant(Complaint complaint) =>
        complaint.Complainant.Length > 0 ? complaint.Complainant.Split('/', 3)[2] : complaint.FiledBy;

    /// <summary>The day of the review once the answer was contested, else that of the answer.</summary>
    private static string DueOf(Complaint complaint, Language language) => DayOf(
        complaint.State == ComplaintState.Contested ? complaint.ReviewDueDate : complaint.ReviewDueDate ?? complaint.DueDate, language);

    private static string DayOf(Google.Type.Date? day, Language language) => day is not null ? TimeText.Of(day)
        : language["暂不能确定（节假日安排未录入）", "not known yet (no calendar)"];

    private static string About(Complaint complaint) => complaint.Subject.Split('/', 3)[2];

    private static void Show(Session session, Complaint complaint) => session.Screen.Show(complaint, () =>
    {
        Language language = session.Language;
        session.Screen.Facts(
            ResourceNames.Short(complaint.Name),
            (language["对象", "about"], About(complaint)),
            (language["事由", "category"], EnumText.Of(complaint.Category, language)),
            (language["状态", "state"], EnumText.Of(complaint.State, language)),
            (language["投诉人", "complainant"], Complainant(complaint)),
            (language["答复期限", "answer due"], DayOf(complaint.DueDate, language)),
            (language["可异议至", "contestable until"], complaint.State == ComplaintState.Answered
                ? DayOf(complaint.ContestUntil, language) : TimeText.Of(complaint.ContestUntil)),
            (language["复核期限", "review due"], complaint.State == ComplaintState.Contested
                ? DayOf(complaint.ReviewDueDate, language) : TimeText.Of(complaint.ReviewDueDate)),
            (language["逾期", "overdue"], complaint.Overdue ? language["是", "yes"] : ""),
            (language["结算中留出", "set aside from settlement"], ResourceNames.Short(complaint.SetAsideEntry)),
            (language["更正分录", "corrected by"], ResourceNames.Short(complaint.ClosingEntry)));
        session.Screen.Table(
            "", [new(language["时间", "time"]), new(language["经过", "what"]), new(language["经办", "by"]), new(language["为", "for"]),
                new(language["内容", "words"])],
            complaint.History.Select(one => (IReadOnlyList<string>)[TimeText.Of(one.Time), EnumText.Of(one.Step, language), one.By,
                one.Party.Length > 0 ? one.Party.Split('/', 3)[2] : "", one.Words]));
    });
}
