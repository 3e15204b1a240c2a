using System.CommandLine;
using TimeBank.V1;
using Client = TimeBank.V1.ServiceOrderService.ServiceOrderServiceClient;

namespace TimeBank.Cli;

/// <summary>Service orders, from the request to the confirmed hours.</summary>
internal static class OrderCommands
{
    /// <summary>The contract's rule: an order not confirmed this many days after its planned end is cancelled.</summary>
    private const int DaysToConfirm = 14;

    public static IEnumerable<Command> Of(CommandFactory make) =>
    [
        make.Group("order", "服务单：预约、接单、签到、签退、确认、争议、取消、评价、撤回、补记、核对",
            "service orders, from the request to the confirmed hours",
            [Show(make), List(make), Request(make), Accept(make),
            ByVolunteer(make, "check-in", "志愿者签到", "the service begins", (client, session, order, place) =>
            client.CheckInAsync(new CheckInRequest { RequestId = session.RequestId(), OnBehalfOf = session.BehalfOf(order.Volunteer),
            Order = order.Name, Place = place }).ResponseAsync),
            ByVolunteer(make, "check-out", "志愿者签退", "the service ends", (client, session, order, place) =>
            client.CheckOutAsync(new CheckOutRequest { RequestId = session.RequestId(), OnBehalfOf = session.BehalfOf(order.Volunteer),
            Order = order.Name, Place = place }).ResponseAsync),
            Confirm(make), Dispute(make), Resolve(make), Cancel(make), Rate(make), Undo(make),
            .. OrderEvidenceCommands.Of(make)]),
    ];

    private static Command Show(CommandFactory make)
    {
        Argument<string> order = Order(make);
        return make.Command("show", "一个服务单", "one order", [order], async (session, parsed) =>
            Show(session, await FindAsync(session, parsed.GetValue(order)!)));
    }

    private static Command List(CommandFactory make)
    {
        Option<string> recipient = make.Option("--recipient", "只看服务对象，如 elders/ID", "only this recipient's, such as elders/ID"),
            volunteer = make.Option("--volunteer", "只看这位志愿者的", "only this volunteer's"),
            state = make.Option("--state", "状态，如 requested", "the state, such as requested");
        var period = new PeriodOptions(make);
        return make.Command("list", "服务单列表，最近的在前", "orders, latest first",
            [recipient, volunteer, state, .. period.All, make.Limit, make.All],
            async (session, parsed) =>
        {
            var client = new Client(await session.AsAsync(Role.Auditor, session.Settings.Region));
            var request = new ListOrdersRequest
            {
                Parent = session.Region,
                Recipient = parsed.GetValue(recipient) is { } who ? Person(session, who) : "",
                Volunteer = parsed.GetValue(volunteer) is { } by ? session.Name("volunteers", by) : "",
                State = EnumText.ParseOrDefault<OrderState>(parsed.GetValue(state)),
                Period = period.ReadOptional(parsed),
            };
            ListOrdersResponse list = await make.PagingOf(parsed).AllAsync(request, page => client.ListOrdersAsync(page).ResponseAsync);
            Language language = make.Language;
            session.Screen.Show(list, () =>
            {
                session.Screen.Table(
                    "",
                    [new(language["服务单", "order"]), new(language["约定时间", "planned"]), new(language["项目", "item"]),
                        new(language["状态", "state"]), new(language["预约", "length"], true), new(language["入账", "credited"], true),
                        new(language["服务对象", "recipient"]), new(language["志愿者", "volunteer"])],
                    list.Orders.Select(order => (IReadOnlyList<string>)[
                        ResourceNames.Short(order.Name), TimeText.Of(order.PlannedStartTime), order.Item,
                            EnumText.Of(order.State, language), AmountText.Of(order.Planned, language),
                        AmountText.Of(order.Credited, language), ResourceNames.Short(order.Recipient),
                        ResourceNames.Short(order.Volunteer)]));
                session.Screen.Unreadable(list.Unreadable);
                session.Screen.More(list.NextPageToken);
            });
        });
    }

