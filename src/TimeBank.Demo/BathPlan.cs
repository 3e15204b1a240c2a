using System.Collections.Immutable;
using System.Globalization;
using TimeBank.V1;

namespace TimeBank.Demo;

/// <summary>
/// The bath programme, which October has alone: from the 13th on its elders show something before they pay; its provider comes on the black
/// list on the 22nd and appeals; when the vouchers have expired, what is left goes back to the funds.
/// </summary>
internal static class BathPlan
{
    public const long ContractFen = 9_000;
    public const int BathsAMonth = 4;

    public const string Provider = "provider/11";

    /// <summary>The policy version that asks elders to show something, and its first day.</summary>
    public const string Policy = "demo-2026-10-13";
    public const int PolicyDay = 13;

    public const string Confirmation = "confirmation/1";

    private const long PriceFen = 8_500;
    private const int BlackListDay = 22, AppealDay = 35, AnswerDay = 37;

    /// <summary>Six digits that nobody's day of birth has, and others: who types them made a slip.</summary>
    private const string Pin = "528417", WrongPin = "528471";

    // One bath is worth 9,000 fen, two 18,000, three 27,000.
    public static readonly ImmutableArray<(long FromFen, HolderCheck Needs)> Table =
        [(20_000, HolderCheck.Confirmation), (10_000, HolderCheck.Pin), (0, HolderCheck.CodeOrCard)];

    /// <summary>What the programme gets: all that it issues, and a rest that its funds' shares don't divide.</summary>
    public static long AllottedFen(Cast cast) => cast.Elders.Count(elder => elder.GetsBaths) * BathsAMonth * ContractFen + 100_001;

    /// <summary>No card begins with nought: this number is nobody's. Its last digit is the check digit of ISO/IEC 7812.</summary>
    public static string CardNumber { get; } = WithCheckDigit("000026020000001");

    public static IEnumerable<Step> Of(CounterCast counter, CatalogueVersion catalogue)
    {
        CatalogueItem bath = catalogue.Items.First(item => item.Unit == "BATH");
        RedeemStep Pay(string name, ElderPart elder, int baths, DateTimeOffset at) => new(
            $"{Roles.Baths}/{name}", Roles.Baths, elder.Key, Provider, bath.Id, bath.Place, baths, PriceFen * baths, 0, 0, false, at);
        return
        [
            new PublishPriceStep(Provider, bath.Id, ContractFen, Calendar.At(1, 9, 0)),
            new ProposePolicyStep(Calendar.At(10, 9, 0)),
            new ApprovePolicyStep(Calendar.At(11, 9, 0)),
            new SetPinStep(counter.Pin.Key, Pin, Calendar.At(14, 13, 0)),
            new BindCardStep(counter.Card.Key, CardNumber, Calendar.At(14, 13, 0)),
            Pay("pin-wrong", counter.Pin, 2, Calendar.At(15, 14, 0)) with { Pin = WrongPin, RefusedAs = "PIN_WRONG" },
            Pay("pin", counter.Pin, 2, Calendar.At(15, 14, 10)) with { Pin = Pin, Needs = HolderCheck.Pin },
            Pay("card", counter.Card, 1, Calendar.At(16, 14, 0)) with { Card = CardNumber, Needs = HolderCheck.CodeOrCard },
            new AskConfirmationStep(counter.Telephoned.Key, Provider, bath.Id, 3 * ContractFen, Calendar.At(17, 14, 0)),
            new AnswerConfirmationStep(counter.Telephoned.Key, Calendar.At(17, 14, 5)),
            Pay("confirmed", counter.Telephoned, 3, Calendar.At(17, 14, 10)) with
            {
                Confirmation = Confirmation, Needs = HolderCheck.Confirmation,
            },
            new SetStandingStep(Provider, Standing.BlackListed, BlackListDay, 0, "演示：抽查未见助浴安全记录",
                Calendar.At(BlackListDay, 0, 5)),
            Pay("black-listed", counter.Refused, 1, Calendar.At(BlackListDay + 1, 14, 0)) with { RefusedAs = "PROVIDER_BLACK_LISTED" },
            new AppealStep(Provider, "演示：记录在另一处站点，现已补交", Calendar.At(AppealDay, 10, 0)),
            new UpholdAppealStep(Provider, "演示：补交的记录属实，撤销决定", Calendar.At(AnswerDay, 10, 0)),
            new ReturnFundsStep(Roles.Baths, Calendar.At(VoucherPlan.ExpiryDay, 9, 10)),
        ];
    }

    private static string WithCheckDigit(string digits)
    {
        // Luhn: from the right every second digit counts twice, with its digits added.
        int sum = digits.Reverse().Select((digit, at) => (digit - '0') * (at % 2 == 0 ? 2 : 1)).Sum(value => value / 10 + value % 10);
        return digits + ((10 - sum % 10) % 10).ToString(CultureInfo.InvariantCulture);
    }
}
