using System.Collections.Immutable;
using TimeBank.Ledger;
using TimeBank.Proofs;

namespace TimeBank.Simulation;

/// <summary>
/// A process of the server that decides receipts, until it crashes. It does what the terminals' and vouchers' grains do, in the same order,
/// by the ledger's rules: a receipt is kept, then decided, then answered in its own row, and the chain goes on. Calls about one terminal
/// wait for each other, and so do those about one voucher. Where it can't save a terminal, it forgets the terminal and reads it again;
/// where it can't write a receipt's row, it goes on from memory.
/// </summary>
internal sealed partial class TerminalServer(World world, Network network, Auditor auditor, Terminals terminals, string name)
{
    private readonly Turns _turns = new(world, name);
    private readonly Dictionary<string, Task> _busy = [];
    private readonly Dictionary<string, (TerminalState State, long Version)> _known = [];

    public bool IsAlive => _turns.IsAlive;

    public void Crash()
    {
        world.Note($"{name} crashes");
        world.Tally.Add("terminal server crashes");
        _turns.Die();
    }

    /// <summary>Carries out a call in its turn, and gives its answers where there are any.</summary>
    public void Carry(TerminalCall call, Action<ImmutableArray<TerminalVerdict>> answer) => _turns.Post(async _ =>
    {
        try
        {
            answer(await InTurnAsync(call.Of.Id, () => CarryAsync(call)));
        }
        catch (OfficeUnavailableException)
        {
            world.Tally.Add("terminal server knows nothing");
        }
        catch (Exception error) when (error is not FindingException)
        {
            throw world.Report($"{name} threw at {call}: {error}");
        }
    }, null);

    private async Task<T> InTurnAsync<T>(string key, Func<Task<T>> work)
    {
        Task before = _busy.GetValueOrDefault(key, Task.CompletedTask);
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _busy[key] = done.Task;
        await before;
        try
        {
            return await work();
        }
        finally
        {
            done.SetResult();
        }
    }

    private async Task<ImmutableArray<TerminalVerdict>> CarryAsync(TerminalCall call)
    {
        try
        {
            if (!_known.ContainsKey(call.Of.Id)) _known[call.Of.Id] = await terminals.Store.State(call.Of.Id).ReadAsync();
            if (call.RevokedSince is { } since)
            {
                if (State(call.Of).RevokedSince is null) Change(call.Of, state => state with { RevokedSince = since });
                await SaveAsync(call.Of);
                return [];
            }
            if (call.Lost is { } key)
            {
                await SkipLostAsync(call.Of, key);
                return [];
            }
            return await SubmitAsync(call);
        }
        catch (OfficeUnavailableException)
        {
            terminals.Rules.BreaksOff(call.Of);
            throw;
        }
    }

    private async Task<ImmutableArray<TerminalVerdict>> SubmitAsync(TerminalCall call)
    {
        Terminal of = call.Of;
        Change(of, state => state with { Chain = state.Chain with { Answered = state.Chain.Counter } });
        await GoOnAsync(of);
        OfflineReceipt?[] read =
            [.. call.Receipts.Select(bytes => OfflineReceipt.Read(bytes, Terminals.Region, of.Id, of.PublicKey).Receipt)];
        var answers = new TerminalVerdict[read.Length];
        var answered = new Dictionary<OfflineReceipt, TerminalVerdict>();
        // One that can't be read stops no other.
        foreach (int at in Enumerable.Range(0, read.Length).OrderBy(index => read[index]?.Counter ?? 0))
        {
            terminals.Rules.CheckRead(of, call.Receipts[at], read[at] is not null);
            if (read[at] is not { } receipt)
            {
                answers[at] = new TerminalVerdict(TerminalStage.Invalid, Reason.OfflineReceiptInvalid);
                continue;
            }
            if (!answered.TryGetValue(receipt, out TerminalVerdict? answer))
                answered[receipt] = answer = await AnswerAsync(of, receipt, call.Receipts[at]);
            answers[at] = answer;
        }
        await GoOnAsync(of);
        await SaveAsync(of);
        return [.. answers];
    }

