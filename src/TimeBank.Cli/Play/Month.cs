using System.Collections.Immutable;
using TimeBank.V1;

namespace TimeBank.Cli.Play;

/// <summary>The whole month, planned from its seed and the service list alone: who takes part, and everything that happens, in its order.</summary>
/// <param name="Earned">What every enrolment must have earned and kept at the end, in minutes.</param>
internal sealed record Month(Dice Dice, Cast Cast, ImmutableArray<Step> Steps, IReadOnlyDictionary<string, int> Earned)
{
    public static Month Of(long seed, CatalogueVersion catalogue)
    {
        var dice = new Dice(seed);
        Cast cast = Cast.Of(dice);
        IEnumerable<Step> steps =
        [
            .. PeoplePlan.Of(cast), .. MoneyPlan.Of(), .. VoucherPlan.Of(dice, cast, catalogue), .. HoursPlan.Of(dice, cast, catalogue, out IReadOnlyDictionary<string, int> earned),
        ];
        // A stable sort: within a moment the plans' own order stays.
        return new Month(dice, cast, [.. steps.OrderBy(step => step.At)], earned);
    }

    /// <summary>When it is over, and the server's clock is the real one again.</summary>
    public DateTimeOffset End => Steps[^1].At;
}
