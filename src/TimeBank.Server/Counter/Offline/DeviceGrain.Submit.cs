using System.Collections.Immutable;
using TimeBank.Ledger;
using TimeBank.Proofs;

namespace TimeBank.Server;

/// <summary>
/// How a batch is decided. Receipts go by their counters, whatever their order in the batch. Each is kept first, then decided, then
/// answered in its own row, and the chain goes on: a crash anywhere is finished by the same batch, since the entry has an id of device and
/// counter. What waits is noted in the device's state before its row is kept, so that it is decided though it never comes again.
/// </summary>
public sealed partial class DeviceGrain
{
    public Task<Reply<DeviceAnswers>> SubmitAsync(Command command, ImmutableArray<byte[]> receipts) =>
        command.IsDryRun ? DryRunAsync(() => SubmitOnceAsync(command, receipts)) : SubmitOnceAsync(command, receipts);

    private async Task<Reply<DeviceAnswers>> SubmitOnceAsync(Command command, ImmutableArray<byte[]> receipts)
    {
        if (State.HasDone(command, out Refusal? reused) && reused is not null) return reused;
        if (State.Device is not { } device) return Reason.DeviceNotFound;
        if (await Writer.FindAsync(command.Id) is { } known && known.RequestDigest != Digest.Parse(command.RequestDigest))
            return Reason.RequestIdReused;
        // One that was revoked still sends what it accepted before; one that nobody approved has nothing to send.
        if (device.ApprovedAt is null) return Reason.DeviceWrongState;
        State.Answered = device.Counter;
        await GoOnAsync(command);
        var answers = new OfflineReceiptRecord[receipts.Length];
        OfflineReading[] read = [.. receipts.Select(bytes => OfflineReceipt.Read(bytes, $"{Region}", LocalKey, device.Key))];
        var answered = new Dictionary<OfflineReceipt, OfflineReceiptRecord>();
        foreach (int at in Enumerable.Range(0, receipts.Length).OrderBy(index => read[index].Receipt?.Counter ?? 0))
        {
            if (read[at].Receipt is not { } receipt) answers[at] = Invalid(receipts[at], read[at]);
            // The same receipt twice in one batch; a receipt has one signature.
            else if (answered.TryGetValue(receipt, out OfflineReceiptRecord? same)) answers[at] = same;
            else answers[at] = answered[receipt] = await AnswerAsync(command, receipt, receipts[at]);
        }
        // What waited for one of these is decided too: the terminal may never send it again.
        await GoOnAsync(command);
        State.Device = State.Device! with { SyncedAt = Now };
        await SaveAsync();
        // The region's writer remembers the request, and not this state, which would grow with every sync for as long as the terminal
        // lives. A batch that comes again is answered from the receipts' own rows, whatever the request.
        if ((await WriteAsync(Entries.Note(command.Header(Today, "")))).Refusal is { } refused) return refused;
        return new DeviceAnswers(State.Device, [.. answers]);
    }

    /// <summary>
    /// Decides what is kept and can be decided now: a crash cut a batch short, a receipt waited for our clock, or one before it has come.
    /// </summary>
    /// <returns>What was looked at.</returns>
    private async Task<List<OfflineReceiptRecord>> GoOnAsync(Command command)
    {
        var answers = new List<OfflineReceiptRecord>();
        while (true)
        {
            long next = State.Device!.Counter + 1;
            if (await Receipt($"{LocalKey}-{next}").GetAsync() is { } main)
            {
                answers.Add(await AnswerAsync(command, Kept(main), Convert.FromBase64String(main.Signed)));
            }
            else
            {
                // Of two with one counter, the one that follows the last receipt; the other is an exception after it.
                foreach (OfflineReceiptRecord one in (await WaitingAsync(next)).OrderBy(one => Follows(Kept(one)) ? 0 : 1).ToArray())
                {
                    answers.Add(await AnswerAsync(command, Kept(one), Convert.FromBase64String(one.Signed)));
                }
            }
            if (State.Device!.Counter < next) return answers;
        }

        bool Follows(OfflineReceipt receipt) => OfflineChain.PreviousOf(receipt) == State.Last;
    }

    /// <summary>
    /// What waits, up to a counter. A note without a row is dropped: a crash came between the two, so nobody was answered, and the receipt
    /// comes again or is gone. So is one whose row has its answer, that of a branch which a crash made the chain forget.
    /// </summary>
    private async Task<List<OfflineReceiptRecord>> WaitingAsync(long last)
    {
        var kept = new List<OfflineReceiptRecord>();
        string[] keys = [.. State.Waiting.Where(one => one.Value <= last).Select(one => one.Key).Order(StringComparer.Ordinal)];
        foreach (string key in keys)
        {
            if (await Receipt(key).GetAsync() is { Verdict.IsFinal: false } receipt) kept.Add(receipt);
            else State.Waiting.Remove(key);
        }
        return kept;
    }

