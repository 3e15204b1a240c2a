using TimeBank.Ledger;
using TimeBank.V1;

namespace TimeBank.Server;

/// <summary>Settlement batches and payments in the contract's types.</summary>
internal static class SettlementContract
{
    public const string Settlements = "settlements", Payments = "payments", Providers = "providers", Entries = "entries";

    public static SettlementBatch ToContract(this SettlementRecord batch, RegionCode region)
    {
        string name = batch.Prepared < 0 ? "" : ResourceName.Of(region, Settlements, batch.Id);
        return new SettlementBatch
        {
            Name = name,
            State = batch.State.ToContract(),
            PreparedDate = batch.Day.ToContract(),
            TotalAmount = new Fen(batch.Payments.Sum(payment => payment.AmountFen)).ToContract(),
            PaymentCount = batch.Payments.Length,
            Payments = { batch.Payments.Select(payment => payment.ToContract(region, batch.Id, name)) },
            PreparedBy = batch.PreparedBy,
            SubmittedBy = batch.SubmittedBy,
            ApprovedBy = batch.ApprovedBy,
            ApproveTime = batch.ApprovedAt is { } time ? Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(time) : null,
            PreparedEntry = batch.Prepared < 0 ? "" : ResourceName.Of(region, Entries, batch.Prepared),
            ApprovedEntry = batch.Approved is { } approved and >= 0 ? ResourceName.Of(region, Entries, approved) : "",
            Note = batch.Note,
            WithdrawnBy = batch.WithdrawnBy ?? "",
            Pays = batch.Pays.ToContract(),
            Export = batch.Export?.ToContract(batch, region),
            FormerExports = { (batch.FormerExports ?? []).Select(export => export.ToContract(batch, region)) },
            LeftOutProviders =
            {
                (batch.Barred ?? []).Select(provider => new LeftOutProvider
                {
                    Provider = ResourceName.Of(region, Providers, provider),
                    Reason = WithheldReason.ProviderBlackListed.ToContract(),
                }),
                (batch.Aside ?? []).Select(aside => new LeftOutProvider
                {
                    Provider = ResourceName.Of(region, Providers, aside.Provider),
                    Reason = WithheldReason.Disputed.ToContract(),
                    SetAside = { aside.SetAside.Select(amount => amount.ToContract(region)) },
                }),
            },
        };
    }

    public static ExportPaymentsResponse ToContract(this ExportedFile file, RegionCode region)
    {
        SettlementExport export = file.Batch.Export!;
        (string extension, string mediaType) = export.Format switch
        {
            PaymentFileFormat.Pain001 => ("xml", "application/xml"),
            PaymentFileFormat.SheetCsv => ("csv", "text/csv; charset=utf-8"),
            PaymentFileFormat.SheetCsvGb18030 => ("csv", "text/csv; charset=gb18030"),
            PaymentFileFormat.SheetXlsx => ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        };
        return new ExportPaymentsResponse
        {
            Batch = file.Batch.ToContract(region),
            File = Google.Protobuf.ByteString.CopyFrom(file.Bytes),
            FileName = export.Payments.IsEmpty ? "" : $"{export.MessageId(file.Batch.Id)}.{extension}",
            MediaType = export.Payments.IsEmpty ? "" : mediaType,
            AlreadyExported = file.IsAgain,
        };
    }

    private static PaymentExport ToContract(this SettlementExport export, SettlementRecord batch, RegionCode region) => new()
    {
        MessageId = export.MessageId(batch.Id),
        BankAccount = export.Bank,
        Format = export.Format.ToContract(),
        Profile = export.Profile,
        ExecutionDate = export.Day.ToContract(),
        ExportedBy = export.By,
        ExportTime = Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(export.At),
        Sha256 = export.Payments.IsEmpty ? "" : export.Sha256,
        Withheld =
        {
            export.Withheld.Select(withheld => new V1.WithheldPayment
            {
                Payment = $"{ResourceName.Of(region, Settlements, batch.Id)}/{Payments}/{withheld.Number}",
                Provider = ResourceName.Of(
                    region, Providers, batch.Payments.Single(payment => payment.Number == withheld.Number).Provider),
                Reason = withheld.Reason.ToContract(),
            }),
        },
        WithdrawalBy = export.WithdrawalBy,
        WithdrawalTime = export.WithdrawalAt is { } asked ? Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(asked) : null,
        WithdrawalNote = export.WithdrawalNote,
        ConfirmedBy = export.ConfirmedBy,
        ConfirmTime = export.ConfirmedAt is { } ended ? Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(ended) : null,
    };

