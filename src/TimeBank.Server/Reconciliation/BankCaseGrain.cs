using Orleans.Concurrency;
using TimeBank.Ledger;
using TimeBank.Proofs;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <summary>
/// What people do with one line of a bank's statement; key: region/account~line. One person proposes what becomes of a line that nothing
/// explains, another approves it; then the entry is written and the line matched with it. The books have the line.
/// </summary>
[Alias("timebank.bank-case")]
public interface IBankCaseGrain : IGrainWithStringKey
{
    /// <summary>What was done; null if nobody did anything.</summary>
    [Alias("get"), AlwaysInterleave]
    Task<BankCaseRecord?> GetAsync();

    /// <summary>Remembers that somebody matched the line or took the match back.</summary>
    [Alias("note")]
    Task<Reply<BankCaseRecord>> NoteAsync(Command command, string step, long group);

    [Alias("assign")]
    Task<Reply<BankCaseRecord>> AssignAsync(Command command, string owner);

    [Alias("propose")]
    Task<Reply<BankCaseRecord>> ProposeAsync(Command command, ResolutionKind kind, string fund, string provider);

    /// <summary>Proposes that what came in and stands in suspense is prepaid fees.</summary>
    /// <param name="prepayment">The agreement's id.</param>
    /// <param name="depositFen">The deposit's part of it.</param>
    [Alias("propose-custody")]
    Task<Reply<BankCaseRecord>> ProposeCustodyAsync(Command command, string prepayment, long depositFen);

    /// <summary>Approves what another person has proposed, writes its entry and matches the line with it.</summary>
    [Alias("approve")]
    Task<Reply<BankCaseRecord>> ApproveAsync(Command command);

    [Alias("withdraw")]
    Task<Reply<BankCaseRecord>> WithdrawAsync(Command command);

    /// <summary>Matches the line with the entry of its approved resolution, where a crash kept that from happening.</summary>
    [Alias("finish")]
    Task FinishAsync();
}