    /// <summary>Decides what is kept and can be decided now.</summary>
    private async Task GoOnAsync(Terminal of)
    {
        while (true)
        {
            long next = State(of).Chain.Counter + 1;
            if (await RowAsync($"{of.Id}-{next}") is { } main) await AnswerAsync(of, Read(of, [.. main.Signed]), [.. main.Signed]);
            else
            {
                // Of two with one counter, the one that follows the last receipt; the other is an exception after it.
                foreach (var one in (await WaitingAsync(of, next))
                    .OrderBy(one => OfflineChain.PreviousOf(one.Receipt) == State(of).Chain.Last ? 0 : 1).ToArray())
                    await AnswerAsync(of, one.Receipt, one.Signed);
            }
            if (State(of).Chain.Counter < next) return;
        }
    }

    /// <summary>What waits, up to a counter. A note without a row is dropped, and one whose row has its answer.</summary>
    private async Task<List<(OfflineReceipt Receipt, byte[] Signed)>> WaitingAsync(Terminal of, long last)
    {
        var kept = new List<(OfflineReceipt Receipt, byte[] Signed)>();
        foreach (string key in State(of).Waiting.Where(one => one.Value <= last).Select(one => one.Key).ToArray())
        {
            if (await RowAsync(key) is { Verdict.IsFinal: false } row) kept.Add((Read(of, [.. row.Signed]), [.. row.Signed]));
            else
            {
                Change(of, state => state with { Waiting = state.Waiting.Remove(key) });
                world.Tally.Add("terminal notes without a receipt");
            }
        }
        return kept;
    }

    private async Task SkipLostAsync(Terminal of, string key)
    {
        if (await RowAsync(key) is not { } waiting) return;
        OfflineReceipt receipt = Read(of, [.. waiting.Signed]);
        await GoOnAsync(of);
        var upToThis = await WaitingAsync(of, receipt.Counter);
        if (State(of).Waiting.ContainsKey(key) && upToThis.TrueForAll(one => one.Receipt.Counter == receipt.Counter)
            && await RowAsync($"{of.Id}-{State(of).Chain.Counter + 1}") is null)
        {
            OfflineChain chain = State(of).Chain.Without(receipt);
            terminals.Rules.Skips(of, receipt, chain);
            Change(of, changed => changed with { Chain = chain });
            await SaveAsync(of);
            world.Tally.Add("receipts declared lost");
            await GoOnAsync(of);
        }
        await SaveAsync(of);
    }

    private async Task<TerminalVerdict> AnswerAsync(Terminal of, OfflineReceipt receipt, byte[] signed)
    {
        var digest = OfflineReceipt.DigestOf(signed).ToString();
        string main = $"{of.Id}-{receipt.Counter}", own = $"{main}-{digest[..12]}";
        TerminalRow? decided = receipt.Counter <= State(of).Chain.Counter ? await RowAsync(main) : null;
        OfflinePlace place = State(of).Chain.Place(receipt, digest, decided?.Digest);
        terminals.Rules.CheckPlace(of, receipt, digest, place);
        var row = new TerminalRow(digest, [.. signed], terminals.Now, new TerminalVerdict(TerminalStage.Received));
        switch (place.Step)
        {
            case OfflineStep.GoesOn:
                return await NextAsync(of, receipt, row, main, own);
            case OfflineStep.Decided:
                return decided!.Verdict;
            case OfflineStep.Beside:
                string at = $"{of.Id}-{place.Counter}";
                return await ExceptAsync(
                    of, own, row, place.Refusal!, decided ?? (place.Counter == 0 ? null : await RowAsync(at)), at);
            default:
                row = row with { Verdict = new TerminalVerdict(TerminalStage.Waiting, place.Refusal!.Reason) };
                OfflineNote note = OfflineChain.NoteOf(State(of).Waiting, own);
                if (note == OfflineNote.Full) return row.Verdict;
                Change(of, state => state with { Waiting = state.Waiting.SetItem(own, receipt.Counter) });
                if (note == OfflineNote.New) await SaveAsync(of);
                return (await KeepAsync(own, row)).Verdict;
        }
    }

