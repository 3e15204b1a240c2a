using System.Collections.Immutable;
using System.Text;
using TimeBank.Proofs;
using Xunit;

namespace TimeBank.Ledger.Tests;

/// <summary>Each format's exact text for a small journal.</summary>
public sealed class ExportFormatTests
{
    private static readonly OpaqueId Elder = OpaqueId.Parse("0000000000ED"), Volunteer = OpaqueId.Parse("V000000000VR");

    private static readonly HoursSpent Held = new(new Minutes(120), Minutes.Zero, Minutes.Zero);

    [Fact]
    public void Hledger_has_every_entry_once_and_ends_with_what_every_account_holds() => Assert.Equal(
        """
        ; TimeBank 430211: 4 entries from number 0. Debits are positive.

        commodity 1000.00 CNY
        commodity 1000. MIN
        commodity 1000. MEAL
        commodity 1000. BATH
        commodity 1000. CLEAN
        commodity 1000. DAY


        account bank:ccb
        account fund:lottery:available
        2026-10-01=2026-09-30 * (f1) a； b: "c" \ d
            ; index: 0
            ; time: 2026-10-01T08:00:00.000000+08:00
            ; effective: 2026-09-30
            ; code: RECEIVE_MONEY
            ; actor: CLERK
            ; policy: 430000/2026-01
            ; detail-from: x， index: 9
            bank:ccb  1234567.05 CNY
            fund:lottery:available  -1234567.05 CNY

        account hours:issued
        account person:0000000000ED:hours:issued
        2026-10-01 * (f2) ISSUE_HOURS
            ; index: 1
            ; time: 2026-10-01T08:00:00.000001+08:00
            ; effective: 2026-10-01
            ; code: ISSUE_HOURS
            ; actor: CLERK
            ; policy: 430000/2026-01
            hours:issued  240 MIN
            person:0000000000ED:hours:issued  -240 MIN

        account person:V000000000VR:hours:earned
        2026-10-01 * (f3) HOLD_SERVICE
            ; index: 2
            ; time: 2026-10-01T08:00:00.000002+08:00
            ; effective: 2026-10-01
            ; code: HOLD_SERVICE
            ; kind: Hold
            ; actor: CLERK
            ; policy: 430000/2026-01
            ; holds 120 MIN of person:0000000000ED:hours:issued for person:V000000000VR:hours:earned

        2026-10-01 * (f4) RENDER_SERVICE
            ; index: 3
            ; time: 2026-10-01T08:00:00.000003+08:00
            ; effective: 2026-10-01
            ; code: RENDER_SERVICE
            ; kind: PostHold
            ; hold: 2
            ; actor: CLERK
            ; policy: 430000/2026-01
            ; releases 120 MIN of person:0000000000ED:hours:issued for person:V000000000VR:hours:earned
            person:0000000000ED:hours:issued  90 MIN
            person:V000000000VR:hours:earned  -90 MIN

        2026-10-01 * closing balances
            bank:ccb  0.00 CNY = 1234567.05 CNY
            fund:lottery:available  0.00 CNY = -1234567.05 CNY
            hours:issued  0 MIN = 240 MIN
            person:0000000000ED:hours:issued  0 MIN = -150 MIN
            person:V000000000VR:hours:earned  0 MIN = -90 MIN

        """, Written(ExportFormat.Hledger(), 0));

