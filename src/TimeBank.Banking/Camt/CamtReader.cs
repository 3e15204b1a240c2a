using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;

namespace TimeBank.Banking;

/// <summary>
/// Statements of camt.053, versions 2 to 13 of ISO 20022. A file may hold several statements and pages; each is held to its balances. One
/// entry at a time is in memory.
/// </summary>
internal sealed partial class CamtReader
{
    private readonly XmlReader xml;
    private readonly XNamespace space;
    private readonly StatementProfile profile;
    private readonly StatementTerms terms;
    private readonly StatementChain chain;

    private CamtReader(XmlReader xml, StatementProfile profile, StatementTerms terms)
    {
        (this.xml, this.profile, this.terms, space) = (xml, profile, terms, xml.NamespaceURI);
        chain = new StatementChain(terms);
    }

    private int Line => ((IXmlLineInfo)xml).LineNumber;

    public static IEnumerable<StatementEvent> Read(Stream file, StatementProfile profile, StatementTerms terms)
    {
        using XmlReader xml = Guarded(null, () => XmlReader.Create(file, new XmlReaderSettings
        {
            DtdProcessing = DtdProcessing.Prohibit,
            XmlResolver = null,
            IgnoreComments = true,
            IgnoreProcessingInstructions = true,
            IgnoreWhitespace = true,
            CloseInput = false,
        }));
        Guarded(xml, () => xml.MoveToContent());
        if (xml.LocalName != "Document" || !Versions().IsMatch(xml.NamespaceURI))
            throw RefusedException.Of(RefusalReason.NotThisFormat, ((IXmlLineInfo)xml).LineNumber, xml.LocalName, "camt.053.001.02–13");
        foreach (StatementEvent piece in new CamtReader(xml, profile, terms).Document()) yield return piece;
    }

    private IEnumerable<StatementEvent> Document()
    {
        int statements = 0;
        Next();
        while (!xml.EOF)
        {
            if (!Is("Stmt"))
            {
                if (Is("BkToCstmrStmt") || xml.NodeType != XmlNodeType.Element) Next();
                else Skip();
                continue;
            }
            statements++;
            foreach (StatementEvent piece in Statement()) yield return piece;
        }
        if (statements == 0) throw RefusedException.Of(RefusalReason.FieldMissing, 0, "Stmt", "Stmt");
    }

    private IEnumerable<StatementEvent> Statement()
    {
        int line = Line;
        if (xml.IsEmptyElement) throw RefusedException.Of(RefusalReason.FieldMissing, line, "Acct", "Acct");
        var head = new CamtHead(terms, profile);
        var ties = new TieOut(terms.MayBeNegative ?? profile.MayBeNegative);
        var counted = new CamtSummary();
        var pending = new CamtSummary();
        bool began = false;
        Next();
        while (xml.NodeType != XmlNodeType.EndElement)
        {
            if (!Is("Ntry"))
            {
                XElement element = Element();
                head.Read(element, ((IXmlLineInfo)element).LineNumber);
                continue;
            }
            if (!began) yield return new StatementEvent.StatementBegan(head.Account(line), terms.Currency, head.Number);
            began = true;
            XElement entry = Element();
            var read = new CamtEntry(entry, profile, terms);
            if (read.IsBooked)
            {
                BankLine booked = read.ToLine();
                ties.Add(booked, null, null);
                counted.Add(booked.SignedFen);
                yield return new StatementEvent.LineRead(booked);
            }
            else
            {
                pending.Add(read.SignedFen);
                yield return new StatementEvent.RowLeftOut(new LeftOut(read.FileLine, read.LeftOutBecause, read.Text));
            }
        }
        Next();
        if (!began) yield return new StatementEvent.StatementBegan(head.Account(line), terms.Currency, head.Number);
        foreach (StatementEvent piece in Close(head, ties, counted, pending, line)) yield return piece;
    }