    private static Command Request(CommandFactory make)
    {
        Argument<string> recipient = make.Argument("recipient", "服务对象：elders/ID 或 volunteers/ID",
            "who is to be served: elders/ID or volunteers/ID");
        Option<string> item = make.Option("--item", "服务清单编号", "the catalogue item's id", required: true),
            start = make.Option("--start", "开始时间，如 \"2026-10-05 09:00\"", "when it begins, such as \"2026-10-05 09:00\"", required: true),
            length = make.Option("--length", "时长，如 1h30m", "how long, such as 1h30m", required: true);
        return make.Command("request", "预约服务", "ask for a service", [recipient, item, start, length, make.DryRun],
            async (session, parsed) =>
        {
            string name = Person(session, parsed.GetValue(recipient)!);
            var client = new Client(await session.AsAsync(RoleOf(name), name, name));
            bool dry = make.IsDryRun(parsed);
            ServiceOrder made = await client.RequestServiceAsync(new RequestServiceRequest
            {
                RequestId = session.RequestId(), ValidateOnly = dry,
                OnBehalfOf = session.BehalfOf(name),
                Recipient = name,
                Item = parsed.GetValue(item)!,
                PlannedStartTime = TimeText.ParseTime(parsed.GetValue(start)!),
                Planned = AmountText.ParseMinutes(parsed.GetValue(length)!),
            });
            // An order's name follows from its request id: without an id the next run would make another order.
            if (dry && session.Settings.RequestId is null) made.Name = "";
            Show(session, made);
        });
    }

    private static Command Accept(CommandFactory make)
    {
        Argument<string> order = Order(make), volunteer = make.Argument("volunteer", "志愿者", "who will serve");
        return make.Command("accept", "志愿者接单", "a volunteer takes an order", [order, volunteer, make.DryRun], async (session, parsed) =>
        {
            string name = session.Name("orders", parsed.GetValue(order)!), by = session.Name("volunteers", parsed.GetValue(volunteer)!);
            var client = new Client(await session.AsAsync(Role.Volunteer, by, by));
            Show(session,
                await client.AcceptOrderAsync(
                new AcceptOrderRequest
                {
                    RequestId = session.RequestId(), ValidateOnly = make.IsDryRun(parsed),
                    OnBehalfOf = session.BehalfOf(by), Order = name, Volunteer = by
                }));
        });
    }

    private static Command ByVolunteer(CommandFactory make, string word, string chinese, string english, Func<Client, Session, ServiceOrder,
        Place?, Task<ServiceOrder>> act)
    {
        Argument<string> order = Order(make);
        var at = new PlaceOptions(make);
        return make.Command(word, chinese, english, [order, .. at.All], async (session, parsed) =>
        {
            Place? place = at.Read(parsed);
            ServiceOrder found = await FindAsync(session, parsed.GetValue(order)!);
            Show(session, await act(new Client(await session.AsAsync(Role.Volunteer, found.Name, found.Volunteer)), session, found, place));
        });
    }

    private static Command Confirm(CommandFactory make)
    {
        Argument<string> order = Order(make);
        return make.Command("confirm", "服务对象确认", "the recipient confirms", [order, make.DryRun], async (session, parsed) =>
        {
            (ServiceOrder found, Client client) = await AsRecipientAsync(session, parsed.GetValue(order)!);
            Show(session,
                await client.ConfirmOrderAsync(
                new ConfirmOrderRequest
                {
                    RequestId = session.RequestId(), ValidateOnly = make.IsDryRun(parsed),
                    OnBehalfOf = session.BehalfOf(found.Recipient), Order = found.Name
                }));
        });
    }

    private static Command Dispute(CommandFactory make)
    {
        Argument<string> order = Order(make);
        Option<string> note = make.Option("--note", "有什么不对", "what is wrong", required: true);
        return make.Command("dispute", "提出争议", "say that it was not so", [order, note], async (session, parsed) =>
        {
            (ServiceOrder found, Client client) = await AsRecipientAsync(session, parsed.GetValue(order)!);
            Show(session,
                await client.DisputeOrderAsync(
                new DisputeOrderRequest
                {
                    RequestId = session.RequestId(), OnBehalfOf = session.BehalfOf(found.Recipient),
                    Order = found.Name, Note = parsed.GetValue(note)!
                }));
        });
    }