    [Fact]
    public void Beancount_opens_accounts_as_they_are_found_and_states_balances_for_the_next_day() => Assert.Equal(
        """
        ; TimeBank 430211: 1 entries from number 3. Debits are positive.

        option "title" "TimeBank 430211"
        1970-01-01 commodity MIN
        1970-01-01 commodity CNY
        1970-01-01 commodity MEAL
        1970-01-01 commodity BATH
        1970-01-01 commodity CLEAN
        1970-01-01 commodity DAY
        2026-10-01 open Assets:Bank:Ccb CNY
          path: "bank/ccb"
        2026-10-01 open Liabilities:Fund:Lottery:Available CNY
          path: "fund/lottery/available"
        2026-10-01 open Equity:Hours:Issued MIN
          path: "hours/issued"
        2026-10-01 open Liabilities:Person:0000000000ED:Hours:Issued MIN
          path: "person/0000000000ED/hours/issued"
        2026-10-01 open Liabilities:Person:0-V000000000VR:Hours:Earned MIN
          path: "person/V000000000VR/hours/earned"

        2026-10-01 * "opening balances"
          Assets:Bank:Ccb  1234567.05 CNY
          Liabilities:Fund:Lottery:Available  -1234567.05 CNY
          Equity:Hours:Issued  240 MIN
          Liabilities:Person:0000000000ED:Hours:Issued  -240 MIN
          Liabilities:Person:0-V000000000VR:Hours:Earned  0 MIN

        2026-10-01 * "RENDER_SERVICE" ""
          id: "f4"
          index: "3"
          time: "2026-10-01T08:00:00.000003+08:00"
          effective: 2026-10-01
          code: "RENDER_SERVICE"
          kind: "PostHold"
          hold: "2"
          actor: "CLERK"
          policy: "430000/2026-01"
          ; releases 120 MIN of person/0000000000ED/hours/issued for person/V000000000VR/hours/earned
          Liabilities:Person:0000000000ED:Hours:Issued  90 MIN
          Liabilities:Person:0-V000000000VR:Hours:Earned  -90 MIN

        2026-10-02 balance Assets:Bank:Ccb  1234567.05 ~ 0 CNY
        2026-10-02 balance Liabilities:Fund:Lottery:Available  -1234567.05 ~ 0 CNY
        2026-10-02 balance Equity:Hours:Issued  240 ~ 0 MIN
        2026-10-02 balance Liabilities:Person:0000000000ED:Hours:Issued  -150 ~ 0 MIN
        2026-10-02 balance Liabilities:Person:0-V000000000VR:Hours:Earned  -90 ~ 0 MIN

        """, Written(ExportFormat.Beancount(), 3));

    [Fact]
    public void Beancount_quotes_what_people_wrote() =>
        Assert.Contains("\n2026-10-01 * \"RECEIVE_MONEY\" \"a; b: \\\"c\\\" \\\\ d\"\n", Written(ExportFormat.Beancount(), 0),
            StringComparison.Ordinal);

    [Fact]
    public void Csv_has_a_row_for_each_posting_with_the_balance_after_it() => Assert.Equal(
        """
        time,effective_date,index,position,entry_id,code,kind,reverses,account,side,unit,amount,balance_after,balance_side,counter_account,actor,on_behalf_of,policy_version,memo,details
        2026-10-01T08:00:00.000000+08:00,2026-09-30,0,0,f1,RECEIVE_MONEY,Post,,bank/ccb,DEBIT,CNY,123456705,123456705,DEBIT,fund/lottery/available,CLERK,,430000/2026-01,"a; b: ""c"" \ d","from=x, index: 9"
        2026-10-01T08:00:00.000000+08:00,2026-09-30,0,0,f1,RECEIVE_MONEY,Post,,fund/lottery/available,CREDIT,CNY,123456705,123456705,CREDIT,bank/ccb,CLERK,,430000/2026-01,"a; b: ""c"" \ d","from=x, index: 9"
        2026-10-01T08:00:00.000001+08:00,2026-10-01,1,0,f2,ISSUE_HOURS,Post,,hours/issued,DEBIT,MIN,240,240,DEBIT,person/0000000000ED/hours/issued,CLERK,,430000/2026-01,,
        2026-10-01T08:00:00.000001+08:00,2026-10-01,1,0,f2,ISSUE_HOURS,Post,,person/0000000000ED/hours/issued,CREDIT,MIN,240,240,CREDIT,hours/issued,CLERK,,430000/2026-01,,
        2026-10-01T08:00:00.000003+08:00,2026-10-01,3,0,f4,RENDER_SERVICE,PostHold,,person/0000000000ED/hours/issued,DEBIT,MIN,90,150,CREDIT,person/V000000000VR/hours/earned,CLERK,,430000/2026-01,,
        2026-10-01T08:00:00.000003+08:00,2026-10-01,3,0,f4,RENDER_SERVICE,PostHold,,person/V000000000VR/hours/earned,CREDIT,MIN,90,90,CREDIT,person/0000000000ED/hours/issued,CLERK,,430000/2026-01,,

        """.ReplaceLineEndings("\r\n"), Written(ExportFormat.Csv(), 0));

