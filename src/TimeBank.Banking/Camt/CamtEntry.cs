using System.Globalization;
using System.Xml.Linq;
using TimeBank.Ledger;

namespace TimeBank.Banking;

/// <summary>One Ntry: a line, and where it is a batch the payments in it.</summary>
internal sealed class CamtEntry
{
    private readonly XElement entry;
    private readonly StatementProfile profile;
    private readonly StatementTerms terms;
    private readonly bool isCredit;
    private readonly long fen;

    /// <exception cref="RefusedException">The entry has no amount or side, or is in another currency.</exception>
    public CamtEntry(XElement entry, StatementProfile profile, StatementTerms terms)
    {
        (this.entry, this.profile, this.terms) = (entry, profile, terms);
        FileLine = entry.Annotation<FileLine>()?.Number ?? 0;
        XElement amount = entry.At("Amt") ?? throw RefusedException.Of(RefusalReason.AmountMissing, FileLine, "Amt");
        string currency = amount.Attribute("Ccy")?.Value ?? "";
        if (currency != terms.Currency) throw RefusedException.Of(RefusalReason.CurrencyOther, FileLine, "Amt", currency, terms.Currency);
        fen = CamtHead.Fen(amount.Value, FileLine, "Amt");
        if (fen < 0) throw RefusedException.Of(RefusalReason.AmountInvalid, FileLine, "Amt", amount.Value);
        isCredit = CamtHead.Side(entry, FileLine, "Ntry");
        // A code of its own since version 4, a text before.
        Status = entry.TextAt("Sts", "Cd") ?? entry.TextAt("Sts", "Prtry") ?? entry.TextAt("Sts")
            ?? throw RefusedException.Of(RefusalReason.FieldMissing, FileLine, "Ntry", "Sts");
    }

    public int FileLine { get; }

    public bool IsBooked => Status == "BOOK";

    /// <summary>Why an entry is no line.</summary>
    /// <exception cref="RefusedException">The status isn't one of the standard.</exception>
    public LeftOutReason LeftOutBecause => Status switch
    {
        "PDNG" or "FUTR" => LeftOutReason.Pending,
        "INFO" => LeftOutReason.NotMoney,
        _ => throw RefusedException.Of(RefusalReason.StatusUnknown, FileLine, "Sts", Status),
    };

    public long SignedFen => isCredit ? fen : -fen;

    public string Text => Joined(Payments().Select(TextOf).Append(entry.TextAt("AddtlNtryInf") ?? ""));

    private string Status { get; }

    /// <summary>Reversals change nothing about the side, which is that of the money already.</summary>
    private bool IsReversal => entry.TextAt("RvslInd") is "true" or "1";

    public BankLine ToLine()
    {
        List<XElement> payments = [.. Payments()];
        XElement? batch = entry.All("NtryDtls").Select(details => details.At("Btch")).FirstOrDefault(found => found is not null);
        XElement? only = payments.Count == 1 ? payments[0] : null;
        CheckBatch(payments, batch);
        return new BankLine
        {
            FileLine = FileLine,
            BookedOn = entry.At("BookgDt").Day(profile, FileLine, "BookgDt") ?? entry.At("ValDt").Day(profile, FileLine, "ValDt")
                ?? throw RefusedException.Of(RefusalReason.FieldMissing, FileLine, "BookgDt", "BookgDt"),
            ValueOn = entry.At("ValDt").Day(profile, FileLine, "ValDt"),
            Flow = isCredit ? MoneyFlow.In : MoneyFlow.Out,
            Amount = new Fen(fen),
            Text = Text,
            Counterparty = only is null ? null : Party(only, isCredit),
            CounterpartyAccount = only is null ? null : PartyAccount(only, isCredit),
            EndToEndId = only is null ? null : GivenId.Of(only.TextAt("Refs", "EndToEndId")),
            BankReference = GivenId.Of(entry.TextAt("AcctSvcrRef") ?? only?.TextAt("Refs", "AcctSvcrRef")),
            BatchId = BatchId(payments, batch),
            IsReversal = IsReversal,
            Details = [.. payments.Select(Detail)],
        };
    }

    private IEnumerable<XElement> Payments() => entry.All("NtryDtls").SelectMany(details => details.All("TxDtls"));