/// <inheritdoc cref="IBankCaseGrain"/>
public sealed class BankCaseGrain(
    [PersistentState(BankCaseState.Kind, GrainStorageNames.TimeBank)] IPersistentState<BankCaseState> state, IBankBooks books,
    DayRules rules, BusinessClock clock)
    : WorkflowGrain<BankCaseState>(state, clock), IBankCaseGrain
{
    private const int Tries = 8;

    private Slug Account => Slug.Parse(LocalKey.Split('~')[0]);

    private long Number => long.Parse(LocalKey.Split('~')[1], System.Globalization.CultureInfo.InvariantCulture);

    private BankCaseRecord Case => State.Case ?? new BankCaseRecord("", null, false, []);

    private bool IsProposed => Case.Resolution?.State == ResolutionState.Proposed;

    public Task<BankCaseRecord?> GetAsync() => Task.FromResult(Stored.Case);

    public Task<Reply<BankCaseRecord>> NoteAsync(Command command, string step, long group) => StepAsync(command, () => OnceAsync(
        command, () => null, () => State.Case = With(command, step, group)));

    public Task<Reply<BankCaseRecord>> AssignAsync(Command command, string owner) => StepAsync(command, () => OnceAsync(
        command, () => null, () => State.Case = With(command, "ASSIGNED") with { Owner = owner }));

    public Task<Reply<BankCaseRecord>> ProposeAsync(
        Command command, ResolutionKind kind, string fund, string provider) => StepAsync(command, async () =>
    {
        StoredBankLine line = await LineAsync();
        bool isMatched = await MatchedAsync() is not null || line.SignedFen == 0;
        bool isFund = fund.Length == 0 || await GrainFactory.GetGrain<IFundGrain>(Region, fund).GetAsync() is not null;
        bool isProvider = provider.Length == 0
            || await GrainFactory.GetGrain<IProviderGrain>(Region, provider).GetAsync() is not null;
        return await OnceAsync(
            command,
            () => IsProposed ? new Refusal(Reason.ResolutionPending)
                : !isFund ? new Refusal(Reason.FundNotFound)
                : !isProvider ? new Refusal(Reason.ProviderNotFound)
                : kind == ResolutionKind.Clear && !Case.IsInSuspense ? new Refusal(Reason.LineNotInSuspense)
                : kind != ResolutionKind.Clear && isMatched ? Refusal.Of(Reason.BankLineMatched, ("line", $"{Number}"))
                : kind is ResolutionKind.Fund or ResolutionKind.Repayment && line.SignedFen < 0 ? new Refusal(Reason.ResolutionWrongSide)
                : null,
            () => State.Case = With(command, "PROPOSED") with
            {
                Resolution = new ResolutionRecord(kind, ResolutionState.Proposed, fund, command.Memo, command.Actor,
                    Provider: provider.Length == 0 ? null : provider),
            });
    });

    public Task<Reply<BankCaseRecord>> ProposeCustodyAsync(Command command, string prepayment, long depositFen) =>
        StepAsync(command, async () =>
        {
            StoredBankLine line = await LineAsync();
            var proposed = new ResolutionRecord(ResolutionKind.Clear, ResolutionState.Proposed, "", command.Memo, command.Actor,
                Prepayment: prepayment, DepositFen: depositFen);
            Refusal? refusal = IsProposed ? new Refusal(Reason.ResolutionPending)
                : !Case.IsInSuspense ? new Refusal(Reason.LineNotInSuspense)
                : line.SignedFen < 0 ? new Refusal(Reason.ResolutionWrongSide)
                : (await CustodyAsync(command with { IsDryRun = true }, proposed, line)).Refusal;
            if (refusal is { } outage && outage.IsTransient()) return outage;
            return await OnceAsync(command, () => refusal, () => State.Case = With(command, "PROPOSED") with { Resolution = proposed });
        });

    public Task<Reply<BankCaseRecord>> ApproveAsync(Command command) => StepAsync(
        command, async () => await ApproveOnceAsync(command) ?? (command.IsDryRun ? null : await MatchAsync()));

    private async Task<Refusal?> ApproveOnceAsync(Command command)
    {
        StoredBankLine line = await LineAsync();
        StoredMatch? matched = await MatchedAsync();
        Policy policy = await rules.PolicyAsync(Region, Today);
        ResolutionRecord? proposed = Case.Resolution;
        bool isClear = proposed?.Kind == ResolutionKind.Clear;
        Refusal? refusal = !IsProposed ? new Refusal(Reason.ResolutionNotFound)
            : proposed!.ProposedBy == command.Actor ? new Refusal(Reason.MakerIsChecker)
            : !isClear && matched is not null ? Refusal.Of(Reason.BankLineMatched, ("line", $"{Number}"))
            : null;
        if (refusal is null && !State.HasDone(command, out _))
        {
            // A run finds the case by what it waits for.
            (State.Planned, State.Waits) = (PlannedCommand.Of("approve", command), BankCaseState.WaitsForMatch);
            await SaveAsync();
        }
        Proposal Booking() => Entry(Header(command, line, policy), proposed!, line);
        // The account books one after another, so that nobody types the same movement meanwhile.
        if (refusal is null && proposed!.Kind is ResolutionKind.Fund or ResolutionKind.Suspense or ResolutionKind.Claim)
        {
            refusal = (await GrainFactory.GetGrain<IBankAccountGrain>(Region, Account.Text).BookLineAsync(command, Booking(), Number))
                .Refusal;
            if (refusal is { } outage && outage.IsTransient()) return outage;
        }
        Func<Proposal> booking = Booking;
        // The agreement moves its money one after another, so that no refund or draw reckons with another sum meanwhile.
        if (refusal is null && proposed!.Prepayment is not null)
        {
            (refusal, Proposal? cleared) = await CustodyAsync(command, proposed, line);
            if (refusal is { } outage && outage.IsTransient()) return outage;
            if (cleared is not null) booking = () => cleared;
        }
        return await OnceAsync(
            command, () => refusal, booking,
            outcome =>
            {
                State.Planned = null;
                DateOnly? late = outcome.Entry?.Header.LateDay();
                State.Case = With(command, "APPROVED") with
                {
                    Resolution = proposed! with
                    {
                        State = ResolutionState.Approved,
                        ApprovedBy = command.Actor,
                        Entry = outcome.Entry?.Index ?? -1,
                        LateFor = late,
                        Effective = late is null ? null : outcome.Entry!.Header.EffectiveDate,
                    },
                    IsInSuspense = proposed.Kind is ResolutionKind.Suspense or ResolutionKind.Claim,
                };
                State.Waits = isClear ? "" : BankCaseState.WaitsForMatch;
            });
    }

    /// <summary>Carries out an approval that a crash has cut short, so that no second one writes its money again.</summary>
    private async Task<Refusal?> FinishApprovalAsync(EntryId? unless)
    {
        if (State.Planned is not { } planned || planned.ToCommand().Id == unless) return null;
        Refusal? refusal = await ApproveOnceAsync(planned.ToCommand());
        if (refusal is { } outage && outage.IsTransient()) return outage;
        if (refusal is null) return null;
        (State.Planned, State.Waits) = (null, "");
        await SaveAsync();
        return null;
    }

    public Task<Reply<BankCaseRecord>> WithdrawAsync(Command command) => StepAsync(command, () => OnceAsync(
        command, () => IsProposed ? null : new Refusal(Reason.ResolutionNotFound),
        () => State.Case = With(command, "WITHDRAWN") with
        {
            Resolution = Case.Resolution! with { State = ResolutionState.Withdrawn },
        }));

    public async Task FinishAsync()
    {
        if (await FinishApprovalAsync(unless: null) is null) await MatchAsync();
    }

    /// <summary>Moves a line's money from suspense into custody by the agreement's grain, or only asks it.</summary>
    /// <returns>The entry, which is written under the command's id; null with the refusal.</returns>
    private async Task<(Refusal? Refusal, Proposal? Cleared)> CustodyAsync(
        Command command, ResolutionRecord resolution, StoredBankLine line)
    {
        IPrepaymentGrain agreement = GrainFactory.GetGrain<IPrepaymentGrain>(Region, resolution.Prepayment!);
        Fen amount = new(line.SignedFen), deposit = new(resolution.DepositFen ?? 0);
        if (PrepaymentRule.Split(amount, deposit) is { } tooMuch) return (tooMuch, null);
        if (await agreement.GetAsync() is not { } known) return (new Refusal(Reason.PrepaymentNotFound), null);
        Policy policy = await rules.PolicyAsync(Region, Today);
        Proposal cleared =
            BankEntries.ClearIntoCustody(Header(command, line, policy), Account, known.Record.Custody, amount, deposit);
        Reply<PrepaymentView> taken =
            await agreement.ClearInAsync(command, cleared, Account.Text, (amount - deposit).Value, deposit.Value);
        return (taken.Refusal, taken.Refusal is null ? cleared : null);
    }

    private EntryHeader Header(Command command, StoredBankLine line, Policy policy) =>
        command.Header(line.Day, policy.Version.ToString(), ("line", BankItem.Line(Account, Number)));

    private Proposal Entry(EntryHeader header, ResolutionRecord resolution, StoredBankLine line)
    {
        var amount = new Fen(Math.Abs(line.SignedFen));
        bool isIn = line.SignedFen > 0;
        return resolution.Kind switch
        {
            ResolutionKind.Fee => BankEntries.Fee(header, Account, amount, isBack: isIn),
            ResolutionKind.Fund => BankEntries.Receive(header, Account, Slug.Parse(resolution.Fund), amount),
            ResolutionKind.Repayment => BankEntries.Repay(header, Account, OpaqueId.Parse(resolution.Provider!), amount),
            ResolutionKind.Suspense or ResolutionKind.Claim => BankEntries.Suspend(header, Account, amount, isIn),
            ResolutionKind.Clear => BankEntries.Clear(header, Account, Slug.Parse(resolution.Fund), amount, isIn),
            _ => throw new InvalidOperationException($"Nobody resolves a line by {resolution.Kind}."),
        };
    }

    /// <summary>
    /// Stores the match of the approved resolution. Somebody may have matched the line with something else in the moment before the entry:
    /// then the entry is undone, since the money would be in the books twice.
    /// </summary>
    private async Task<Refusal?> MatchAsync()
    {
        if (State.Waits != BankCaseState.WaitsForMatch || State.Planned is not null) return null;
        ResolutionRecord approved = Case.Resolution!;
        string item = BankItem.Posting(new PostingCursor(approved.Entry, 0));
        for (int tries = 0; tries < Tries; tries++)
        {
            BankBook book = await books.ReadAsync(Region, Account, default);
            if (await MatchedAsync() is { } other)
            {
                if (other.Item != item) return await UndoAsync(approved);
                State.Waits = "";
                await SaveAsync();
                return null;
            }
            IReadOnlyList<StoredMatch> suggested = await books.MatchesAsync(Region, Account, [Number], default);
            var match = new StoredMatch(
                Number, book.LastGroup + 1, item, MatchStatus.Confirmed, BankPass.Resolution, 0, approved.ApprovedBy, LedgerTime.From(Now));
            await books.MatchAsync(
                Region, Account, book, keepSuggested: true, [.. suggested.Select(one => one.Group).Distinct()], [match], default);
        }
        throw new StorageUnavailableException($"The book of {Account} changes all the time.");
    }

    private async Task<Refusal?> UndoAsync(ResolutionRecord approved)
    {
        var original = EntryId.Parse(State.Case!.History.Last(step => step.Step == "APPROVED").Command);
        EntryId id = original.Step("undo");
        Policy policy = await rules.PolicyAsync(Region, Today);
        var header = new EntryHeader(
            id, Digest.Of(id.ToArray()), approved.ApprovedBy, "", Today, policy.Version.ToString(), "", EntryHeader.NoDetails);
        Outcome undone = await Writer.SubmitIfAcceptedAsync(Entries.Reverse(header, original));
        if (undone.Refusal is { } refusal) return refusal;
        State.Waits = "";
        State.Case = Case with { Resolution = approved with { State = ResolutionState.Withdrawn }, IsInSuspense = false };
        await SaveAsync();
        return Refusal.Of(Reason.BankLineMatched, ("line", $"{Number}"));
    }

    private BankCaseRecord With(Command command, string step, long group = 0) => Case with
    {
        History = Case.History.Add(new BankCaseStep(step, command.Actor, Now, command.Memo, $"{command.Id}", group)),
    };

    private async Task<StoredBankLine> LineAsync() =>
        await books.LinesAsync(Region, Account, new BankLineFilter(), Number - 1, 1, default).FirstAsync();

    private async Task<StoredMatch?> MatchedAsync() =>
        (await books.MatchesAsync(Region, Account, [Number], default)).FirstOrDefault(match => match.Status == MatchStatus.Confirmed);

    private async Task<Reply<BankCaseRecord>> StepAsync(Command command, Func<Task<Refusal?>> step)
    {
        async Task<Reply<BankCaseRecord>> AnswerAsync() => await step() is { } refusal ? refusal : Case;
        if (!command.IsDryRun)
        {
            if (await FinishApprovalAsync(command.Id) is { } unfinished) return unfinished;
            // A match that a crash has kept comes first: another resolution in its place would book the line a second time.
            await MatchAsync();
        }
        return command.IsDryRun ? await DryRunAsync(AnswerAsync) : await AnswerAsync();
    }
}

/// <summary>The cases of an account.</summary>
public sealed class BankCases(IGrainFactory grains, IRegistry registry)
{
    public IBankCaseGrain Of(OwnAccount account, long line) =>
        grains.GetGrain<IBankCaseGrain>(FormattableString.Invariant($"{account.GrainKey}~{line}"));

    /// <summary>Finishes the cases that a crash has left between their entry and their match.</summary>
    public async Task FinishAsync(OwnAccount account, CancellationToken cancellation)
    {
        var query = new RegistryQuery(account.Region, BankCaseState.Kind) { Limit = 1_000 }.Where(
            new RegistryCondition(BankCaseState.WaitsPath, BankCaseState.WaitsForMatch));
        foreach (RegistryRow<BankCaseState> row in await registry.ListAsync<BankCaseState>(query, cancellation))
        {
            if (row.Key.StartsWith($"{account.Slug}~", StringComparison.Ordinal))
                await grains.GetGrain<IBankCaseGrain>(account.Region, row.Key).FinishAsync();
        }
    }
}
