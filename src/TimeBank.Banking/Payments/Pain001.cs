using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Xml;
using TimeBank.Ledger;

namespace TimeBank.Banking;

/// <summary>
/// Payment orders as ISO 20022 pain.001.001.09, in the part that domestic transfers need. The same order is always the same bytes.
/// </summary>
public static class Pain001
{
    public const string Namespace = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09";

    /// <summary>The code of China's payment system in the list of clearing systems.</summary>
    private const string ClearingSystem = "CNAPS";

    private static readonly XmlWriterSettings Settings = new()
    {
        Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), Indent = true, NewLineChars = "\n", CloseOutput = false,
    };

    public static PaymentFile Write(PaymentOrder order)
    {
        ImmutableArray<PaymentError> errors = order.Check();
        if (!errors.IsEmpty) return PaymentFile.Refused(errors);
        using var bytes = new MemoryStream();
        using (var xml = XmlWriter.Create(bytes, Settings))
        {
            xml.WriteStartDocument();
            xml.WriteStartElement("Document", Namespace);
            Within(xml, "CstmrCdtTrfInitn", () =>
            {
                Within(xml, "GrpHdr", () => Header(xml, order));
                Within(xml, "PmtInf", () => Batch(xml, order));
            });
            xml.WriteEndElement();
            xml.WriteEndDocument();
        }
        bytes.WriteByte((byte)'\n');
        return PaymentFile.Made(bytes.ToArray());
    }

    private static void Header(XmlWriter xml, PaymentOrder order)
    {
        Text(xml, "MsgId", order.BatchId);
        Text(xml, "CreDtTm", order.CreatedAt.ToOffset(ChinaTime.Offset).ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture));
        Sums(xml, order);
        Within(xml, "InitgPty", () => Text(xml, "Nm", order.Debtor.Name));
    }

    private static void Batch(XmlWriter xml, PaymentOrder order)
    {
        Text(xml, "PmtInfId", order.BatchId);
        Text(xml, "PmtMtd", "TRF");
        Sums(xml, order);
        Within(xml, "ReqdExctnDt", () => Text(xml, "Dt", order.ExecutionDate.ToString("O", CultureInfo.InvariantCulture)));
        Within(xml, "Dbtr", () => Text(xml, "Nm", order.Debtor.Name));
        Within(xml, "DbtrAcct", () => Account(xml, order.Debtor));
        Within(xml, "DbtrAgt", () => Bank(xml, order.Debtor));
        foreach (Payment payment in order.Payments) Within(xml, "CdtTrfTxInf", () => Transfer(xml, payment));
    }

    private static void Transfer(XmlWriter xml, Payment payment)
    {
        Within(xml, "PmtId", () => Text(xml, "EndToEndId", payment.EndToEndId));
        Within(xml, "Amt", () =>
        {
            xml.WriteStartElement("InstdAmt");
            xml.WriteAttributeString("Ccy", PaymentOrder.Currency);
            xml.WriteString(PaymentFile.Yuan(payment.Amount));
            xml.WriteEndElement();
        });
        Within(xml, "CdtrAgt", () => Bank(xml, payment.Creditor));
        Within(xml, "Cdtr", () => Text(xml, "Nm", payment.Creditor.Name));
        Within(xml, "CdtrAcct", () => Account(xml, payment.Creditor));
        Within(xml, "RmtInf", () => Text(xml, "Ustrd", payment.Text));
    }

    private static void Sums(XmlWriter xml, PaymentOrder order)
    {
        Text(xml, "NbOfTxs", order.Payments.Length.ToString(CultureInfo.InvariantCulture));
        Text(xml, "CtrlSum", PaymentFile.Yuan(order.Total));
    }

    private static void Account(XmlWriter xml, PaymentAccount account)
    {
        Within(xml, "Id", () => Within(xml, "Othr", () => Text(xml, "Id", account.Number)));
        Text(xml, "Ccy", PaymentOrder.Currency);
    }

    private static void Bank(XmlWriter xml, PaymentAccount account) => Within(xml, "FinInstnId", () =>
    {
        Within(xml, "ClrSysMmbId", () =>
        {
            Within(xml, "ClrSysId", () => Text(xml, "Cd", ClearingSystem));
            Text(xml, "MmbId", account.BankCode);
        });
        Text(xml, "Nm", account.BankName);
    });

    private static void Within(XmlWriter xml, string name, Action content)
    {
        xml.WriteStartElement(name);
        content();
        xml.WriteEndElement();
    }

    private static void Text(XmlWriter xml, string name, string text) => xml.WriteElementString(name, text);
}
