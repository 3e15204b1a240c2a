using System.Globalization;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using System.Xml.Schema;
using TimeBank.Testing;
using Xunit;

namespace TimeBank.Banking.Tests;

public sealed class Pain001Tests
{
    private const string Schema = "tests/TimeBank.Banking.Tests/Payments/pain.001.001.09-subset.xsd";

    private static readonly XNamespace Ns = Pain001.Namespace;

    [Fact]
    public void Bytes_are_those_that_stand_in_the_repository() => GoldenFile.AssertSame("three.pain001.xml", Made(Orders.Three));

    [Fact]
    public void The_same_order_is_the_same_bytes_wherever_it_was_made()
    {
        PaymentOrder elsewhere = Orders.Three with { CreatedAt = Orders.Three.CreatedAt.ToOffset(TimeSpan.FromHours(-5)) };

        Assert.Equal(Made(Orders.Three), Made(elsewhere));
    }

    /// <summary>Read back by other means, and held against the schema.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(100)]
    [InlineData(1_000)]
    public void A_file_says_what_the_order_says_and_is_valid(int count)
    {
        PaymentOrder order = Orders.With([.. Enumerable.Range(1, count).Select(
            at => Orders.Of($"B1.{at}", at * 7_919L, $"演示机构 {at} <&>", $"{6_222_000_000 + at}"))]);
        XElement initiation = Valid(Made(order)).Root!.Element(Ns + "CstmrCdtTrfInitn")!, header = initiation.Element(Ns + "GrpHdr")!,
            batch = Assert.Single(initiation.Elements(Ns + "PmtInf"));

        long total = Enumerable.Range(1, count).Sum(at => at * 7_919L);
        foreach (XElement sums in (XElement[])[header, batch])
        {
            Assert.Equal((count, total), (int.Parse(Text(sums, "NbOfTxs"), CultureInfo.InvariantCulture), Fen(Text(sums, "CtrlSum"))));
        }
        Assert.Equal((order.BatchId, "2026-11-29T09:30:00+08:00", order.Debtor.Name),
            (Text(header, "MsgId"), Text(header, "CreDtTm"), Text(header, "InitgPty/Nm")));
        Assert.Equal((order.BatchId, "TRF", "2026-11-30", order.Debtor.Name, order.Debtor.Number, "CNAPS", order.Debtor.BankCode),
            (Text(batch, "PmtInfId"), Text(batch, "PmtMtd"), Text(batch, "ReqdExctnDt/Dt"), Text(batch, "Dbtr/Nm"),
            Text(batch, "DbtrAcct/Id/Othr/Id"), Text(batch, "DbtrAgt/FinInstnId/ClrSysMmbId/ClrSysId/Cd"),
            Text(batch, "DbtrAgt/FinInstnId/ClrSysMmbId/MmbId")));
        XElement[] transfers = [.. batch.Elements(Ns + "CdtTrfTxInf")];
        Assert.Equal(order.Payments.Select(payment => (payment.EndToEndId, payment.Amount.Value, payment.Creditor.Name,
                payment.Creditor.Number, payment.Creditor.BankCode, payment.Creditor.BankName, payment.Text)),
            transfers.Select(one => (Text(one, "PmtId/EndToEndId"), Fen(Text(one, "Amt/InstdAmt")), Text(one, "Cdtr/Nm"),
                Text(one, "CdtrAcct/Id/Othr/Id"), Text(one, "CdtrAgt/FinInstnId/ClrSysMmbId/MmbId"),
                Text(one, "CdtrAgt/FinInstnId/Nm"), Text(one, "RmtInf/Ustrd"))));
        Assert.All(transfers, one => Assert.Equal("CNY", one.Element(Ns + "Amt")!.Element(Ns + "InstdAmt")!.Attribute("Ccy")!.Value));
    }

    [Theory]
    [InlineData(1, "0.01")]
    [InlineData(100, "1.00")]
    [InlineData(1_005, "10.05")]
    [InlineData(999_999_999_999_999_999, "9999999999999999.99")]
    public void An_amount_is_exact(long fen, string written) =>
        Assert.Equal(written, Valid(Made(Orders.With(Orders.Of("P1", fen)))).Descendants(Ns + "InstdAmt").Single().Value);

    /// <summary>The schema is one that finds faults.</summary>
    [Theory]
    [InlineData("<PmtMtd>TRF</PmtMtd>", "<PmtMtd>CHK</PmtMtd>")]
    [InlineData("<CtrlSum>9000001234.57</CtrlSum>", "<CtrlSum>1.2.3</CtrlSum>")]
    [InlineData("<EndToEndId>SET-2026-10-1.1</EndToEndId>", "<EndToEndId></EndToEndId>")]
    [InlineData("<MsgId>SET-2026-10-1</MsgId>", "")]
    [InlineData(" Ccy=\"CNY\"", "")]
    public void A_file_that_was_changed_is_not_valid(string from, string to)
    {
        string text = Encoding.UTF8.GetString(Made(Orders.Three));
        Assert.Contains(from, text, StringComparison.Ordinal);

        Assert.Throws<XmlSchemaValidationException>(() => Valid(Encoding.UTF8.GetBytes(text.Replace(from, to, StringComparison.Ordinal))));
    }

    private static byte[] Made(PaymentOrder order)
    {
        PaymentFile file = Pain001.Write(order);
        Assert.Empty(file.Errors);
        Assert.True(file.IsMade);
        return file.Bytes.ToArray();
    }

    private static XDocument Valid(byte[] bytes)
    {
        var settings = new XmlReaderSettings { ValidationType = ValidationType.Schema, DtdProcessing = DtdProcessing.Prohibit };
        settings.ValidationFlags |= XmlSchemaValidationFlags.ReportValidationWarnings;
        using (var schema = new StringReader(Repository.Read(Schema)))
        using (var reader = XmlReader.Create(schema)) settings.Schemas.Add(Pain001.Namespace, reader);
        using var stream = new MemoryStream(bytes);
        using var xml = XmlReader.Create(stream, settings);
        return XDocument.Load(xml);
    }

    private static string Text(XElement from, string path) =>
        path.Split('/').Aggregate(from, (at, name) => Assert.Single(at.Elements(Ns + name))).Value;

    private static long Fen(string yuan)
    {
        string[] parts = yuan.Split('.');
        Assert.Equal(2, parts[1].Length);
        return (long.Parse(parts[0], CultureInfo.InvariantCulture) * 100) + long.Parse(parts[1], CultureInfo.InvariantCulture);
    }
}
