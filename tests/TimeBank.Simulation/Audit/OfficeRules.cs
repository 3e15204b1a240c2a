using TimeBank.Ledger;

namespace TimeBank.Simulation;

/// <summary>The rules of the office in the simulator's own words.</summary>
internal static class OfficeRules
{
    public static void Check(World world, OfficeStep step, Refusal? said, bool may)
    {
        if (said is null != may) throw world.Report(
            $"the rules say {(said is null ? "yes" : $"{said.Reason}")} to {step}, and should say {(may ? "yes" : "no")}");
    }

    /// <summary>What was approved is paid or rejected, and only what was paid comes back, once.</summary>
    public static bool MayRecord(PaymentState state, PaymentState word) =>
        word == PaymentState.Returned ? state == PaymentState.Paid : state == PaymentState.Approved;

    /// <summary>Months close in order once they are over; the first one closes everything before it.</summary>
    public static bool MayClose(OfficeMonth month, OfficeStep step) => month.State == PeriodState.Open && step.Day > step.Month.Last
        && (step.Closed is null || step.Closed.Value.AddDays(1) == step.Month.First);

    /// <summary>Only the last closed month opens again.</summary>
    public static bool MayReopen(OfficeMonth month, PeriodState from, OfficeStep step) =>
        month.State == from && !(step.Closed > step.Month.Last);
}
