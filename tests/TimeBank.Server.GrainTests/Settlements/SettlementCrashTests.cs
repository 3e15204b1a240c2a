using TimeBank.Ledger;
using Xunit;
using static TimeBank.Server.GrainTests.District;

namespace TimeBank.Server.GrainTests;

/// <summary>A settlement whose server is lost between two writes: whoever looks next finishes it, and nothing is paid twice.</summary>
public sealed class SettlementCrashTests : IAsyncLifetime
{
    private static readonly OpaqueId Canteen = OpaqueId.From(EntryId.Of("provider", Guid.AllBitsSet));

    private District _here = null!;

    private ISettlementDeskGrain Desk => _here.Grains.GetGrain<ISettlementDeskGrain>(Tianyuan);

    public async ValueTask InitializeAsync()
    {
        _here = await StartAsync();
        await _here.Grains.GetGrain<IProviderGrain>($"{Tianyuan}/{Canteen}").RegisterAsync(_here.Command(), new ProviderRecord(
            Canteen.Text, "食堂", [ServiceType.Meal], First, First.AddYears(1), []));
        await PayToAsync("6222000000001111");
        await EarnAsync(1_000);
    }

    public ValueTask DisposeAsync() => _here.DisposeAsync();

    [Fact]
    public async Task A_batch_is_not_prepared_where_the_intention_could_not_be_stored()
    {
        Command command = _here.Command("MAKER");
        string before = await _here.CountersAsync();
        _here.States.FailNext(SettlementDeskState.Kind);
        await Assert.ThrowsAsync<StorageUnavailableException>(() => Desk.PrepareAsync(command, [], [], null));

        Assert.Equal(before, await _here.CountersAsync());
        Assert.Equal(1_000, Value(await Desk.PrepareAsync(command, [], [], null)).Payments.Single().AmountFen);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Money_that_was_held_without_its_batch_belongs_to_that_batch(bool retries)
    {
        Command command = _here.Command("MAKER");
        _here.States.FailNext(SettlementGrainState.Kind);
        await Assert.ThrowsAsync<StorageUnavailableException>(() => Desk.PrepareAsync(command, [], [], null));

        if (retries) Assert.Equal(command.NewId.Text, Value(await Desk.PrepareAsync(command, [], [], null)).Id);
        else Assert.Equal(Reason.NothingToSettle, (await Desk.PrepareAsync(_here.Command("MAKER"), [], [], null)).Reason);

        SettlementRecord batch = (await Batch(command.NewId.Text).GetAsync())!;
        Assert.Equal((SettlementState.Draft, 1_000), (batch.State, batch.Payments.Single().AmountFen));
        await EarnAsync(200);
        Assert.Equal(200, Value(await Desk.PrepareAsync(_here.Command("MAKER"), [], [], null)).Payments.Single().AmountFen);
    }

    [Fact]
    public async Task An_approval_whose_state_was_lost_is_finished_by_its_retry()
    {
        string id = await SubmittedAsync();
        Command approve = _here.Command("CHECKER");
        _here.States.FailNext(SettlementGrainState.Kind);
        await Assert.ThrowsAsync<StorageUnavailableException>(() => Batch(id).ApproveAsync(approve));

        Assert.Equal(SettlementState.Approved, Value(await Batch(id).ApproveAsync(approve)).State);
        Assert.Equal(1_000, await _here.BalanceAsync(Chart.Settlement(OpaqueId.Parse(id)).Path));
    }

    /// <summary>The money has moved and the state is lost: whoever comes next finds the batch approved, and by whom.</summary>
    [Fact]
    public async Task An_approval_whose_state_was_lost_is_finished_by_whoever_comes_next()
    {
        string id = await SubmittedAsync();
        _here.States.FailNext(SettlementGrainState.Kind, after: 1);
        await Assert.ThrowsAsync<StorageUnavailableException>(() => Batch(id).ApproveAsync(_here.Command("CHECKER")));

        Assert.Equal(Reason.SettlementWrongState, (await Batch(id).WithdrawAsync(_here.Command("MAKER"))).Reason);

        SettlementRecord batch = (await Batch(id).GetAsync())!;
        Assert.Equal((SettlementState.Approved, "CHECKER"), (batch.State, batch.ApprovedBy));
        Assert.Equal(1_000, await _here.BalanceAsync(Chart.Settlement(OpaqueId.Parse(id)).Path));
    }

    [Fact]
    public async Task A_withdrawal_whose_state_was_lost_gives_its_money_to_the_next_batch()
    {
        string id = await SubmittedAsync();
        _here.States.FailNext(SettlementGrainState.Kind, after: 1);
        await Assert.ThrowsAsync<StorageUnavailableException>(() => Batch(id).WithdrawAsync(_here.Command("MAKER")));

        Assert.Equal(Reason.SettlementWrongState, (await Batch(id).ApproveAsync(_here.Command("CHECKER"))).Reason);

        Assert.Equal(SettlementState.Withdrawn, (await Batch(id).GetAsync())!.State);
        Assert.Equal(1_000, Value(await Desk.PrepareAsync(_here.Command("MAKER"), [], [], null)).Payments.Single().AmountFen);
    }

    /// <summary>Also another person's approval: the money has moved, once, and the batch says by whom.</summary>
    [Fact]
    public async Task Two_approvals_move_the_money_once()
    {
        string id = await SubmittedAsync();
        Reply<SettlementRecord>[] replies =
            await Task.WhenAll(Batch(id).ApproveAsync(_here.Command("ONE")), Batch(id).ApproveAsync(_here.Command("TWO")));

        Assert.Equal(1, replies.Count(reply => reply.Refusal is null));
        Assert.Equal(Reason.SettlementWrongState, replies.Single(reply => reply.Refusal is not null).Reason);
        Assert.Equal(1_000, await _here.BalanceAsync(Chart.Settlement(OpaqueId.Parse(id)).Path));
    }

    [Fact]
    public async Task Words_of_a_statement_whose_state_was_lost_are_recorded_once()
    {
        string id = await SubmittedAsync();
        Value(await Batch(id).ApproveAsync(_here.Command("CHECKER")));
        await _here.FundedAsync("banked", 5_000);
        var paid = new PaymentOutcome(PaymentState.Paid, First, "main", "");
        BankWord[] words =
        [
            new(1, paid, $"{EntryId.Of("bank", Guid.Empty, "paid")}", $"{TimeBank.Proofs.Digest.Of([1])}"),
            new(1, paid with { State = PaymentState.Returned }, $"{EntryId.Of("bank", Guid.Empty, "back")}",
                $"{TimeBank.Proofs.Digest.Of([2])}"),
            new(7, paid, $"{EntryId.Of("bank", Guid.Empty, "none")}", $"{TimeBank.Proofs.Digest.Of([3])}"),
        ];
        long before = await BankAsync();
        _here.States.FailNext(SettlementGrainState.Kind);
        await Assert.ThrowsAsync<StorageUnavailableException>(() => Batch(id).RecordManyAsync(_here.Command("ONE"), [.. words[..1]]));

        WordsTaken taken = Value(await Batch(id).RecordManyAsync(_here.Command("TWO"), [.. words]));

        Assert.Equal([Reason.None, Reason.None, Reason.PaymentNotFound], taken.Left);
        Assert.Equal(before, await BankAsync());
        Assert.Equal([PaymentState.Paid, PaymentState.Returned],
            (await Batch(id).GetAsync())!.Payments.Single().Outcomes.Select(outcome => outcome.State));
        WordsTaken again = Value(await Batch(id).RecordManyAsync(_here.Command("THREE"), [.. words[..2]]));
        Assert.Equal([Reason.None, Reason.None], again.Left);
        Assert.Equal(before, await BankAsync());
    }

    private async Task<long> BankAsync()
    {
        Account bank = (await _here.Ledger().AccountAsync(Chart.Bank(Slug.Parse("main")).Path))!;
        return bank.Counters.DebitsPosted - bank.Counters.CreditsPosted;
    }

    [Fact]
    public async Task A_payment_whose_state_was_lost_leaves_the_bank_once()
    {
        string id = await SubmittedAsync();
        Value(await Batch(id).ApproveAsync(_here.Command("CHECKER")));
        await ImportAsync(Chart.Bank(Slug.Parse("main")), isDebit: true, 5_000);
        Command paid = _here.Command("MAKER");
        var word = new PaymentOutcome(PaymentState.Paid, _here.Today, "main", "B7");
        _here.States.FailNext(SettlementGrainState.Kind);
        await Assert.ThrowsAsync<StorageUnavailableException>(() => Batch(id).RecordAsync(paid, 1, word));

        SettlementRecord batch = Value(await Batch(id).RecordAsync(paid, 1, word));

        Assert.Equal((SettlementState.Closed, PaymentState.Paid), (batch.State, batch.Payments.Single().State));
        Assert.Equal(4_000, await _here.BalanceAsync(Chart.Bank(Slug.Parse("main")).Path));
        Assert.Equal(Reason.PaymentWrongState, (await Batch(id).RecordAsync(_here.Command("MAKER"), 1, word)).Reason);
    }

    /// <summary>The entry is there, its state is lost, and the bank's statement says the same under an id of its own.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_word_whose_state_was_lost_is_not_taken_again_under_another_id(bool byHand)
    {
        string id = await SubmittedAsync();
        Value(await Batch(id).ApproveAsync(_here.Command("CHECKER")));
        await ImportAsync(Chart.Bank(Slug.Parse("main")), isDebit: true, 5_000);
        var word = new PaymentOutcome(PaymentState.Paid, _here.Today, "main", "B7");
        // The first write plans the word, the second one says that it is recorded.
        _here.States.FailNext(SettlementGrainState.Kind, after: 1);
        await Assert.ThrowsAsync<StorageUnavailableException>(() => Batch(id).RecordAsync(_here.Command("MAKER"), 1, word));
        Assert.Equal(4_000, await _here.BalanceAsync(Chart.Bank(Slug.Parse("main")).Path));

        Reason again = byHand
            ? (await Batch(id).RecordAsync(_here.Command("OTHER"), 1, word)).Reason
            : Value(await Batch(id).RecordManyAsync(_here.Command("OTHER"),
                [new BankWord(1, word, $"{EntryId.Of("bank", Guid.Empty, "line")}", $"{TimeBank.Proofs.Digest.Of([9])}")])).Left.Single();

        Assert.Equal(Reason.PaymentWrongState, again);
        Assert.Equal(4_000, await _here.BalanceAsync(Chart.Bank(Slug.Parse("main")).Path));
        SettlementRecord batch = (await Batch(id).GetAsync())!;
        Assert.Equal((SettlementState.Closed, PaymentState.Paid, "B7"),
            (batch.State, batch.Payments.Single().State, batch.Payments.Single().Outcomes.Single().Reference));
    }

    /// <summary>What a second person did meanwhile stands: the first one's retry doesn't undo it.</summary>
    [Fact]
    public async Task A_submission_whose_state_was_lost_is_refused_once_the_batch_is_withdrawn()
    {
        string id = Value(await Desk.PrepareAsync(_here.Command("MAKER"), [], [], null)).Id;
        Command submit = _here.Command("MAKER");
        _here.States.FailNext(SettlementGrainState.Kind);
        await Assert.ThrowsAsync<StorageUnavailableException>(() => Batch(id).SubmitAsync(submit));
        Value(await Batch(id).WithdrawAsync(_here.Command("OTHER")));

        Assert.Equal(Reason.SettlementWrongState, (await Batch(id).SubmitAsync(submit)).Reason);
        Assert.Equal(SettlementState.Withdrawn, (await Batch(id).GetAsync())!.State);
    }

    /// <summary>The writer could not say whether it had the hold: whoever comes next finds out, and the amounts stay those held.</summary>
    [Fact]
    public async Task A_batch_whose_hold_is_unknown_is_finished_by_whoever_comes_next()
    {
        Value(await Desk.PrepareAsync(_here.Command("MAKER"), [], [], null));
        await EarnAsync(500);
        Command command = _here.Command("MAKER");
        SettlementRecord planned = Value(await Desk.PrepareAsync(command with { IsDryRun = true }, [], [], null));
        _here.States.Change<SettlementDeskState>(SettlementDeskState.Kind, Desk.GetGrainId(), state =>
            (state.Pending, state.PendingDigest) = (planned, command.RequestDigest));
        await _here.ForgetAsync(Desk);
        await EarnAsync(70);

        SettlementRecord next = Value(await Desk.PrepareAsync(_here.Command("OTHER"), [], [], null));

        Assert.Equal(70, next.Payments.Single().AmountFen);
        Assert.Equal(500, (await Batch(command.NewId.Text).GetAsync())!.Payments.Single().AmountFen);
        Assert.Equal(command.NewId.Text, Value(await Desk.PrepareAsync(command, [], [], null)).Id);
    }

    [Fact]
    public async Task A_file_whose_state_was_lost_is_made_by_its_retry()
    {
        string id = await ApprovedAsync();
        Command export = _here.Command("MAKER");
        _here.States.FailNext(SettlementGrainState.Kind);
        await Assert.ThrowsAsync<StorageUnavailableException>(() => Batch(id).ExportAsync(export, Order));
        Assert.Equal(SettlementState.Approved, (await Batch(id).GetAsync())!.State);

        ExportedFile file = Value(await Batch(id).ExportAsync(export, Order));

        Assert.Equal((SettlementState.Exported, false), (file.Batch.State, file.IsAgain));
        await _here.ForgetAsync(Batch(id));
        ExportedFile again = Value(await Batch(id).ExportAsync(_here.Command("OTHER"), Order));
        Assert.True(again.IsAgain);
        Assert.Equal(file.Bytes, again.Bytes);
    }

    [Fact]
    public async Task Two_exports_at_once_make_one_file()
    {
        string id = await ApprovedAsync();
        ExportedFile[] files = [.. (await Task.WhenAll(
            Batch(id).ExportAsync(_here.Command("ONE"), Order), Batch(id).ExportAsync(_here.Command("TWO"), Order))).Select(Value)];

        Assert.Equal(files[0].Bytes, files[1].Bytes);
        Assert.Equal([false, true], files.Select(file => file.IsAgain).Order());
        Assert.Equal(files[0].Batch.Export!.As, files[1].Batch.Export!.As);
    }

    /// <summary>The state says that the payment was withheld, and its entry is missing: whoever looks next writes it, once.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_withheld_payment_without_its_entry_gets_it_from_whoever_looks_next(bool wasWritten)
    {
        string id = await ApprovedAsync(andAnother: true);
        Command export = _here.Command("MAKER");
        await PayToAsync("6222000000002222");
        Value(await Batch(id).ExportAsync(export, Order));
        SettlementRecord given = (await Batch(id).GetAsync())!;
        PaymentRecord withheld = given.Payments.Single(payment => payment.Provider == Canteen.Text);
        Assert.Equal((PaymentState.Rejected, "withheld: payeeChanged"), (withheld.State, withheld.Outcomes.Single().Reference));
        Assert.True(withheld.Outcomes.Single().Entry >= 0);
        Assert.Equal(1_000, await _here.BalanceAsync(Chart.ProviderPayable(Canteen).Path));
        // As a crash after the entry leaves it.
        if (wasWritten)
        {
            _here.States.Change<SettlementGrainState>(SettlementGrainState.Kind, Batch(id).GetGrainId(), state => state.Batch =
                state.Batch! with
                {
                    Payments = state.Batch.Payments.Replace(
                        state.Batch.Payments.Single(payment => payment.Number == withheld.Number),
                        withheld with { Outcomes = [withheld.Outcomes[0] with { Entry = -1 }] }),
                });
            await _here.ForgetAsync(Batch(id));
        }
        Value(await Batch(id).ExportAsync(_here.Command("OTHER"), Order));

        Assert.Equal(withheld.Outcomes.Single(),
            (await Batch(id).GetAsync())!.Payments.Single(payment => payment.Number == withheld.Number).Outcomes.Single());
        Assert.Equal(1_000, await _here.BalanceAsync(Chart.ProviderPayable(Canteen).Path));
        Assert.Equal(500, await _here.BalanceAsync(Chart.Settlement(OpaqueId.Parse(id)).Path));
    }

    [Fact]
    public async Task Of_two_withdrawals_confirmed_at_once_one_counts()
    {
        string id = await ApprovedAsync();
        ExportedFile first = Value(await Batch(id).ExportAsync(_here.Command("MAKER"), Order));
        Value(await Batch(id).WithdrawExportAsync(_here.Command("MAKER")));

        Reply<SettlementRecord>[] replies = await Task.WhenAll(
            Batch(id).ConfirmWithdrawExportAsync(_here.Command("ONE")), Batch(id).ConfirmWithdrawExportAsync(_here.Command("TWO")));

        Assert.Equal(Reason.SettlementWrongState, replies.Single(reply => reply.Refusal is not null).Reason);
        ExportedFile second = Value(await Batch(id).ExportAsync(_here.Command("MAKER"), Order));
        Assert.Equal(($"{id}-F1", $"{id}-F2"),
            (first.Batch.Export!.MessageId(id), second.Batch.Export!.MessageId(id)));
        Assert.NotEqual(first.Bytes, second.Bytes);
    }

    private static readonly OpaqueId Other = OpaqueId.From(EntryId.Of("another provider", Guid.AllBitsSet));

    private static PaymentFileOrder Order => new("main", PaymentFileFormat.Pain001, "", null);

    private async Task<string> ApprovedAsync(bool andAnother = false)
    {
        if (andAnother)
        {
            await _here.Grains.GetGrain<IProviderGrain>($"{Tianyuan}/{Other}").RegisterAsync(_here.Command(), new ProviderRecord(
                Other.Text, "食堂", [ServiceType.Meal], First, First.AddYears(1), []));
            await PayToAsync("6222000000003333", Other);
            await ImportAsync(Chart.ProviderPayable(Other), isDebit: false, 500);
        }
        Value(await _here.Grains.GetGrain<IBankAccountGrain>($"{Tianyuan}/main").SetAsync(_here.Command("ADMIN"),
            new BankAccountDescription(new BankDetails("民政局", "6222000000009999", "演示银行", "313551088886"), "", "")));
        string id = await SubmittedAsync();
        Value(await Batch(id).ApproveAsync(_here.Command("CHECKER")));
        return id;
    }

    /// <summary>Sets up the account of a provider, and waits until it is in force.</summary>
    private async Task PayToAsync(string number, OpaqueId? provider = null)
    {
        IPayeeGrain payee = _here.Grains.GetGrain<IPayeeGrain>($"{Tianyuan}/{provider ?? Canteen}");
        PayeeChangeView change = Value(
            await payee.ProposeAsync(_here.Command("MAKER"), new BankDetails("食堂", number, "演示银行", "313551088886")));
        Value(await payee.ApproveAsync(_here.Command("CHECKER"), new PayeeApproval(change.Id, null)));
        _here.MoveTo(_here.Today.AddDays(1));
    }

    private ISettlementGrain Batch(string id) => _here.Grains.GetGrain<ISettlementGrain>($"{Tianyuan}/{id}");

    private async Task<string> SubmittedAsync()
    {
        string id = Value(await Desk.PrepareAsync(_here.Command("MAKER"), [], [], null)).Id;
        Value(await Batch(id).SubmitAsync(_here.Command("MAKER")));
        return id;
    }

    private Task EarnAsync(long fen) => ImportAsync(Chart.ProviderPayable(Canteen), isDebit: false, fen);

    private async Task ImportAsync(AccountSpec account, bool isDebit, long fen) => Assert.Null((await _here.Ledger().SubmitAsync(
        Entries.Import(_here.Command("STAFF").Header(_here.Today, "own"), account, isDebit, fen))).Refusal);
}