    private static Command Resolve(CommandFactory make)
    {
        Argument<string> order = Order(make);
        Option<string> outcome = make.Option("--outcome", "settled 或 cancelled", "settled or cancelled", required: true),
            amount = make.Option("--amount", "判定的时长", "what moves, such as 45m"), note = make.Option("--note", "理由", "why", required: true);
        return make.Command("resolve", "处理争议", "end a dispute", [order, outcome, amount, note, make.DryRun], async (session, parsed) =>
        {
            string name = session.Name("orders", parsed.GetValue(order)!);
            var client = new Client(await session.AsAsync(Role.FinanceChecker, name));
            Show(session, await client.ResolveDisputeAsync(new ResolveDisputeRequest
            {
                RequestId = session.RequestId(), ValidateOnly = make.IsDryRun(parsed),
                Order = name,
                Outcome = EnumText.Parse<DisputeOutcome>(parsed.GetValue(outcome)!),
                Amount = parsed.GetValue(amount) is { } minutes ? AmountText.ParseMinutes(minutes) : null,
                Note = parsed.GetValue(note)!,
            }));
        });
    }

    private static Command Cancel(CommandFactory make)
    {
        Argument<string> order = Order(make);
        Option<string> note = make.Option("--note", "原因", "why");
        return make.Command("cancel", "取消服务单", "call an order off", [order, note, make.DryRun], async (session, parsed) =>
        {
            (ServiceOrder found, Client client) = await AsRecipientAsync(session, parsed.GetValue(order)!);
            Show(session,
                await client.CancelOrderAsync(
                new CancelOrderRequest
                {
                    RequestId = session.RequestId(), ValidateOnly = make.IsDryRun(parsed),
                    OnBehalfOf = session.BehalfOf(found.Recipient), Order = found.Name, Note = parsed.GetValue(note) ?? ""
                }));
        });
    }

    private static Command Rate(CommandFactory make)
    {
        Argument<string> order = Order(make);
        Option<int> stars = new("--stars") { Description = make.Language["1 到 5 星", "1 to 5"], Required = true };
        Option<string> comment = make.Option("--comment", "评语", "in words");
        return make.Command("rate", "评价服务", "rate a confirmed service", [order, stars, comment], async (session, parsed) =>
        {
            (ServiceOrder found, Client client) = await AsRecipientAsync(session, parsed.GetValue(order)!);
            Show(session,
                await client.RateOrderAsync(
                new RateOrderRequest
                {
                    RequestId = session.RequestId(), OnBehalfOf = session.BehalfOf(found.Recipient), Order = found.Name,
                    Stars = parsed.GetValue(stars), Comment = parsed.GetValue(comment) ?? ""
                }));
        });
    }

    private static Command Undo(CommandFactory make)
    {
        Argument<string> order = Order(make);
        Option<string> step = make.Option("--step", "只撤回这一步，如 check-in", "only if this is the last step, such as check-in"),
            by = make.Option("--by", "由谁撤回：recipient 或 volunteer（默认：做这一步的人）",
                "who takes it back: recipient or volunteer (who took the step, unless given)");
        return make.Command("undo", "撤回几分钟前的最后一步", "take back the last step, of a few minutes ago",
            [order, step, by, make.DryRun], async (session, parsed) =>
        {
            ServiceOrder found = await FindAsync(session, parsed.GetValue(order)!);
            string party = parsed.GetValue(by) switch
            {
                null => found.Undo?.Party ?? found.Recipient,
                "recipient" => found.Recipient,
                "volunteer" when found.Volunteer.Length > 0 => found.Volunteer,
                var other => throw new UsageException($"“{other}”不是这个服务单的一方。", $"{other} is no side of this order."),
            };
            var client = new Client(await session.AsAsync(RoleOf(party), found.Name, party));
            Show(session, await client.UndoOrderStepAsync(new UndoOrderStepRequest
            {
                RequestId = session.RequestId(), ValidateOnly = make.IsDryRun(parsed), OnBehalfOf = session.BehalfOf(party),
                Order = found.Name, Step = EnumText.ParseOrDefault<ServiceStep>(parsed.GetValue(step)),
            }));
        });
    }