    public Task<Reply<OfflineReceiptRecord>> SkipLostAsync(Command command, string key) =>
        command.IsDryRun ? DryRunAsync(() => SkipLostOnceAsync(command, key)) : SkipLostOnceAsync(command, key);

    private async Task<Reply<OfflineReceiptRecord>> SkipLostOnceAsync(Command command, string key)
    {
        if (State.Device is null || await Receipt(key).GetAsync() is not { } waiting) return Reason.OfflineExceptionNotFound;
        OfflineReceipt receipt = Kept(waiting);
        // Nothing is declared lost that was kept, and what is due already needs no declaration.
        List<OfflineReceiptRecord> answers = await GoOnAsync(command), upToThis = await WaitingAsync(receipt.Counter);
        if (State.Waiting.ContainsKey(key))
        {
            bool isKept = upToThis.Exists(one => one.Counter < receipt.Counter)
                || await Receipt($"{LocalKey}-{State.Device.Counter + 1}").GetAsync() is not null;
            Refusal? refusal = await OnceAsync(
                command,
                () => isKept ? new Refusal(Reason.OfflineNotWaiting) : null,
                () => State.Chain = State.Chain.Without(receipt));
            if (refusal is not null) return refusal;
            // From here on a crash is finished by the device's next call.
            answers.AddRange(await GoOnAsync(command));
        }
        await SaveAsync();
        if (answers.Find(one => one.Digest == waiting.Digest) is { } answer) return answer;
        if (!State.HasDone(command, out Refusal? reused)) return Reason.OfflineNotWaiting;
        return reused is not null ? reused : await Receipt($"{LocalKey}-{receipt.Counter}").GetAsync() ?? waiting;
    }

    /// <summary>A kept receipt; its signature was checked when it came.</summary>
    private OfflineReceipt Kept(OfflineReceiptRecord record) => OfflineReceipt.Read(
        Convert.FromBase64String(record.Signed), $"{Region}", LocalKey, State.Device!.Key).Receipt
        ?? throw new InvalidOperationException($"Receipt {record.Digest} is kept and can't be read.");

    private OfflineReceiptRecord Invalid(byte[] bytes, OfflineReading reading)
    {
        string rule = reading.Status == OfflineReceiptStatus.WrongForm ? $"{reading.Form}" : $"{reading.Status}";
        var refusal = Refusal.Of(Reason.OfflineReceiptInvalid, ("rule", rule));
        return new OfflineReceiptRecord(LocalKey, State.Device!.Provider, 0, $"{Digest.Of(bytes)}", "", "", 0, default, Now, "",
            OfflineVerdict.Of(OfflineStage.Invalid, refusal));
    }

    private async Task<OfflineReceiptRecord> AnswerAsync(Command command, OfflineReceipt receipt, byte[] bytes)
    {
        VoucherReading code = VoucherCode.Read(receipt.Code, [.. keys.Of(Region)]);
        string digest = $"{OfflineReceipt.DigestOf(bytes)}", main = $"{LocalKey}-{receipt.Counter}", own = $"{main}-{digest[..12]}";
        var record = new OfflineReceiptRecord(LocalKey, State.Device!.Provider, receipt.Counter, digest, Convert.ToBase64String(bytes),
            code.Claims?.Voucher ?? "", OfflineChain.AtStake(receipt), receipt.Clock, Now, command.Actor,
            new OfflineVerdict(OfflineStage.Received));
        OfflineReceiptRecord? decided = receipt.Counter <= State.Device!.Counter ? await AtAsync(receipt.Counter) : null;
        OfflinePlace place = State.Chain.Place(receipt, digest, decided?.Digest);
        return place.Step switch
        {
            OfflineStep.GoesOn => await NextAsync(command, receipt, record, code, main, own),
            OfflineStep.Decided => decided!,
            OfflineStep.Beside => await ExceptAsync(
                own, record, place.Refusal!, decided ?? await AtAsync(place.Counter), $"{LocalKey}-{place.Counter}"),
            OfflineStep.Waits => await WaitAsync(own, record with { Verdict = OfflineVerdict.Of(OfflineStage.Waiting, place.Refusal!) }),
        };
    }

    /// <summary>The receipt that was decided under a counter; null where there is none.</summary>
    private async Task<OfflineReceiptRecord?> AtAsync(long counter) =>
        counter == 0 ? null : await Receipt($"{LocalKey}-{counter}").GetAsync();

    private async Task<OfflineReceiptRecord> WaitAsync(string key, OfflineReceiptRecord record)
    {
        OfflineNote note = OfflineChain.NoteOf(State.Waiting, key);
        if (IsDryRun || note == OfflineNote.Full) return record;
        State.Waiting[key] = record.Counter;
        if (note == OfflineNote.New) await SaveAsync();
        return await Receipt(key).KeepAsync(record);
    }

