using Microsoft.Data.Sqlite;
using TimeBank.Ledger;
using TimeBank.V1;
using Xunit;
using Redemption = TimeBank.V1.Redemption;
using SettlementState = TimeBank.V1.SettlementState;

namespace TimeBank.Server.Tests;

/// <summary>What was held back of a redemption stays so while somebody complains about it, and no other's part does.</summary>
[Collection(ComplaintCollection.Name)]
public sealed class ComplaintHoldbackTests(TestServer server) : IAsyncLifetime
{
    private const string Region = "430182";

    private readonly ComplaintDesk _desk = new(server, Region);

    public async ValueTask InitializeAsync() => await _desk.OpenAsync(holdsBack: true);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>Of 70 fen that were held back of 1,400, 50 are of the disputed 1,000.</summary>
    [Fact]
    public async Task What_was_held_back_of_a_disputed_redemption_is_not_released()
    {
        Redemption disputed = await PaidButTheHoldbackAsync();
        Complaint complaint = await _desk.FiledAsync(disputed.Name);

        SettlementPayment payment = (await _desk.Maker.PrepareBatchAsync(_desk.PrepareReleasing())).Batch.Payments.Single();

        Assert.Equal((20, 50, disputed.Entry, complaint.Name), (payment.NetAmount.Value, payment.SetAside.Single().Amount.Value,
            payment.SetAside[0].Source, payment.SetAside[0].Complaint));
        await NothingAsync();
        Assert.Equal(50, await _desk.PayableAsync());
        await _desk.EndAsync(complaint);
        Assert.Equal(50, (await _desk.PaymentAsync()).NetAmount.Value);
        await NothingAsync();
        Assert.Equal(0, await _desk.PayableAsync());
    }

    /// <summary>Released already, and not at the bank yet: it is withheld, and the next batch pays the part that nobody disputes.</summary>
    [Fact]
    public async Task A_holdback_on_its_way_is_withheld()
    {
        Redemption disputed = await PaidButTheHoldbackAsync();
        SettlementBatch batch = await _desk.ApprovedAsync(_desk.PrepareReleasing());
        Assert.Equal(70, batch.TotalAmount.Value);
        Complaint complaint = await _desk.FiledAsync(disputed.Name);
        Assert.Equal(complaint.Name, (await _desk.BatchAsync(batch)).Disputes.Single().Complaint);

        Assert.Equal(SettlementState.Closed, (await _desk.ExportAsync(batch)).Batch.State);

        SettlementPayment payment = await _desk.PaymentAsync();
        Assert.Equal((20, 50), (payment.NetAmount.Value, payment.SetAside.Single().Amount.Value));
        await _desk.EndAsync(complaint);
        Assert.Equal(50, (await _desk.PaymentAsync()).NetAmount.Value);
        Assert.Equal(0, await _desk.PayableAsync());
    }

    /// <summary>A payment that failed is owed again without what was held back of it, and so is its disputed part.</summary>
    [Fact]
    public async Task Of_a_payment_that_failed_the_disputed_part_is_set_aside_without_its_holdback()
    {
        Redemption disputed = await _desk.EatAsync(1_000);
        await _desk.EatAsync(400);
        SettlementBatch batch = await _desk.SubmittedAsync();
        await _desk.WithdrawAsync(batch);
        Complaint complaint = await _desk.FiledAsync(disputed.Name);

        SettlementPayment payment = await _desk.PaymentAsync();

        Assert.Equal((380, 950), (payment.NetAmount.Value, payment.SetAside.Single().Amount.Value));
        payment = (await _desk.Maker.PrepareBatchAsync(_desk.PrepareReleasing())).Batch.Payments.Single();
        Assert.Equal((20, 1_000), (payment.NetAmount.Value, payment.SetAside.Single().Amount.Value));
        await _desk.EndAsync(complaint);
        Assert.Equal(1_000, (await _desk.PaymentAsync()).NetAmount.Value);
        Assert.Equal(0, await _desk.PayableAsync());
    }

    /// <summary>What is set aside counts for no holdback, and so its refund takes nothing off that of other meals.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_refund_of_what_was_set_aside_makes_no_holdback_smaller(bool isOver)
    {
        Redemption disputed = await _desk.EatAsync(1_000);
        await _desk.EatAsync(200);
        Complaint complaint = await _desk.FiledAsync(disputed.Name);
        SettlementPayment payment = await _desk.PaymentAsync();
        Assert.Equal((190, 10, 1_000),
            (payment.NetAmount.Value, payment.HeldBackAmount.Value, payment.SetAside.Single().Amount.Value));
        await _desk.RefundAsync(disputed);
        if (isOver) await _desk.EndAsync(complaint);
        await _desk.EatAsync(400);

        payment = await _desk.PaymentAsync();

        Assert.Equal((380, 20), (payment.NetAmount.Value, payment.HeldBackAmount.Value));
        Assert.Equal(30, await _desk.PayableAsync());
    }

    /// <summary>Refunded before any batch, and still complained about: it counts neither as earned nor as given back.</summary>
    [Fact]
    public async Task A_disputed_redemption_that_was_refunded_at_once_makes_no_holdback_smaller()
    {
        Redemption disputed = await _desk.EatAsync(1_000);
        await _desk.FiledAsync(disputed.Name);
        await _desk.RefundAsync(disputed);
        await _desk.EatAsync(400);

        SettlementPayment payment = await _desk.PaymentAsync();

        Assert.Equal((380, 20, 0), (payment.NetAmount.Value, payment.HeldBackAmount.Value, payment.SetAside.Count));
    }

    /// <summary>In a region of its own, since it is damaged afterwards.</summary>
    [Fact]
    public async Task A_programme_that_cannot_be_read_stops_the_batch()
    {
        const string Damaged = "430181";
        var desk = new ComplaintDesk(server, Damaged);
        await desk.OpenAsync(holdsBack: true);
        await desk.EatAsync(1_000);
        using (var connection = new SqliteConnection($"Data Source={System.IO.Path.Combine(server.Data, "timebank.db")};Pooling=false"))
        {
            connection.Open();
            using SqliteCommand damage = connection.CreateCommand();
            damage.CommandText = "UPDATE grain_state SET payload = '[]' WHERE state_name = $kind AND grain_key LIKE $keys";
            damage.Parameters.AddWithValue("$kind", ProgrammeState.Kind);
            damage.Parameters.AddWithValue("$keys", $"{Damaged}/%");
            Assert.Equal(1, damage.ExecuteNonQuery());
        }

        await desk.Maker.PrepareBatchAsync(desk.Prepare()).IsRefusedAsync(Reason.StateUnreadable);
    }

    private async Task<Redemption> PaidButTheHoldbackAsync()
    {
        Redemption eaten = await _desk.EatAsync(1_000);
        await _desk.EatAsync(400);
        SettlementBatch batch = await _desk.ApprovedAsync();
        Assert.Equal((1_330, 70), (batch.TotalAmount.Value, batch.Payments.Single().HeldBackAmount.Value));
        await _desk.PaidAsync(batch);
        return eaten;
    }

    private Task NothingAsync() =>
        _desk.Maker.PrepareBatchAsync(_desk.PrepareReleasing()).IsRefusedAsync(Reason.NothingToSettle);
}