    /// <summary>
    /// A payment of a batch. Where it has no amount of its own it stays without one: the batch's amount is never a part's.
    /// </summary>
    private LineDetail Detail(XElement payment)
    {
        bool credit = payment.At("CdtDbtInd") is null ? isCredit : CamtHead.Side(payment, FileLine, "TxDtls");
        return new LineDetail(
            AmountOf(payment) is { } own ? (credit ? own : -own) : null, GivenId.Of(payment.TextAt("Refs", "EndToEndId")),
            Party(payment, credit), PartyAccount(payment, credit), TextOf(payment), GivenId.Of(payment.TextAt("Refs", "AcctSvcrRef")));
    }

    private long? AmountOf(XElement payment)
    {
        XElement? amount = payment.At("AmtDtls", "TxAmt", "Amt") ?? payment.At("Amt");
        return amount?.Attribute("Ccy")?.Value == terms.Currency ? CamtHead.Fen(amount!.Value, FileLine, "TxDtls") : null;
    }

    private void CheckBatch(List<XElement> payments, XElement? batch)
    {
        if (batch?.TextAt("NbOfTxs") is { } count && payments.Count > 0 && payments.Count.ToString(CultureInfo.InvariantCulture) != count)
            throw RefusedException.Of(RefusalReason.BatchDiffers, FileLine, "NbOfTxs", $"{payments.Count}", count);
        if (payments.Count < 2 && (batch is null || payments.Count == 0)) return;
        Int128 sum = 0;
        foreach (XElement payment in payments)
        {
            if (Detail(payment).SignedFen is not { } own) return;
            sum += own;
        }
        Int128 difference = Int128.Abs(sum - SignedFen);
        if (difference != 0 && difference != Charges()) throw RefusedException.Of(
            RefusalReason.BatchDiffers, FileLine, "TxDtls", StatementRefusal.Yuan(sum), StatementRefusal.Yuan(SignedFen));
    }

    /// <summary>What the bank kept of the entry, by which its payments may differ from it.</summary>
    private Int128 Charges() =>
        entry.TextAt("Chrgs", "TtlChrgsAndTaxAmt") is { } all ? CamtHead.Fen(all, FileLine, "Chrgs")
        : entry.At("Chrgs") is { } charges
            ? charges.All("Rcrd").Append(charges).Select(one => one.TextAt("Amt")).OfType<string>()
                .Aggregate(Int128.Zero, (sum, text) => sum + CamtHead.Fen(text, FileLine, "Chrgs"))
            : 0;

    private static string? BatchId(List<XElement> payments, XElement? batch)
    {
        if (batch is not null) return GivenId.Of(batch.TextAt("PmtInfId")) ?? GivenId.Of(batch.TextAt("MsgId"));
        List<string?> ids = [.. payments.Select(payment => GivenId.Of(payment.TextAt("Refs", "PmtInfId"))).Distinct()];
        return ids is [{ } one] ? one : null;
    }

    /// <summary>Who is on the other side. In a reversal payer and payee keep the names of the payment that it takes back.</summary>
    private string? Party(XElement payment, bool credit)
    {
        string role = credit != IsReversal ? "Dbtr" : "Cdtr";
        return payment.TextAt("RltdPties", role, "Pty", "Nm") ?? payment.TextAt("RltdPties", role, "Nm");
    }

    private string? PartyAccount(XElement payment, bool credit)
    {
        string role = credit != IsReversal ? "DbtrAcct" : "CdtrAcct";
        return payment.TextAt("RltdPties", role, "Id", "IBAN") ?? payment.TextAt("RltdPties", role, "Id", "Othr", "Id");
    }

    private static string TextOf(XElement payment)
    {
        IEnumerable<XElement> remittances = payment.All("RmtInf");
        return Joined(remittances.SelectMany(info => info.All("Ustrd")).Select(text => text.Value)
            .Concat(remittances.SelectMany(info => info.All("Strd")).Select(text => text.TextAt("CdtrRefInf", "Ref") ?? ""))
            .Append(payment.TextAt("AddtlTxInf") ?? ""));
    }

    private static string Joined(IEnumerable<string> parts) =>
        string.Join(' ', parts.Select(part => part.Trim()).Where(part => part.Length > 0));
}
