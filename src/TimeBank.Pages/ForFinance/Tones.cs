using TimeBank.V1;

namespace TimeBank.Pages.ForFinance;

/// <summary>How states are marked: good is over, warn waits for somebody, bad went wrong.</summary>
public static class Tones
{
    public static string Of(SettlementState state) => state switch
    {
        SettlementState.Closed => "good",
        SettlementState.Draft or SettlementState.Submitted or SettlementState.Approved or SettlementState.Exported => "warn",
        _ => "",
    };

    public static string Of(PaymentState state) => state switch
    {
        PaymentState.Paid => "good",
        PaymentState.Rejected or PaymentState.Returned => "bad",
        PaymentState.Approved => "warn",
        _ => "",
    };

    public static string Of(PeriodState state) => state switch
    {
        PeriodState.Closed => "good",
        PeriodState.Prepared => "warn",
        _ => "",
    };

    public static string Of(NettingState state) => state switch
    {
        NettingState.Posted => "good",
        NettingState.Proposed or NettingState.Approved => "warn",
        _ => "",
    };

    public static string Of(MatchState state) => state switch
    {
        MatchState.Confirmed => "good",
        MatchState.Suggested => "warn",
        _ => "bad",
    };

    public static string Of(EstatePayoutState state) => state switch
    {
        EstatePayoutState.Paid => "good",
        EstatePayoutState.Proposed or EstatePayoutState.Reversed => "warn",
        _ => "",
    };

    public static string Of(PrepaymentState state) => state switch
    {
        PrepaymentState.Agreed => "good",
        PrepaymentState.Proposed => "warn",
        _ => "",
    };

    public static string Of(PayeeChangeState state) => state switch
    {
        PayeeChangeState.InForce => "good",
        PayeeChangeState.Proposed or PayeeChangeState.Approved => "warn",
        _ => "",
    };
}