    /// <summary>The export from an entry on, with the entries' ids shortened to f1, f2 and so on.</summary>
    private static string Written(ExportFormat format, int first)
    {
        var book = new Book();
        var details = EntryHeader.NoDetails.Add("from", "x, index: 9");
        book.Accept(
            MoneyEntries.Receive(Header(1) with
            {
                EffectiveDate = new DateOnly(2026, 9, 30),
                Memo = "a; b: \"c\" \\ d",
                Details = details
            }, Slug.Parse("ccb"), Slug.Parse("lottery"), new Fen(123_456_705)));
        book.Accept(HourEntries.Issue(Header(2), Elder, new Minutes(240)));
        book.Accept(HourEntries.HoldService(Header(3), Elder, Volunteer, Held, null));
        book.Accept(HourEntries.RenderService(Header(4), Header(3).Id, Held, new Minutes(90), Volunteer, Minutes.Zero));

        var accounts = new SortedDictionary<string, Account>(StringComparer.Ordinal);
        var written = new StringBuilder();
        format.Begin(Book.Region, first, book.Journal.Count);
        DateOnly day = new(2026, 10, 1);
        for (int at = 0; at < book.Journal.Count; at++)
        {
            JournalEntry entry = book.Journal[at];
            if (at == first && first > 0)
            {
                foreach (Account account in accounts.Values) format.Declare(account, day);
                format.BeginOpening(day);
                foreach (Account account in accounts.Values) format.Opening(account);
            }
            foreach (Account account in entry.Opened) accounts.Add(account.Path.Text, account);
            ImmutableArray<StoredTransfer> transfers =
                [.. entry.Transfers.Select((transfer, position) => Store(entry.Index, position, transfer, accounts))];
            if (at >= first) format.Entry(entry, transfers);
            written.Append(format.Take());
        }
        if (format.HasBalances)
        {
            format.BeginClosing(day);
            foreach (Account account in accounts.Values) format.Closing(account, day);
        }
        written.Append(format.Take());
        for (int at = 1; at <= book.Journal.Count; at++) written.Replace(Header(at).Id.ToString(), $"f{at}");
        return written.ToString();
    }

    private static StoredTransfer Store(long index, int position, Transfer transfer, SortedDictionary<string, Account> accounts)
    {
        Account debit = accounts.Values.Single(account => account.Number == transfer.Debit),
            credit = accounts.Values.Single(account => account.Number == transfer.Credit);
        accounts[debit.Path.Text] = debit = debit with { Counters = debit.Counters.Debit(transfer) };
        accounts[credit.Path.Text] = credit = credit with { Counters = credit.Counters.Credit(transfer) };
        return new StoredTransfer(index, position, debit.Path, credit.Path, transfer, debit.Counters, credit.Counters);
    }

    private static EntryHeader Header(int number)
    {
        Digest digest = Digest.Of([(byte)number]);
        return new EntryHeader(EntryId.Of("CLERK", new Guid(digest.ToArray()[..16])), digest, "CLERK", "", new DateOnly(2026, 10, 1),
            "430000/2026-01", "", EntryHeader.NoDetails);
    }
}
