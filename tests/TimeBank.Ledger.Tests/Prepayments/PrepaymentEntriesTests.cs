using Xunit;

namespace TimeBank.Ledger.Tests;

public sealed class PrepaymentEntriesTests
{
    private static readonly OpaqueId Agreement = OpaqueId.Parse("A00000000001"), Other = OpaqueId.Parse("P00000000002");

    private static readonly Custody Custody =
        new(Agreement, Given.Provider, Given.Elder, new DateOnly(2026, 11, 1), new DateOnly(2027, 1, 31));

    [Fact]
    public void Money_goes_from_the_bank_into_custody_to_the_provider_and_back_to_the_bank()
    {
        var book = new Book();
        string fees = $"custody/{Agreement}/fees", deposit = $"custody/{Agreement}/deposit", refund = $"custody/{Agreement}/refund";

        JournalEntry paid = book.Accept(
            PrepaymentEntries.Receive(Given.Header("a"), Given.Bank, Custody, new Fen(900), new Fen(200)));
        JournalEntry drawn = book.Accept(PrepaymentEntries.Draw(Given.Header("b"), Custody, new Fen(300)));
        JournalEntry ended = book.Accept(PrepaymentEntries.End(Given.Header("c"), Custody, new Fen(500), new Fen(200)));
        JournalEntry back = book.Accept(PrepaymentEntries.PayRefund(Given.Header("d"), Custody, Given.Bank, new Fen(700)));

        Assert.Equal((EntryCode.ReceivePrepayment, EntryCode.DrawPrepayment, EntryCode.EndPrepayment, EntryCode.RefundPrepayment),
            (paid.Code, drawn.Code, ended.Code, back.Code));
        Assert.Equal($"bank/icbc>{fees} CNY 1100/0/0\n{fees}>{deposit} CNY 200/0/0", Given.Moved(book, paid));
        Assert.Equal($"{fees}>provider/{Given.Provider}/prepaid CNY 300/0/0", Given.Moved(book, drawn));
        Assert.Equal($"{fees}>{refund} CNY 500/0/0\n{deposit}>{refund} CNY 200/0/0", Given.Moved(book, ended));
        Assert.Equal($"{refund}>bank/icbc CNY 700/0/0", Given.Moved(book, back));
        Assert.Equal((100, 0, 0), (book.Counters(fees).DebitRoom, book.Counters(deposit).DebitRoom, book.Counters(refund).DebitRoom));
        Assert.Equal("custody/*/fees", Chart.ClassOf(AccountPath.Parse(fees)));
    }

    /// <summary>The ledger itself refuses what a wrong rule would let through: fees never eat the deposit.</summary>
    [Fact]
    public void Nothing_leaves_custody_that_is_not_there()
    {
        var book = new Book();
        book.Accept(PrepaymentEntries.Receive(Given.Header("a"), Given.Bank, Custody, new Fen(900), new Fen(200)));

        Assert.Equal(Reason.InsufficientBalance,
            book.Submit(PrepaymentEntries.Draw(Given.Header("b"), Custody, new Fen(901))).Refusal?.Reason);
        Assert.Equal(Reason.InsufficientBalance,
            book.Submit(PrepaymentEntries.End(Given.Header("c"), Custody, Fen.Zero, new Fen(201))).Refusal?.Reason);
        Assert.Equal(Reason.InsufficientBalance,
            book.Submit(PrepaymentEntries.PayRefund(Given.Header("d"), Custody, Given.Bank, new Fen(1))).Refusal?.Reason);
    }

    /// <summary>What a provider has drawn is paid apart from what funds owe it; a payment that failed is owed as the same kind.</summary>
    [Fact]
    public void Draws_are_settled_on_accounts_of_their_own()
    {
        var book = new Book();
        string prepaid = $"provider/{Given.Provider}/prepaid", batch = $"settlement/{Agreement}/prepaid";
        book.Accept(PrepaymentEntries.Receive(Given.Header("a"), Given.Bank, Custody, new Fen(900), Fen.Zero));
        book.Accept(PrepaymentEntries.Draw(Given.Header("b"), Custody, new Fen(300)));
        var claim = new ProviderClaim(Given.Provider, new Fen(300), Fen.Zero, Fen.Zero);

        JournalEntry held = book.Accept(SettlementEntries.Prepare(Given.Header("c"), Agreement, [claim], PayableKind.Prepaid));
        book.Accept(SettlementEntries.Approve(Given.Header("d"), held.Id));
        JournalEntry rejected = book.Accept(
            SettlementEntries.Reject(Given.Header("e"), Agreement, Given.Provider, new Fen(100), PayableKind.Prepaid));
        JournalEntry paid = book.Accept(
            SettlementEntries.Pay(Given.Header("f"), Agreement, Given.Bank, new Fen(200), PayableKind.Prepaid));
        JournalEntry back = book.Accept(
            SettlementEntries.Return(Given.Header("g"), Given.Bank, Given.Provider, new Fen(200), PayableKind.Prepaid));

        Assert.Equal($"{prepaid}>{batch} CNY 0/300/0", Given.Moved(book, held));
        Assert.Equal($"{batch}>{prepaid} CNY 100/0/0", Given.Moved(book, rejected));
        Assert.Equal($"{batch}>bank/icbc CNY 200/0/0", Given.Moved(book, paid));
        Assert.Equal($"bank/icbc>{prepaid} CNY 200/0/0", Given.Moved(book, back));
        Assert.Equal("settlement/*/prepaid", Chart.ClassOf(AccountPath.Parse(batch)));
        Assert.Equal((true, true, false), (Chart.IsPrepaid(prepaid), Chart.IsPrepaid("settlement/*/prepaid"),
            Chart.IsPrepaid(Chart.ProviderPayable(Given.Provider).Path.Text)));
    }