    private async Task<TerminalVerdict> NextAsync(Terminal of, OfflineReceipt receipt, TerminalRow row, string main, string own)
    {
        TerminalRow? waited = await RowAsync(own);
        if (waited is not null) row = row with { Received = waited.Received };
        TerminalRow kept = await KeepAsync(main, row);
        if (kept.Digest != row.Digest) return await ExceptAsync(of, own, row, OfflineChain.ForkOf(receipt), kept, main);
        if (!kept.Verdict.IsFinal) kept = await AnswerRowAsync(main, await DecideAsync(of, receipt, kept));
        Change(of, state => state with { Waiting = state.Waiting.Remove(own) });
        if (waited is not null) await AnswerRowAsync(own, new TerminalVerdict(TerminalStage.Settled));
        if (!kept.Verdict.IsFinal) return kept.Verdict;
        terminals.Rules.Goes(of, receipt, kept.Digest);
        Change(of, state => state with
        {
            Chain = state.Chain.After(receipt, kept.Digest, kept.Verdict.Stage == TerminalStage.Accepted, kept.Received),
            KnownTo = TerminalRules.KnownTo(state, receipt),
        });
        return kept.Verdict;
    }

    private async Task<TerminalVerdict> ExceptAsync(
        Terminal of, string own, TerminalRow row, Refusal refusal, TerminalRow? first, string firstKey)
    {
        var verdict = new TerminalVerdict(
            TerminalStage.Exception, refusal.Reason, Moment: auditor.Model.Size, OtherEntry: first?.Verdict.Entry,
            OtherReceipt: first is null ? "" : firstKey);
        Change(of, state => state with { Chain = state.Chain.Beside(row.Digest, refusal) });
        TerminalRow kept = await KeepAsync(own, row with { Verdict = verdict });
        if (!kept.Verdict.IsFinal) kept = await AnswerRowAsync(own, verdict);
        Change(of, state => state with { Waiting = state.Waiting.Remove(own) });
        return kept.Verdict;
    }

    private OfflineReceipt Read(Terminal of, byte[] signed) =>
        OfflineReceipt.Read(signed, Terminals.Region, of.Id, of.PublicKey).Receipt
            ?? throw world.Report($"a receipt that {of.Id} signed can't be read");

    private async Task<TerminalRow?> RowAsync(string key) => (await terminals.Store.Row(key).ReadAsync()).State;

    /// <summary>Keeps a receipt. The first one under a key stays.</summary>
    private async Task<TerminalRow> KeepAsync(string key, TerminalRow row)
    {
        (TerminalRow? kept, long version) = await terminals.Store.Row(key).ReadAsync();
        if (kept is not null) return kept;
        await terminals.Store.Row(key).WriteAsync(row, version, () => IsAlive);
        return row;
    }

    /// <summary>Writes down what became of a receipt. An answer that is final stays.</summary>
    private async Task<TerminalRow> AnswerRowAsync(string key, TerminalVerdict verdict)
    {
        (TerminalRow? kept, long version) = await terminals.Store.Row(key).ReadAsync();
        if (kept!.Verdict.IsFinal) return kept;
        TerminalRow answered = kept with { Verdict = verdict };
        await terminals.Store.Row(key).WriteAsync(answered, version, () => IsAlive);
        return answered;
    }

    private TerminalState State(Terminal of) => _known[of.Id].State;

    private void Change(Terminal of, Func<TerminalState, TerminalState> change) =>
        _known[of.Id] = (change(_known[of.Id].State), _known[of.Id].Version);

    private async Task SaveAsync(Terminal of)
    {
        (TerminalState state, long version) = _known[of.Id];
        try
        {
            _known[of.Id] = (state, await terminals.Store.State(of.Id).WriteAsync(state, version, () => IsAlive));
        }
        catch (OfficeUnavailableException)
        {
            // Branches that were noted meanwhile are forgotten too.
            terminals.Forgets(of);
            _known.Remove(of.Id);
            throw;
        }
    }
}