    /// <summary>The id under which the bank is asked to pay: at most 35 letters and digits, as ISO 20022 has it.</summary>
    public static string EndToEndId(string batch, int payment) => $"{batch}-{payment:D3}";

    /// <summary>Reads <c>regions/{region}/settlements/{id}/payments/{number}</c>.</summary>
    /// <returns>The batch's name and the payment's number.</returns>
    public static (ResourceName Batch, int Number) PaymentNamed(RequestReader read, string text, string field)
    {
        if (text.Length == 0)
        {
            read.Refuse(field, "REQUIRED");
            return default;
        }
        if (ResourceName.TryParse(text, out ResourceName? name) && name.Value.Collection == Settlements
            && name.Value.Id.Split('/') is [var batch, Payments, var number] && OpaqueId.TryParse(batch, out _)
            && ResourceName.TryIndex(number, out long index) && index is > 0 and < int.MaxValue)
        {
            return (name.Value with { Id = batch }, (int)index);
        }
        read.Refuse(field, "NOT_A_NAME", ("pattern", "regions/430211/settlements/0123456789AB/payments/1"));
        return default;
    }

    private static SettlementPayment ToContract(this PaymentRecord payment, RegionCode region, string batch, string batchName) => new()
    {
        Name = batchName.Length == 0 ? "" : $"{batchName}/{Payments}/{payment.Number}",
        Provider = ResourceName.Of(region, Providers, payment.Provider),
        State = payment.State.ToContract(),
        NetAmount = new Fen(payment.AmountFen).ToContract(),
        OffsetAmount = new Fen(payment.NettedFen).ToContract(),
        Carried = { payment.Carried.Select(carried => carried.ToContract(region)) },
        SetAside = { payment.SetAside.Select(aside => aside.ToContract(region)) },
        FromEntryCount = payment.FromSize,
        ToEntryCount = payment.ToSize,
        EndToEndId = EndToEndId(batch, payment.Number),
        Outcomes = { payment.Outcomes.Select(outcome => outcome.ToContract(region)) },
        PayeeVersion = payment.Payee ?? "",
        HeldBackAmount = new Fen(payment.HeldBackFen).ToContract(),
    };

    private static V1.CarriedAmount ToContract(this CarriedAmount carried, RegionCode region) => new()
    {
        Source = $"{ResourceName.OfRegion(region)}/{carried.Source}",
        Amount = new Fen(carried.Fen).ToContract(),
        Payment = carried.Payment == 0 ? ""
            : $"{ResourceName.OfRegion(region)}/{string.Join('/', carried.Source.Split('/')[..2])}/{Payments}/{carried.Payment}",
        Complaint = carried.Complaint is { } complaint ? ResourceName.Of(region, ComplaintContract.Complaints, complaint) : "",
    };

    private static V1.PaymentOutcome ToContract(this PaymentOutcome outcome, RegionCode region) => new()
    {
        State = outcome.State.ToContract(),
        Date = outcome.Day.ToContract(),
        BankAccount = outcome.Bank,
        Reference = outcome.Reference,
        Entry = outcome.Entry < 0 ? "" : ResourceName.Of(region, Entries, outcome.Entry),
        LateFor = outcome.Effective is null ? null : outcome.Day.ToContract(),
        EffectiveDate = outcome.Effective?.ToContract(),
    };

    public static BatchDispute ToContract(this (int Payment, DisputedEntry Dispute) found, SettlementRecord batch, RegionCode region)
    {
        return new BatchDispute
        {
            Payment = $"{ResourceName.Of(region, Settlements, batch.Id)}/{Payments}/{found.Payment}",
            Entry = ResourceName.Of(region, Entries, found.Dispute.Entry),
            Complaint = ResourceName.Of(region, ComplaintContract.Complaints, found.Dispute.Complaint),
            StopsApproval = found.Dispute.Stops(batch, found.Payment),
        };
    }

    public static V1.ClaimStep ToContract(this ClaimStep step) => new()
    {
        Owner = step.Owner, By = step.By, Note = step.Note,
        Time = Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(step.At),
    };
}
