using TimeBank.Ledger;
using Xunit;

namespace TimeBank.Server.GrainTests;

public sealed class PayeeGrainTests
{
    private static readonly BankDetails First = new("阳光食堂", "6222000000001111", "演示银行天元支行", "313551088886"),
        Second = First with { Number = "6222000000002222" };

    [Fact]
    public async Task An_account_is_in_force_from_the_day_after_its_approval_until_the_next_one_is()
    {
        await using District district = await District.StartAsync();
        IPayeeGrain payee = await PayeeAsync(district);

        OpaqueId first = await InForceAsync(district, payee, First);
        Assert.Null(await payee.InForceAsync(District.First));
        Assert.Equal(First, (await payee.InForceAsync(District.First.AddDays(1)))!.Account);
        district.MoveTo(District.First.AddDays(4));
        OpaqueId second = await InForceAsync(district, payee, Second);

        Assert.Equal((first, First), await AccountAsync(payee, District.First.AddDays(4)));
        Assert.Equal((second, Second), await AccountAsync(payee, District.First.AddDays(5)));
        Assert.Equal([PayeeStage.Approved, PayeeStage.InForce], await StagesAsync(payee));
        district.MoveTo(District.First.AddDays(5));
        Assert.Equal([PayeeStage.InForce, PayeeStage.Replaced], await StagesAsync(payee));
        Assert.Equal((first, First), await AccountAsync(payee, District.First.AddDays(1)));
        Assert.All(await payee.ChangesAsync(), change => Assert.StartsWith("****", change.Account.Number, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_version_names_one_account_of_one_change()
    {
        await using District district = await District.StartAsync();
        IPayeeGrain payee = await PayeeAsync(district), other = await PayeeAsync(district);
        var versions = new List<string>();
        foreach ((IPayeeGrain grain, BankDetails account) in ((IPayeeGrain, BankDetails)[])[(payee, First), (other, First),
            (payee, Second), (payee, First)])
        {
            await InForceAsync(district, grain, account);
            versions.Add((await grain.InForceAsync(District.First.AddDays(1)))!.Version);
            Assert.Equal(versions[^1], (await grain.InForceAsync(District.First.AddDays(1)))!.Version);
        }

        Assert.Distinct(versions);
        Assert.All(versions, version => Assert.Matches("^[0-9a-f]{64}$", version));
    }

    [Fact]
    public async Task Rules_are_asked_in_their_order()
    {
        await using District district = await District.StartAsync();
        IPayeeGrain payee = await PayeeAsync(district), nobody = district.Grains.GetGrain<IPayeeGrain>($"{District.Tianyuan}/0123456789AB");
        Command Checker() => district.Command() with { Actor = "checker" };
        async Task<Reason> ProposeAsync(BankDetails account) => (await payee.ProposeAsync(district.Command(), account)).Reason;
        async Task<Reason> ApproveAsync(Command command, OpaqueId change, string? number = null) =>
            (await payee.ApproveAsync(command, new PayeeApproval(change, number))).Reason;
        async Task<Reason> WithdrawAsync(OpaqueId change) => (await payee.WithdrawAsync(district.Command(), change)).Reason;

        Assert.Equal(Reason.ProviderNotFound, (await nobody.ProposeAsync(district.Command(), First)).Reason);
        Assert.Equal(Reason.PayeeChangeNotFound, await ApproveAsync(Checker(), OpaqueId.Parse("0123456789AB")));
        Assert.Equal(Reason.PayeeChangeNotFound, await WithdrawAsync(OpaqueId.Parse("0123456789AB")));
        OpaqueId first = (await payee.ProposeAsync(district.Command(), First)).Value!.Id;
        Assert.Equal(Reason.PayeeChangePending, await ProposeAsync(Second));
        Assert.Equal(Reason.MakerIsChecker, await ApproveAsync(district.Command(), first, Second.Number));
        Assert.Equal(Reason.PayeeNumberDiffers, await ApproveAsync(Checker(), first, Second.Number));
        Assert.Equal(Reason.None, await ApproveAsync(Checker(), first, First.Number));
        Assert.Equal(Reason.PayeeChangeAlreadyApproved, await ApproveAsync(Checker(), first));
        Assert.Equal(Reason.PayeeNotChanged, await ProposeAsync(First));
        // Approved and not in force yet: the time to stop it.
        Assert.Equal(Reason.None, await WithdrawAsync(first));
        Assert.Equal(Reason.PayeeChangeWithdrawn, await WithdrawAsync(first));
        Assert.Equal(Reason.PayeeChangeWithdrawn, await ApproveAsync(Checker(), first));
        Assert.Null(await payee.InForceAsync(District.First.AddDays(9)));
        OpaqueId again = await InForceAsync(district, payee, First);
        district.MoveTo(District.First.AddDays(1));
        Assert.Equal(Reason.PayeeChangeInForce, await WithdrawAsync(again));
    }

    [Fact]
    public async Task A_retry_is_one_effect_and_another_account_under_its_id_a_conflict()
    {
        await using District district = await District.StartAsync();
        IPayeeGrain payee = await PayeeAsync(district);
        // The digest is made without the account, as the service makes it.
        Command propose = District.Named("propose"), approve = District.Named("approve") with { Actor = "checker" };

        Reply<PayeeChangeView> proposed = await payee.ProposeAsync(propose, First);
        var approval = new PayeeApproval(proposed.Value!.Id, First.Number);
        Reply<PayeeChangeView> approved = await payee.ApproveAsync(approve, approval);

        Assert.Equal(approved, await payee.ProposeAsync(propose, First));
        Assert.Equal(approved, await payee.ApproveAsync(approve, approval));
        Assert.Equal(Reason.RequestIdReused, (await payee.ProposeAsync(propose, Second)).Reason);
        Assert.Equal(Reason.RequestIdReused, (await payee.ApproveAsync(approve, approval with { Number = Second.Number })).Reason);
        Assert.Single(await payee.ChangesAsync());
    }

    [Fact]
    public async Task A_dry_run_leaves_nothing()
    {
        await using District district = await District.StartAsync();
        IPayeeGrain payee = await PayeeAsync(district);
        Command Trial() => district.Command() with { IsDryRun = true };
        string before = await district.EverythingAsync();
        Assert.Equal(PayeeStage.Proposed, (await payee.ProposeAsync(Trial(), First)).Value!.Stage);
        Assert.Equal(before, await district.EverythingAsync());
        OpaqueId change = (await payee.ProposeAsync(district.Command(), First)).Value!.Id;
        before = await district.EverythingAsync();

        Assert.Equal(Reason.PayeeChangePending, (await payee.ProposeAsync(Trial(), Second)).Reason);
        Assert.Equal(PayeeStage.Approved,
            (await payee.ApproveAsync(Trial() with { Actor = "checker" }, new PayeeApproval(change, null))).Value!.Stage);
        Assert.Equal(PayeeStage.Withdrawn, (await payee.WithdrawAsync(Trial(), change)).Value!.Stage);

        Assert.Equal(before, await district.EverythingAsync());
        Assert.Equal([PayeeStage.Proposed], await StagesAsync(payee));
    }

    [Fact]
    public async Task What_is_stored_and_what_a_log_would_have_says_nothing_of_the_account()
    {
        await using District district = await District.StartAsync();
        IPayeeGrain payee = await PayeeAsync(district);
        await InForceAsync(district, payee, First);

        string stored = await district.EverythingAsync();

        PayeeInForce inForce = (await payee.InForceAsync(District.First.AddDays(1)))!;
        var approval = new PayeeApproval(inForce.Change, First.Number);
        foreach (string text in (string[])[stored, $"{First}", $"{inForce}", $"{approval}"])
        {
            Assert.DoesNotContain(First.Number, text, StringComparison.Ordinal);
            Assert.DoesNotContain(First.BankCode, text, StringComparison.Ordinal);
            Assert.DoesNotContain(First.Number[^8..], text, StringComparison.Ordinal);
        }
        Assert.Contains("\"account\"", stored, StringComparison.Ordinal);
    }

    /// <summary>The outcome is remembered, the state is not: whoever looks next finishes.</summary>
    [Fact]
    public async Task A_command_whose_state_was_not_written_is_finished_by_its_retry()
    {
        await using District district = await District.StartAsync();
        IPayeeGrain payee = await PayeeAsync(district);
        Command propose = District.Named("propose");
        district.States.FailNext(PayeeState.Kind);
        await Assert.ThrowsAnyAsync<Exception>(() => payee.ProposeAsync(propose, First));
        await district.ForgetAsync(payee);
        Assert.Empty(await payee.ChangesAsync());

        Reply<PayeeChangeView> again = await payee.ProposeAsync(propose, First);

        Assert.Equal(propose.NewId, again.Value!.Id);
        Assert.Single(await payee.ChangesAsync());
    }

    /// <summary>A row that somebody copied over another payee's doesn't open.</summary>
    [Fact]
    public async Task Another_payees_row_is_unreadable()
    {
        await using District district = await District.StartAsync();
        IPayeeGrain payee = await PayeeAsync(district), other = await PayeeAsync(district);
        foreach (IPayeeGrain one in (IPayeeGrain[])[payee, other]) await InForceAsync(district, one, First);
        PayeeState row = null!;
        district.States.Change<PayeeState>(PayeeState.Kind, payee.GetGrainId(), state => row = state);
        district.States.Change<PayeeState>(PayeeState.Kind, other.GetGrainId(),
            state => (state.Key, state.Changes) = (row.Key, row.Changes));
        await district.ForgetAsync(other);

        VaultException error = await Assert.ThrowsAsync<VaultException>(() => other.InForceAsync(District.First.AddDays(1)));

        Assert.Contains(other.GetPrimaryKeyString().Split('/')[1], error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_the_key_the_history_stays_and_nothing_is_in_force()
    {
        await using District district = await District.StartAsync();
        IPayeeGrain payee = await PayeeAsync(district);
        await InForceAsync(district, payee, First);
        district.States.Change<PayeeState>(PayeeState.Kind, payee.GetGrainId(), state => state.Key = null);
        await district.ForgetAsync(payee);

        PayeeChangeView erased = Assert.Single(await payee.ChangesAsync());

        Assert.Equal((BankDetails.Erased, PayeeStage.Approved, "checker"), (erased.Account, erased.Stage, erased.ApprovedBy));
        Assert.Null(await payee.InForceAsync(District.First.AddDays(1)));
    }

    private static async Task<IPayeeGrain> PayeeAsync(District district) =>
        district.Grains.GetGrain<IPayeeGrain>($"{District.Tianyuan}/{await district.ProviderAsync(ServiceType.Meal)}");

    private static async Task<OpaqueId> InForceAsync(District district, IPayeeGrain payee, BankDetails account)
    {
        Reply<PayeeChangeView> proposed = await payee.ProposeAsync(district.Command(), account);
        Assert.Null(proposed.Refusal);
        Assert.Null((await payee.ApproveAsync(district.Command() with { Actor = "checker" }, new PayeeApproval(proposed.Value!.Id, null)))
            .Refusal);
        return proposed.Value.Id;
    }

    private static async Task<(OpaqueId, BankDetails)> AccountAsync(IPayeeGrain payee, DateOnly day)
    {
        PayeeInForce found = (await payee.InForceAsync(day))!;
        return (found.Change, found.Account);
    }

    private static async Task<PayeeStage[]> StagesAsync(IPayeeGrain payee) =>
        [.. (await payee.ChangesAsync()).Select(change => change.Stage)];
}