    private List<StatementEvent> Close(CamtHead head, TieOut ties, CamtSummary counted, CamtSummary pending, int line)
    {
        List<StatementWarning> warnings = [];
        string account = head.Account(line);
        TieOuts held = head.HoldSummary(counted, pending);
        (CamtBalance? opening, CamtBalance? closing) = head.Ends();
        if (opening is { } from && closing is { } to)
        {
            ties.Close(from.SignedFen, to.SignedFen, to.FileLine, to.Code);
            held |= TieOuts.Balances;
        }
        else if (closing is { } end && chain.ClosingBefore(account) is { } before)
        {
            ties.Close(before, end.SignedFen, end.FileLine, end.Code);
            held |= TieOuts.Balances | TieOuts.StatementBefore;
        }
        held |= chain.Follow(
            account, head.Number, opening?.SignedFen, closing?.SignedFen, opening?.FileLine ?? line, opening?.Code, warnings);
        if (ties.FirstDay < head.From || ties.LastDay > head.To)
            warnings.Add(new StatementWarning(WarningReason.DayOutsideStatement, line, head.Number ?? ""));
        if (!head.IsLastPage) warnings.Add(new StatementWarning(WarningReason.PagesMissing, line, head.Number ?? ""));
        if (held == TieOuts.None) warnings.Add(new StatementWarning(WarningReason.NothingToHoldAgainst, line, ""));
        return
        [
            .. warnings.Select(warning => new StatementEvent.Warned(warning)),
            new StatementEvent.StatementEnded(new BankStatement(
                account, terms.Currency, head.Number, opening?.SignedFen, closing?.SignedFen,
                head.From ?? ties.FirstDay, head.To ?? ties.LastDay, ties.Lines, held, ImmutableArray<BankLine>.Empty)),
        ];
    }

    private bool Is(string name) => xml.NodeType == XmlNodeType.Element && xml.LocalName == name && xml.NamespaceURI == space;

    private void Next() => Guarded(xml, xml.Read);

    private void Skip() => Guarded(xml, () =>
    {
        xml.Skip();
        return true;
    });

    private XElement Element() => Guarded(xml, () => xml.NodeType == XmlNodeType.Element
        ? Located((IXmlLineInfo)xml)
        : throw RefusedException.Of(RefusalReason.FieldInvalid, Line, null, xml.Value));

    private XElement Located(IXmlLineInfo place)
    {
        int line = place.LineNumber;
        var element = (XElement)XNode.ReadFrom(xml);
        element.AddAnnotation(new FileLine(line));
        return element;
    }

    private static T Guarded<T>(XmlReader? xml, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (XmlException wrong)
        {
            bool isDtd = wrong.Message.Contains("DTD", StringComparison.Ordinal);
            int line = Math.Max(1, wrong.LineNumber > 0 ? wrong.LineNumber : (xml as IXmlLineInfo)?.LineNumber ?? 1);
            throw RefusedException.Of(isDtd ? RefusalReason.DtdForbidden : RefusalReason.XmlInvalid, line, null, wrong.Message);
        }
        catch (Exception wrong) when (wrong is System.Text.DecoderFallbackException or ArgumentException)
        {
            throw RefusedException.Of(RefusalReason.XmlInvalid, 0, null, wrong.Message);
        }
    }

    [GeneratedRegex("^urn:iso:std:iso:20022:tech:xsd:camt\\.053\\.001\\.(0[2-9]|1[0-3])$", RegexOptions.CultureInvariant)]
    private static partial Regex Versions();
}

/// <summary>The line of the file where an element begins.</summary>
internal sealed record FileLine(int Number);

/// <summary>Reading the parts of an element whose place in the tree changes between versions.</summary>
internal static class CamtElements
{
    public static XElement? At(this XElement element, params ReadOnlySpan<string> path)
    {
        XElement? at = element;
        foreach (string name in path)
        {
            at = at.Element(at.Name.Namespace + name);
            if (at is null) return null;
        }
        return at;
    }

    public static string? TextAt(this XElement element, params ReadOnlySpan<string> path) =>
        element.At(path)?.Value.Trim() is { Length: > 0 } text ? text : null;

    public static IEnumerable<XElement> All(this XElement element, string name) => element.Elements(element.Name.Namespace + name);

    /// <summary>A day as such, or the day of a time on the account's clock. A time without a zone is the bank's.</summary>
    public static DateOnly? Day(this XElement? choice, StatementProfile profile, int line, string field)
    {
        if (choice is null) return null;
        string? text = choice.TextAt("Dt") ?? choice.TextAt("DtTm") ?? (choice.HasElements ? null : choice.Value.Trim());
        return text is null ? null : Day(text, profile, line, field);
    }

    public static DateOnly Day(string text, StatementProfile profile, int line, string field)
    {
        string date = text.Length > 10 && text[10] is 'Z' or '+' or '-' ? text[..10] : text;
        if (DateOnly.TryParseExact(date, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly day)) return day;
        bool hasTime = text.Length > 10 && text[10] == 'T'
            && DateOnly.TryParseExact(text.AsSpan(0, 10), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out day);
        if (!hasTime) throw RefusedException.Of(RefusalReason.DateInvalid, line, field, text);
        bool hasZone = text[^1] == 'Z' || text.AsSpan(10).IndexOfAny('+', '-') > 0;
        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset moment))
            return hasZone ? DateOnly.FromDateTime(moment.ToOffset(TimeSpan.FromMinutes(profile.UtcOffsetMinutes)).DateTime) : day;
        throw RefusedException.Of(RefusalReason.DateInvalid, line, field, text);
    }
}