    /// <summary>A mistake in what came in is reversed as a whole, in the other order.</summary>
    [Fact]
    public void A_receipt_with_a_deposit_can_be_reversed()
    {
        var book = new Book();
        JournalEntry paid = book.Accept(
            PrepaymentEntries.Receive(Given.Header("a"), Given.Bank, Custody, new Fen(900), new Fen(200)));

        book.Accept(Entries.Reverse(Given.Header("b"), paid.Id));

        Assert.Equal(0, book.Counters(Chart.Bank(Given.Bank)).CreditRoom);
    }

    [Fact]
    public void Sums_are_by_provider_with_refunds_apart_and_the_largest_first()
    {
        var book = new Book();
        Custody second = new(
            OpaqueId.Parse("A00000000002"), Given.Provider, Given.Elder, new DateOnly(2026, 9, 1), new DateOnly(2026, 9, 30)),
            third = new(OpaqueId.Parse("A00000000003"), Other, Given.Volunteer, new DateOnly(2026, 10, 1), new DateOnly(2026, 12, 31));
        book.Accept(PrepaymentEntries.Receive(Given.Header("a"), Given.Bank, Custody, new Fen(900), new Fen(200)));
        book.Accept(PrepaymentEntries.Receive(Given.Header("b"), Given.Bank, second, new Fen(50), Fen.Zero));
        book.Accept(PrepaymentEntries.Receive(Given.Header("c"), Given.Bank, third, new Fen(2_000), Fen.Zero));
        book.Accept(PrepaymentEntries.End(Given.Header("d"), third, new Fen(1_500), Fen.Zero));
        Account[] accounts = [.. new[] { Custody, second, third }
            .SelectMany(one => new[] { CustodyPart.Fees, CustodyPart.Deposit, CustodyPart.Refund }
                .Select(part => one.Account(part).Path.Text))
            .Select(path => book.Find(path)).OfType<Account>()
            .Where(account => account.Counters.CreditsPosted > account.Counters.DebitsPosted)];

        IReadOnlyList<ProviderCustody> sums = ProviderCustody.Of(accounts, new DateOnly(2026, 11, 15));

        Assert.Equal([
            new ProviderCustody(Given.Provider, 1_150, 0, 1, new DateOnly(2026, 9, 1), 1),
            new ProviderCustody(Other, 500, 1_500, 1, new DateOnly(2026, 10, 1), 0),
        ], sums);
        Assert.Equal([true, false], sums.Select(one => one.IsAbove(new PrepaymentPolicy(12, 12, new Fen(1_149)))));
        Assert.False(sums[0].IsAbove(new PrepaymentPolicy(12, 12, new Fen(1_150))));
    }

    /// <summary>Random plans, payments, draws and ends: what came in is drawn, waits to go back, or is still there, to the fen.</summary>
    [Fact]
    public void What_came_in_is_drawn_refunded_or_left_to_the_fen()
    {
        var random = new Random(2024_19);
        for (int round = 0; round < 500; round++)
        {
            var plan = new PrepaymentPlan(
                ServiceType.Meal, new Fen(random.Next(1, 50_000)), Fen.Zero, new DateOnly(2026, random.Next(1, 13), 1), random.Next(1, 13),
                new Fen(random.Next(0, 2) * random.Next(1, 9_000)));
            long fees = 0, deposit = 0, paidIn = 0, drawn = 0, earned = 0;
            int months = 0;
            DateOnly? ended = null;
            for (int step = 0; step < 30; step++)
            {
                DateOnly today = plan.First.AddDays(step * 15 - 10);
                long more = random.Next(1, 60_000), moreDeposit = Math.Min(random.Next(0, 3_000), plan.Deposit.Value - deposit);
                if (PrepaymentRule.PayIn(ended is null ? PrepaymentState.Agreed : PrepaymentState.Ended, plan, months,
                    (fees + drawn, deposit), (new Fen(more), new Fen(moreDeposit)), barred: null) is null)
                {
                    (fees, deposit, paidIn) = (fees + more, deposit + moreDeposit, paidIn + more + moreDeposit);
                }
                DateOnly through = new DateOnly(today.Year, today.Month, 1).AddDays(-1);
                while (PrepaymentRule.Next(plan, months, ended, died: null, new Fen(fees), through) is { Amount.Value: > 0 } draw)
                {
                    Assert.True(draw.Amount <= plan.Monthly && draw.Month.AddMonths(1).AddDays(-1) <= through);
                    (fees, drawn, months) = (fees - draw.Amount.Value, drawn + draw.Amount.Value, months + 1);
                }
                if (ended is not null || random.Next(12) > 0) continue;
                ended = today < plan.Last ? today : plan.Last;
                earned = drawn + (long)PrepaymentRule.Earned(plan, months, ended.Value);
                long back = PrepaymentRule.Back(plan, months, ended.Value, new Fen(fees)).Value;
                Assert.True(fees - back <= earned - drawn);
                (fees, paidIn, deposit) = (fees - back, paidIn - back - deposit, 0);
            }
            Assert.Equal(paidIn, drawn + fees + deposit);
            Assert.True(fees >= 0 && months <= plan.Months && drawn <= plan.Fees);
            if (ended is not null) Assert.True(drawn <= earned, $"round {round}");
        }
    }
}
