using System.Globalization;
using System.Xml.Linq;

namespace TimeBank.Banking;

/// <summary>A balance that a statement gives.</summary>
internal readonly record struct CamtBalance(string Code, long SignedFen, int FileLine);

/// <summary>What a statement says beside its entries: account, number, pages, days, balances and its own sums.</summary>
internal sealed class CamtHead(StatementTerms terms, StatementProfile profile)
{
    private readonly List<CamtBalance> balances = [];
    private string? account;
    private (XElement Element, int Line)? summary;

    public string? Number { get; private set; }

    public bool IsLastPage { get; private set; } = true;

    public DateOnly? From { get; private set; }

    public DateOnly? To { get; private set; }

    /// <exception cref="RefusedException">The statement is of another account, or names none.</exception>
    public string Account(int line) => AccountName.Settle(account, terms, line, "Acct");

    public void Read(XElement element, int line)
    {
        line = element.Annotation<FileLine>()?.Number ?? line;
        switch (element.Name.LocalName)
        {
            case "ElctrncSeqNb": Number ??= element.Value.Trim(); break;
            case "LglSeqNb": Number = element.Value.Trim(); break;
            case "StmtPgntn": IsLastPage = element.TextAt("LastPgInd") is not ("false" or "0"); break;
            case "FrToDt":
                From = Day(element, "FrDt", "FrDtTm", line);
                To = Day(element, "ToDt", "ToDtTm", line);
                break;
            case "Acct":
                account = element.TextAt("Id", "IBAN") ?? element.TextAt("Id", "Othr", "Id") ?? element.TextAt("Id", "PrtryAcct", "Id");
                if (element.TextAt("Ccy") is { } currency && currency != terms.Currency)
                    throw RefusedException.Of(RefusalReason.CurrencyOther, line, "Acct/Ccy", currency, terms.Currency);
                break;
            case "Bal": ReadBalance(element, line); break;
            case "TxsSummry": summary = (element, line); break;
        }
    }

    /// <summary>
    /// The balances at both ends. PRCD is the last closing balance and so the opening one; pages are parted by ITBD, which opens all but
    /// the first and closes all but the last.
    /// </summary>
    public (CamtBalance? Opening, CamtBalance? Closing) Ends()
    {
        List<CamtBalance> between = [.. balances.Where(balance => balance.Code == "ITBD")];
        CamtBalance? opening = Find("OPBD") ?? Find("PRCD"), closing = Find("CLBD");
        if (opening is null && between.Count > (closing is null ? 1 : 0)) opening = between[0];
        if (closing is null && between.Count > 0 && between[^1] != opening) closing = between[^1];
        return (opening, closing);
    }

    /// <summary>Holds the statement's own counts and sums against its entries; some banks count what is pending too.</summary>
    public TieOuts HoldSummary(CamtSummary booked, CamtSummary pending)
    {
        if (summary is not { } given) return TieOuts.None;
        CamtSummary all = booked.With(pending);
        TieOuts held = TieOuts.None;
        foreach ((string part, Func<CamtSummary, (long Count, Int128 Fen)> of) in new (string, Func<CamtSummary, (long, Int128)>)[]
        {
            ("TtlCdtNtries", sums => (sums.Credits, sums.CreditFen)), ("TtlDbtNtries", sums => (sums.Debits, sums.DebitFen)),
            ("TtlNtries", sums => (sums.Credits + sums.Debits, sums.CreditFen + sums.DebitFen)),
        })
        {
            if (given.Element.At(part) is not { } total) continue;
            if (total.TextAt("NbOfNtries") is { } count)
            {
                if (!long.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out long number))
                    throw RefusedException.Of(RefusalReason.FieldInvalid, given.Line, part, count);
                if (number != of(booked).Count && number != of(all).Count)
                    throw RefusedException.Of(RefusalReason.CountDiffers, given.Line, part, $"{of(booked).Count}", count);
                held |= TieOuts.Count;
            }
            if (total.TextAt("Sum") is not { } sum) continue;
            Int128 said = Int128.Abs(Fen(sum, given.Line, part));
            // The whole's sum is written as the gross by some banks and as the net by others.
            bool isNet = part == "TtlNtries" && (said == Int128.Abs(booked.NetFen) || said == Int128.Abs(all.NetFen));
            if (said != of(booked).Fen && said != of(all).Fen && !isNet) throw RefusedException.Of(
                RefusalReason.TotalDiffers, given.Line, part, StatementRefusal.Yuan(of(booked).Fen), StatementRefusal.Yuan(said));
            held |= TieOuts.Totals;
        }
        return held;
    }

    private CamtBalance? Find(string code) =>
        balances.FindIndex(balance => balance.Code == code) is var at and >= 0 ? balances[at] : null;

    private void ReadBalance(XElement element, int line)
    {
        string? code = element.TextAt("Tp", "CdOrPrtry", "Cd");
        // Available and expected balances are no sums of booked entries, and may be in another currency.
        if (code is not ("OPBD" or "PRCD" or "CLBD" or "ITBD")) return;
        XElement amount = element.At("Amt") ?? throw RefusedException.Of(RefusalReason.AmountMissing, line, code);
        if (amount.Attribute("Ccy")?.Value is { } currency && currency != terms.Currency)
            throw RefusedException.Of(RefusalReason.CurrencyOther, line, code, currency, terms.Currency);
        long fen = Fen(amount.Value, line, code);
        balances.Add(new CamtBalance(code, Side(element, line, code) ? fen : -fen, line));
    }

    /// <returns>Whether it is a credit.</returns>
    public static bool Side(XElement element, int line, string field) => element.TextAt("CdtDbtInd") switch
    {
        "CRDT" => true,
        "DBIT" => false,
        null => throw RefusedException.Of(RefusalReason.FieldMissing, line, field, "CdtDbtInd"),
        var other => throw RefusedException.Of(RefusalReason.SideUnknown, line, field, other),
    };

    public static long Fen(string text, int line, string field) => WrittenAmount.TryReadStandardFen(text, '.', out long fen) is { } reason
        ? throw RefusedException.Of(reason, line, field, text) : fen;

    private DateOnly? Day(XElement element, string day, string time, int line) =>
        (element.TextAt(day) ?? element.TextAt(time)) is { } text ? CamtElements.Day(text, profile, line, day) : null;
}

/// <summary>Counts and sums of entries.</summary>
internal sealed class CamtSummary
{
    public long Credits { get; private set; }

    public long Debits { get; private set; }

    public Int128 CreditFen { get; private set; }

    public Int128 DebitFen { get; private set; }

    public Int128 NetFen => CreditFen - DebitFen;

    public void Add(long signedFen)
    {
        if (signedFen >= 0) (Credits, CreditFen) = (Credits + 1, CreditFen + signedFen);
        else (Debits, DebitFen) = (Debits + 1, DebitFen - signedFen);
    }

    public CamtSummary With(CamtSummary other) => new()
    {
        Credits = Credits + other.Credits,
        Debits = Debits + other.Debits,
        CreditFen = CreditFen + other.CreditFen,
        DebitFen = DebitFen + other.DebitFen,
    };
}
