using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using TimeBank.Banking;
using TimeBank.Ledger;

namespace TimeBank.Server;

/// <content>The file of payments: made once, given again byte for byte, and withdrawn by two persons.</content>
public sealed partial class SettlementGrain
{
    private const string WithheldPrefix = "withheld: ";

    /// <summary>The most providers that a refusal names.</summary>
    private const int MaxNamed = 20;

    public Task<Reply<ExportedFile>> ExportAsync(Command command, PaymentFileOrder order) => StepAsync<ExportedFile>(command, async () =>
    {
        (SettlementExport? made, Refusal? refusal) = Batch.Export is null ? await MakeAsync(command, order) : (null, null);
        if (Batch.Export is { } stored && !order.Fits(stored)) refusal = Another(stored);
        refusal = await OnceAsync(command, () => refusal, () => Store(made));
        if (refusal is not null) return refusal;
        if (await GiveBackAsync(command) is { } unfinished) return unfinished;
        // A retry of the command that made a file which was withdrawn since, or another file than that one.
        if (Batch.Export is not { } export) return SettlementRule.WrongState(Batch.State);
        if (!order.Fits(export)) return Another(export);
        if (IsDryRun) return new ExportedFile(Batch, [], export.As != command.Id.ToString());
        (byte[] bytes, Refusal? wrong) = await WriteFileAsync(export);
        if (wrong is not null) return wrong;
        if (Convert.ToHexStringLower(SHA256.HashData(bytes)) != export.Sha256)
        {
            throw new InvalidOperationException($"This build writes another file for {Batch.Id} than the one that was exported.");
        }
        return new ExportedFile(Batch, bytes, export.As != command.Id.ToString());
    });

    public Task<Reply<SettlementRecord>> WithdrawExportAsync(Command command) => StepAsync(command, () => OnceAsync(
        command, () => SettlementRule.WithdrawExport(Batch.State, IsAnswered),
        () => State.Batch = Batch with
        {
            Export = Batch.Export! with { WithdrawalBy = command.Actor, WithdrawalAt = Now, WithdrawalNote = command.Memo },
        }));

    public Task<Reply<SettlementRecord>> ConfirmWithdrawExportAsync(Command command) => StepAsync(command, () => OnceAsync(
        command,
        () => SettlementRule.ConfirmWithdrawExport(Batch.State, IsAnswered, Batch.Export?.WithdrawalBy ?? "", command.Actor),
        () => State.Batch = Batch with
        {
            State = SettlementState.Approved,
            Export = null,
            FormerExports =
                [.. Batch.FormerExports ?? [], Batch.Export! with { ConfirmedBy = command.Actor, ConfirmedAt = Now }],
        }));

    /// <summary>True where the bank, or somebody at the counter, has said something of a payment in the file.</summary>
    private bool IsAnswered => Batch.Export is { } export && Batch.Payments.Any(
        payment => export.Payments.Contains(payment.Number) && payment.State != PaymentState.Approved);

    /// <summary>The payees of an approval: the batch's payments with the versions of the accounts that they are paid to.</summary>
    private async Task<(ImmutableArray<PaymentRecord> Payments, Refusal? Refusal)> WithPayeesAsync()
    {
        var payments = ImmutableArray.CreateBuilder<PaymentRecord>();
        List<string> without = [], barred = [];
        foreach (PaymentRecord payment in Batch.Payments)
        {
            PayeeInForce? payee = payment.AmountFen == 0 ? null : await Payee(payment).InForceAsync(Today);
            if (payment.AmountFen > 0 && await IsBlackListedAsync(payment)) barred.Add(payment.Provider);
            else if (payment.AmountFen > 0 && payee is null) without.Add(payment.Provider);
            payments.Add(payment with { Payee = payee?.Version });
        }
        if (without.Count + barred.Count == 0) return (payments.ToImmutable(), null);
        var values = new List<(string Key, string Value)>();
        if (without.Count > 0) values.Add(("without", string.Join(", ", without.Take(MaxNamed))));
        if (barred.Count > 0) values.Add(("barred", string.Join(", ", barred.Take(MaxNamed - Math.Min(without.Count, MaxNamed - 1)))));
        // With the payments: the retry of an approval whose entry is written takes them, whatever has become of its payees.
        return (payments.ToImmutable(), Refusal.Of(Reason.ProvidersNotPayable, [.. values]));
    }

