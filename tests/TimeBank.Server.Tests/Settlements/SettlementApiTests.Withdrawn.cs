using TimeBank.Ledger;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;
using Redemption = TimeBank.V1.Redemption;
using SettlementState = TimeBank.V1.SettlementState;

namespace TimeBank.Server.Tests;

/// <content>Batches that are given up, and what becomes of their money.</content>
public sealed partial class SettlementApiTests
{
    /// <summary>The maker sees who did it and why.</summary>
    [Fact]
    public async Task A_checker_sends_a_batch_back_with_a_reason()
    {
        await EatAsync(1_000);
        SettlementBatch batch = (await Maker.PrepareBatchAsync(Prepare())).Batch;
        await Maker.SubmitBatchAsync(new SubmitBatchRequest { RequestId = Desk.Id(), Name = batch.Name });
        var back = new WithdrawBatchRequest { RequestId = Desk.Id(), Name = batch.Name };
        await Checker.WithdrawBatchAsync(back).IsRefusedAsync(Reason.InvalidField, "note");
        back.Note = "one of them is closed";

        await Checker.WithdrawBatchAsync(back);

        batch = await Maker.GetBatchAsync(new GetBatchRequest { Name = batch.Name });
        Assert.Equal((SettlementState.Withdrawn, "checker", back.Note), (batch.State, batch.WithdrawnBy, batch.Note));
        Assert.Equal(1_000, (await Maker.PrepareBatchAsync(Prepare())).Batch.TotalAmount.Value);
    }

    /// <summary>Two batches are withdrawn, one after the other: every fen of the third one is a line of a payment that it names.</summary>
    [Fact]
    public async Task What_withdrawn_batches_left_is_followed_to_its_lines()
    {
        await EatAsync(1_000);
        await WithdrawnAsync();
        Redemption disputed = await EatAsync(500);
        await EatAsync(20);
        await WithdrawnAsync(disputed.Entry);
        await EatAsync(3);

        PrepareBatchRequest preview = Prepare();
        preview.ValidateOnly = true;
        SettlementPayment seen = (await Maker.PrepareBatchAsync(preview)).Batch.Payments.Single();
        SettlementPayment payment = (await Maker.PrepareBatchAsync(Prepare())).Batch.Payments.Single();

        Assert.Equal(seen.Carried, payment.Carried);
        Assert.Equal(["", $"{payment.Carried[1].Source}/payments/1"], payment.Carried.Select(one => one.Payment));
        Assert.Equal([3L, 500, 500, 20, 1_000, -500], await FollowAsync(payment));
        Assert.Equal(1_523, payment.NetAmount.Value);

        async Task WithdrawnAsync(params string[] aside)
        {
            PrepareBatchRequest request = Prepare();
            request.SetAside.Add(aside);
            SettlementBatch batch = (await Maker.PrepareBatchAsync(request)).Batch;
            await Maker.WithdrawBatchAsync(new WithdrawBatchRequest { RequestId = Desk.Id(), Name = batch.Name, Note = "again" });
        }
    }

    /// <summary>The lines of a payment, then what it carries, each as far as it can be followed, then what it leaves.</summary>
    private async Task<List<long>> FollowAsync(SettlementPayment payment)
    {
        ListPaymentLinesResponse lines = await Maker.ListPaymentLinesAsync(new ListPaymentLinesRequest { Payment = payment.Name });
        List<long> fen = [.. lines.Lines.Select(line => line.Redemption.Credited.Value)];
        foreach (V1.CarriedAmount carried in payment.Carried)
        {
            if (carried.Payment.Length == 0)
            {
                fen.Add(carried.Amount.Value);
                continue;
            }
            SettlementBatch batch = await Maker.GetBatchAsync(new GetBatchRequest { Name = carried.Source });
            List<long> followed = await FollowAsync(batch.Payments.Single(one => one.Name == carried.Payment));
            Assert.Equal(carried.Amount.Value, followed.Sum());
            fen.AddRange(followed);
        }
        fen.AddRange(payment.SetAside.Select(one => -one.Amount.Value));
        return fen;
    }
}