    internal static Argument<string> Order(CommandFactory make) => make.Argument("order", "服务单", "the order");

    internal static string Person(Session session, string text) =>
        session.Name(text.Contains('/', StringComparison.Ordinal) ? text.Split('/')[0] : "elders", text);

    internal static Role RoleOf(string person) => ResourceNames.CollectionOf(person) == "volunteers" ? Role.Volunteer : Role.Elder;

    internal static async Task<ServiceOrder> FindAsync(Session session, string order)
    {
        string name = session.Name("orders", order);
        return await new Client(await session.AsAsync(Role.Auditor, name)).GetOrderAsync(new GetOrderRequest { Name = name });
    }

    private static async Task<(ServiceOrder Order, Client Client)> AsRecipientAsync(Session session, string order)
    {
        ServiceOrder found = await FindAsync(session, order);
        return (found, new Client(await session.AsAsync(RoleOf(found.Recipient), found.Name, found.Recipient)));
    }

    internal static void Show(Session session, ServiceOrder order) => session.Screen.Show(order, () =>
    {
        Language language = session.Language;
        session.Screen.Facts(
            ResourceNames.Short(order.Name),
            (language["状态", "state"], EnumText.Of(order.State, language)),
            (language["服务对象", "recipient"], ResourceNames.Short(order.Recipient)),
            (language["志愿者", "volunteer"], ResourceNames.Short(order.Volunteer)),
            (language["项目", "item"], order.Item),
            (language["约定时间", "planned"], TimeText.Of(order.PlannedStartTime)),
            (language["预约时长", "length"], AmountText.Of(order.Planned, language)),
            (language["签到", "checked in"], TimeText.Of(order.CheckInTime)),
            (language["签退", "checked out"], TimeText.Of(order.CheckOutTime)),
            (language["服务时长", "served"], AmountText.Of(order.Served, language)),
            (language["记录依据", "evidence"], OrderEvidenceCommands.Evidence(order, language)),
            (language["核对", "reviewed"], order.Review is { } review ? $"{EnumText.Of(review.Outcome, language)} {review.Note}" : ""),
            (language["未到", "did not come"], order.Absent == OrderSide.Unspecified ? "" : EnumText.Of(order.Absent, language)),
            (language["入账", "credited"], AmountText.Of(order.Credited, language)),
            (language["争议", "dispute"], order.Dispute?.Note ?? ""),
            (language["处理", "resolved"], order.Dispute?.ResolveNote ?? ""),
            (language["取消原因", "cancelled because"], CancelledBecause(order, language)),
            (language["评价", "rating"], order.Rating is { } rating ? $"{rating.Stars}/5 {rating.Comment}" : ""),
            (language["可撤回", "can be taken back"], order.Undo is { } undo ? Undoable(undo, language) : ""));
    });

    /// <summary>The last step of an order, while it can be taken back: which, until when, and by whom.</summary>
    internal static string Undoable(UndoableStep undo, Language language)
    {
        string step = EnumText.Of(undo.Step, language), until = TimeText.Of(undo.Until), by = ResourceNames.Short(undo.Party);
        return language[$"{step}，{until} 以前，由 {by}", $"the {step}, until {until}, by {by}"];
    }

    /// <summary>Why an order was cancelled: the words of the person, or that its time passed; empty if no words were given.</summary>
    internal static string CancelledBecause(ServiceOrder order, Language language)
    {
        if (order.Absent != OrderSide.Unspecified || order.Review is not null) return "";
        if (order.CancelNote.Length > 0 || order.State != OrderState.Cancelled || order.Dispute is not null) return order.CancelNote;
        DateTimeOffset plannedEnd = order.PlannedStartTime.ToDateTimeOffset().AddMinutes(order.Planned.Value),
            ended = order.EndTime.ToDateTimeOffset();
        return order.Volunteer.Length == 0 && ended >= plannedEnd ? language["到约定时间仍无人接单", "nobody accepted it in time"]
            : order.Volunteer.Length > 0 && ended >= plannedEnd.AddDays(DaysToConfirm)
            ? language["逾期未确认", "nobody confirmed it in time"]
            : "";
    }
}