    /// <summary>
    /// What a first file has: each approved payment whose provider is still paid to the account that was approved, and about which nobody
    /// has complained since.
    /// </summary>
    private async Task<(SettlementExport? Export, Refusal? Refusal)> MakeAsync(Command command, PaymentFileOrder order)
    {
        if (SettlementRule.Export(Batch.State) is { } refusal) return (null, refusal);
        if (await GrainFactory.AtBankAsync(Region, order.Bank, isCustody: Batch.Pays == PayableKind.Prepaid) is { } unfit)
            return (null, unfit);
        BankAccountRecord bank = (await GrainFactory.GetGrain<IBankAccountGrain>(Region, order.Bank).GetAsync())!;
        string profile = order.Format == PaymentFileFormat.Pain001 ? "" : order.Profile.Length > 0 ? order.Profile : bank.SheetProfile;
        if (order.Format != PaymentFileFormat.Pain001 && profile.Length == 0)
            return (null, Refusal.Of(Reason.PaymentFileInvalid, ("field", "profile"), ("rule", $"{PaymentRule.Required}")));
        var paid = ImmutableArray.CreateBuilder<int>();
        var withheld = ImmutableArray.CreateBuilder<WithheldPayment>();
        var disputed = (await DisputesAsync()).Select(one => one.Payment).ToHashSet();
        foreach (PaymentRecord payment in Batch.Payments.Where(payment => payment.State == PaymentState.Approved))
        {
            PayeeInForce? payee = await Payee(payment).InForceAsync(Today);
            if (await IsBlackListedAsync(payment))
                withheld.Add(new WithheldPayment(payment.Number, WithheldReason.ProviderBlackListed));
            else if (payee is null || payee.Version != payment.Payee)
                withheld.Add(new WithheldPayment(payment.Number, WithheldReason.PayeeChanged));
            else if (disputed.Contains(payment.Number))
                withheld.Add(new WithheldPayment(payment.Number, WithheldReason.Disputed));
            else paid.Add(payment.Number);
        }
        if (paid.Count + withheld.Count == 0) return (null, new Refusal(Reason.NothingToExport));
        var export = new SettlementExport(
            (Batch.FormerExports?.Length ?? 0) + 1, command.Id.ToString(), order.Bank, bank.Account, order.Format, profile,
            order.Day ?? Today, command.Actor, Now, "", paid.ToImmutable(), withheld.ToImmutable());
        // With all of them withheld there is no file, and all of the money is owed again.
        (byte[] bytes, Refusal? wrong) = await WriteFileAsync(export);
        return wrong is not null ? (null, wrong) : (export with { Sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes)) }, null);
    }

    /// <summary>
    /// Withheld payments are rejected at once, without their entries: <see cref="GiveBackAsync"/> writes these, and whoever looks next
    /// finishes it.
    /// </summary>
    private void Store(SettlementExport? made)
    {
        if (made is null) return;
        ImmutableArray<PaymentRecord> payments =
            [
                .. Batch.Payments.Select(payment => made.Withheld.FirstOrDefault(one => one.Number == payment.Number) is { } withheld
                    ? payment with
                    {
                        State = PaymentState.Rejected,
                        Outcomes = payment.Outcomes.Add(
                            new PaymentOutcome(PaymentState.Rejected, Today, "", ReferenceOf(withheld.Reason))),
                    }
                    : payment),
            ];
        State.Batch = Batch with
        {
            State = made.Payments.IsEmpty && IsOver(payments) ? SettlementState.Closed : SettlementState.Exported,
            Export = made,
            Payments = payments,
        };
    }

    /// <summary>Writes the entries that withheld payments lack: their money is the providers' again, and a later batch pays it.</summary>
    private async Task<Refusal?> GiveBackAsync(Command command)
    {
        if (IsDryRun) return null;
        foreach (PaymentRecord payment in Batch.Payments)
        {
            if (payment.Outcomes.IsEmpty || payment.Outcomes[^1] is not { State: PaymentState.Rejected, Entry: < 0 } outcome) continue;
            EntryId id = EntryId.Of("settlement", Guid.Empty, string.Create(
                CultureInfo.InvariantCulture, $"withhold {LocalKey}/{payment.Number}"));
            Policy policy = await rules.PolicyAsync(Region, Today);
            EntryHeader header = command.Header(
                id, outcome.Day, policy.Version.ToString(), DetailsOf(payment, outcome));
            Outcome written = await Writer.FindAsync(id) ?? await Writer.SubmitIfAcceptedAsync(
                SettlementEntries.Reject(header, Id, OpaqueId.Parse(payment.Provider), new Fen(payment.AmountFen), Batch.Pays));
            if (written.Refusal is not null) return written.Refusal;
            State.Batch = Batch with
            {
                Payments = Batch.Payments.Replace(payment, payment with
                {
                    Outcomes = payment.Outcomes.SetItem(payment.Outcomes.Length - 1, outcome with { Entry = written.Entry!.Index }),
                }),
            };
            await SaveAsync();
        }
        return null;
    }

    private async Task<(byte[] Bytes, Refusal? Refusal)> WriteFileAsync(SettlementExport export)
    {
        if (export.Payments.IsEmpty) return ([], null);
        var payees = new List<BankDetails>();
        foreach (PaymentRecord payment in Batch.Payments.Where(payment => export.Payments.Contains(payment.Number)))
        {
            if (await Payee(payment).OfVersionAsync(payment.Payee!) is not { } payee)
                return ([], Refusal.Of(Reason.ProvidersNotPayable, ("without", payment.Provider)));
            payees.Add(payee.Account);
        }
        return await PaymentFiles.WriteAsync(Batch, export, payees);
    }

    private Task<bool> IsBlackListedAsync(PaymentRecord payment) => GrainFactory.IsBlackListedAsync(Region, payment.Provider, Today);

    private IPayeeGrain Payee(PaymentRecord payment) => GrainFactory.GetGrain<IPayeeGrain>(Region, payment.Provider);

    private static Refusal Another(SettlementExport made) => Refusal.Of(
        Reason.SettlementExported, ("format", StoredName.Of(made.Format)), ("account", made.Bank),
        ("date", made.Day.ToString("O", CultureInfo.InvariantCulture)), ("by", made.By));

    /// <summary>What stands where a bank's reference would: that we withheld the payment, and why.</summary>
    private static string ReferenceOf(WithheldReason reason) => $"{WithheldPrefix}{StoredName.Of(reason)}";
}

/// <summary>Who may be paid.</summary>
internal static class Payable
{
    public static async Task<bool> IsBlackListedAsync(this IGrainFactory grains, RegionCode region, string provider, DateOnly day) =>
        await grains.GetGrain<IProviderGrain>(region, provider).GetAsync() is { } found
        && found.ToFacts().StandingOn(day) == Standing.BlackListed;
}