    /// <summary>The receipt that the chain goes on with.</summary>
    private async Task<OfflineReceiptRecord> NextAsync(
        Command command, OfflineReceipt receipt, OfflineReceiptRecord record, VoucherReading code, string main, string own)
    {
        // What waited counts from when it came first.
        OfflineReceiptRecord? waited = await Receipt(own).GetAsync();
        if (waited is not null) record = record with { ReceivedAt = waited.ReceivedAt };
        OfflineReceiptRecord kept = IsDryRun ? await Receipt(main).GetAsync() ?? record : await Receipt(main).KeepAsync(record);
        // A crash came after this row and before the chain's: the row decides which of two goes on.
        if (kept.Digest != record.Digest) return await ExceptAsync(own, record, OfflineChain.ForkOf(receipt), kept, main);
        record = kept;
        if (!record.Verdict.IsFinal)
        {
            OfflineVerdict verdict = await DecideAsync(command, receipt, record, code);
            record = IsDryRun ? record with { Verdict = verdict } : await Receipt(main).AnswerAsync(verdict);
        }
        State.Waiting.Remove(own);
        if (waited is not null && !IsDryRun) await Receipt(own).AnswerAsync(new OfflineVerdict(OfflineStage.Settled));
        // It waits for our clock, and the chain with it.
        if (!record.Verdict.IsFinal) return record;
        State.Chain = State.Chain.After(
            receipt, record.Digest, record.Verdict.Stage == OfflineStage.Accepted, record.ReceivedAt);
        return record;
    }

    private async Task<OfflineVerdict> DecideAsync(
        Command command, OfflineReceipt receipt, OfflineReceiptRecord record, VoucherReading code)
    {
        Command own = CommandOf(command, record);
        // The rules that the terminal had are those of the day of service, also where others are in force when it sends.
        DateOnly served = ChinaTime.DateOf(OfflineChain.MadeAt(receipt, record.ReceivedAt));
        OfflinePolicy limits = (await rules.PolicyAsync(Region, served)).Vouchers.Offline;
        // A crash came after the entry and before the answer: what the journal says, stands, whatever the rules and the clock say by now.
        Outcome? outcome = await Writer.FindAsync(own.Id);
        if (outcome is null || outcome.RequestDigest.ToString() != record.Digest)
        {
            Refusal? refusal = await RefusalAsync(receipt, record, code, limits);
            if (refusal is not null && OfflineChain.IsWaitedFor(receipt, refusal, Now))
                return OfflineVerdict.Of(OfflineStage.Waiting, refusal);
            // The journal remembers a no as well: an entry that was asked for before a crash and is still on its way comes too late then.
            outcome = refusal is null ? await RedeemAsync(own, receipt, record, code.Claims!)
                : await Writer.DecideAsync(own, Today, refusal, () => Entries.Note(own.Header(Today, "")));
        }
        if (outcome.Refusal is { } no)
        {
            // Nothing was decided: the whole batch comes again.
            if (no.IsTransient()) throw new StorageUnavailableException($"The writer answered {no.Reason}.");
            JournalEntry? first = code.Claims is { } claims ? await FirstAsync(no.Reason, receipt, claims, limits) : null;
            (OpaqueId Device, long Counter)? by = first is null ? null : OfflineAcceptance.Of(first);
            return OfflineVerdict.Of(OfflineStage.Exception, no) with
            {
                OtherEntry = first?.Index,
                OtherReceipt = by is { } other ? $"{other.Device}-{other.Counter}" : "",
            };
        }
        Redemption paid = Redemption.Of(outcome.Entry!);
        return new OfflineVerdict(OfflineStage.Accepted, Entry: IsDryRun ? null : outcome.Entry!.Index, Paid: paid.FromVoucher,
            Unit: paid.Unit.Code);
    }

    private Task<Outcome> RedeemAsync(Command own, OfflineReceipt receipt, OfflineReceiptRecord record, VoucherClaims claims)
    {
        var place = (V1.ServicePlace)receipt.Place;
        var claim = new RedemptionClaim(OpaqueId.Parse(receipt.Provider), Slug.Parse(receipt.Item), receipt.Quantity,
            new Fen(receipt.PriceFen), new Fen(receipt.InsuranceFen), place.ToDomain(),
            ChinaTime.DateOf(OfflineChain.MadeAt(receipt, record.ReceivedAt)));
        var offline = new OfflineAcceptance(OpaqueId.Parse(LocalKey), receipt.Counter, Digest.Parse(record.Digest), receipt.FromVoucher,
            Unit.Parse(claims.Unit), claims.UseBy, [.. claims.ServiceTypes.Select(type => ((V1.ServiceType)type).ToDomain())],
            claims.OfflineAmount, claims.Serial);
        return GrainFactory.GetGrain<IVoucherGrain>(Region, claims.Voucher).RedeemOfflineAsync(own, claim, offline);
    }

