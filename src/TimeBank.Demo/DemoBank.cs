using System.Collections.Immutable;
using System.Globalization;
using System.Xml;
using System.Xml.Linq;

namespace TimeBank.Demo;

/// <summary>What a statement of the demonstration's bank is of.</summary>
/// <param name="Movements">What moves without an order of ours.</param>
/// <param name="Paid">The payment file that the bank carries out; null: none.</param>
/// <param name="Returned">The payment that comes back; null: none.</param>
/// <param name="Account">Our account: its slug.</param>
internal sealed record StatementPlan(int Number, int FirstDay, int LastDay, ImmutableArray<BankMovement> Movements, PayPlan? Paid = null,
    ReturnPlan? Returned = null, string Account = DemoAccounts.Slug);

/// <summary>A batch is paid on a day.</summary>
internal sealed record PayPlan(string Batch, int Day);

/// <summary>A payment of a batch comes back on a day.</summary>
/// <param name="Which">Which one, counted from 0 and around where the batch has fewer.</param>
internal sealed record ReturnPlan(string Batch, int Day, int Which);

/// <summary>A movement on our account.</summary>
/// <param name="Fen">Below zero where money leaves.</param>
internal sealed record BankMovement(int Day, long Fen, string Reference, string Party, string Text, string PartyAccount = "",
    string EndToEndId = "");

/// <summary>
/// The demonstration's bank: it carries out payment files (pain.001) and writes statements (camt.053). The same plan and the same payment
/// files are the same bytes.
/// </summary>
internal static class DemoBank
{
    /// <summary>The tally of our money at the bank, by account.</summary>
    public static string BalanceOf(string account) => $"bank/{account}";

    private static readonly XNamespace Camt = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08";

    /// <param name="files">The payment files that the server made, by batch.</param>
    /// <returns>The statement, and its closing balance.</returns>
    public static (byte[] File, long Closing) Write(StatementPlan plan, long opening, IReadOnlyDictionary<string, byte[]> files)
    {
        IEnumerable<BankMovement> movements = plan.Movements;
        if (plan.Paid is { } paid)
        {
            movements = movements.Concat(Payments(files[paid.Batch]).Select(payment => payment with { Day = paid.Day }));
        }
        if (plan.Returned is { } returned)
        {
            BankMovement[] sent = [.. Payments(files[returned.Batch])];
            BankMovement back = sent[returned.Which % sent.Length];
            movements = movements.Append(back with
            {
                Day = returned.Day,
                Fen = -back.Fen,
                Reference = $"{back.Reference}-RETURNED",
                Text = "退汇：户名与账号不符",
            });
        }
        BankMovement[] all = [.. movements.OrderBy(movement => movement.Day)];
        long closing = opening + all.Sum(movement => movement.Fen);
        return (Bytes(plan, opening, closing, all), closing);
    }

    /// <summary>The payments that a file asks for.</summary>
    public static IEnumerable<BankMovement> Payments(byte[] pain)
    {
        using var stream = new MemoryStream(pain);
        XElement root = XElement.Load(stream);
        XNamespace space = root.Name.Namespace;
        foreach (XElement payment in root.Descendants(space + "CdtTrfTxInf"))
        {
            string id = payment.Descendants(space + "EndToEndId").Single().Value;
            decimal yuan = decimal.Parse(payment.Descendants(space + "InstdAmt").Single().Value, CultureInfo.InvariantCulture);
            yield return new BankMovement(0, -(long)(yuan * 100), $"DEMO-BANK-{id}", payment.Element(space + "Cdtr")!.Value,
                payment.Element(space + "RmtInf")?.Value ?? "",
                payment.Element(space + "CdtrAcct")!.Descendants(space + "Othr").Single().Value, id);
        }
    }

    private static byte[] Bytes(StatementPlan plan, long opening, long closing, IEnumerable<BankMovement> movements)
    {
        string first = Day(plan.FirstDay), last = Day(plan.LastDay), written = $"{last}T18:00:00+08:00";
        var document = new XElement(Camt + "Document", new XElement(Camt + "BkToCstmrStmt",
            new XElement(Camt + "GrpHdr", Text("MsgId", $"DEMO-STATEMENT-{plan.Number}"), Text("CreDtTm", written)),
            new XElement(Camt + "Stmt",
                Text("Id", $"DEMO-{plan.Number}"), Text("ElctrncSeqNb", $"{plan.Number}"), Text("CreDtTm", written),
                new XElement(Camt + "FrToDt", Text("FrDtTm", $"{first}T00:00:00+08:00"), Text("ToDtTm", $"{last}T23:59:59+08:00")),
                new XElement(Camt + "Acct", Account(DemoAccounts.NumberOf(plan.Account)), Text("Ccy", "CNY")),
                BalanceOf("OPBD", opening, first), BalanceOf("CLBD", closing, last), movements.Select(Entry))));
        using var bytes = new MemoryStream();
        using (var xml = XmlWriter.Create(bytes, new XmlWriterSettings { Indent = true, NewLineChars = "\n" })) document.Save(xml);
        return bytes.ToArray();
    }

    private static XElement Entry(BankMovement movement)
    {
        string role = movement.Fen < 0 ? "Cdtr" : "Dbtr", day = Day(movement.Day);
        return new XElement(Camt + "Ntry",
            Amount(movement.Fen), Side(movement.Fen), new XElement(Camt + "Sts", Text("Cd", "BOOK")),
            new XElement(Camt + "BookgDt", Text("Dt", day)), new XElement(Camt + "ValDt", Text("Dt", day)),
            Text("AcctSvcrRef", movement.Reference), new XElement(Camt + "BkTxCd"),
            new XElement(Camt + "NtryDtls", new XElement(Camt + "TxDtls",
                movement.EndToEndId.Length == 0 ? null : new XElement(Camt + "Refs", Text("EndToEndId", movement.EndToEndId)),
                movement.Party.Length == 0 ? null : new XElement(Camt + "RltdPties",
                    new XElement(Camt + role, new XElement(Camt + "Pty", Text("Nm", movement.Party))),
                    movement.PartyAccount.Length == 0 ? null : new XElement(Camt + $"{role}Acct", Account(movement.PartyAccount))),
                new XElement(Camt + "RmtInf", Text("Ustrd", movement.Text)))));
    }

    private static XElement BalanceOf(string code, long fen, string day) => new(Camt + "Bal",
        new XElement(Camt + "Tp", new XElement(Camt + "CdOrPrtry", Text("Cd", code))), Amount(fen), Side(fen),
        new XElement(Camt + "Dt", Text("Dt", day)));

    private static XElement Account(string number) => new(Camt + "Id", new XElement(Camt + "Othr", Text("Id", number)));

    private static XElement Amount(long fen) => new(Camt + "Amt", new XAttribute("Ccy", "CNY"),
        string.Create(CultureInfo.InvariantCulture, $"{Math.Abs(fen) / 100}.{Math.Abs(fen) % 100:D2}"));

    private static XElement Side(long fen) => Text("CdtDbtInd", fen < 0 ? "DBIT" : "CRDT");

    private static XElement Text(string name, string text) => new(Camt + name, text);

    private static string Day(int day) => Calendar.Date(day).ToString("O", CultureInfo.InvariantCulture);
}