    private async Task<Refusal?> RefusalAsync(
        OfflineReceipt receipt, OfflineReceiptRecord record, VoucherReading code, OfflinePolicy limits)
    {
        DeviceRecord device = State.Device!;
        var moments = new OfflineMoments(await MadeAsync(receipt.ListNumber), record.ReceivedAt, Now);
        var place = (V1.ServicePlace)receipt.Place;
        return State.Chain.Refuse(
            receipt, new OfflineTerminal(device.Provider, device.ApprovedAt ?? default, device.RevokedSince), moments, code,
            Enum.IsDefined(place) ? place.ToDomain() : null, limits);
    }

    /// <summary>What came first; null where nothing did.</summary>
    private async Task<JournalEntry?> FirstAsync(Reason reason, OfflineReceipt receipt, VoucherClaims claims, OfflinePolicy limits) =>
        reason is Reason.OfflineSpent or Reason.OfflineVoucherLimit
            ? OfflineAcceptance.FirstOf(reason, receipt, claims, limits, await StandingAsync(OpaqueId.Parse(claims.Voucher))) : null;

    /// <summary>
    /// What redemptions took from a voucher and stands, the last one first; before them the last bill of which something from the voucher
    /// still stands, if it came after them.
    /// </summary>
    private async Task<IEnumerable<JournalEntry>> StandingAsync(OpaqueId voucher)
    {
        JournalEntry[] redeemed = [.. await TakenAsync(voucher, EntryCode.RedeemVoucher)];
        foreach (JournalEntry bill in await TakenAsync(voucher, EntryCode.PayBill))
        {
            if (bill.Index < redeemed.FirstOrDefault()?.Index) break;
            IReadOnlyList<JournalEntry> refunds = await ledger.RefundsOfAsync(bill, CancellationToken.None);
            if (From(bill) > refunds.Sum(From)) return [bill, .. redeemed];
        }
        return redeemed;

        long From(JournalEntry entry) => Bill.Of(entry).Shares.Where(share => share.Voucher == voucher).Sum(share => share.FromVoucher);
    }

    /// <summary>What was taken from a voucher and stands, the last one first.</summary>
    private async Task<IEnumerable<JournalEntry>> TakenAsync(OpaqueId voucher, EntryCode code)
    {
        const int many = 1_000;
        var filter = new EntryFilter(code, Reversed: false) { Touching = [new AccountFilter(Chart.VoucherPath(voucher).Text)] };
        return (await ledger.EntriesAsync(Region, filter, long.MaxValue, many, CancellationToken.None)).Select(linked => linked.Entry);
    }

    private async Task<OfflineReceiptRecord> ExceptAsync(
        string key, OfflineReceiptRecord record, Refusal refusal, OfflineReceiptRecord? first, string firstKey)
    {
        OfflineVerdict verdict = OfflineVerdict.Of(OfflineStage.Exception, refusal) with
        {
            OtherEntry = first?.Verdict.Entry,
            OtherReceipt = first is null ? "" : firstKey,
        };
        State.Chain = State.Chain.Beside(record.Digest, refusal);
        record = record with { Verdict = verdict };
        if (!IsDryRun)
        {
            OfflineReceiptRecord kept = await Receipt(key).KeepAsync(record);
            record = kept.Verdict.IsFinal ? kept : await Receipt(key).AnswerAsync(verdict);
        }
        // Only now: while its row couldn't be written it still waits.
        State.Waiting.Remove(key);
        return record;
    }

    /// <summary>When the journal had so many entries: the earliest moment at which a list with this number can have been made.</summary>
    private async Task<DateTimeOffset> MadeAsync(long number)
    {
        if (number == 0) return default;
        StoredEntry? last = await ledger.EntryAsync(Region, number - 1, CancellationToken.None);
        // A number that the journal hasn't reached is none that the region gave.
        return last is null ? DateTimeOffset.MaxValue - OfflineChain.ClockTolerance : last.Entry.Time.ToDateTimeOffset();
    }

    /// <summary>
    /// The device's own command for one receipt: its entry's id comes from device and counter alone, whoever sends it, and its content is
    /// the receipt.
    /// </summary>
    private Command CommandOf(Command sent, OfflineReceiptRecord record)
    {
        Span<byte> request = stackalloc byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(request[8..], record.Counter);
        return new Command(new Guid(request, bigEndian: true), record.Digest, $"device/{Region}/{LocalKey}", "", "", sent.IsDryRun);
    }

    private IOfflineReceiptGrain Receipt(string key) => GrainFactory.GetGrain<IOfflineReceiptGrain>(Region, key);
}
