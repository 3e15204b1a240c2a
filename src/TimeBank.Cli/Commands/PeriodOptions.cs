using System.CommandLine;
using TimeBank.V1;

namespace TimeBank.Cli;

/// <summary>The days that a list or statement is asked for: <c>--month</c>, or <c>--from</c> and <c>--to</c>.</summary>
internal sealed class PeriodOptions(Kit kit)
{
    private readonly Option<string> _month = kit.Option("--month", "月份，如 2026-10", "a month, such as 2026-10");
    private readonly Option<string> _from = kit.Option("--from", "起始日，如 2026-10-01", "the first day, such as 2026-10-01");
    private readonly Option<string> _to = kit.Option("--to", "截止日", "the last day");

    public IEnumerable<Option> All => [_month, _from, _to];

    /// <summary>The period; from the first day ever to the last where nothing is said, since statements need one.</summary>
    /// <exception cref="UsageException">A day or month can't be right, or both are given.</exception>
    public Period Read(ParseResult parsed)
    {
        string? month = parsed.GetValue(_month), from = parsed.GetValue(_from), to = parsed.GetValue(_to);
        if (month is not null && (from ?? to) is not null) throw new UsageException("--month 不能与 --from、--to 同用。", "Give --month, or --from and --to, not both.");
        if (month is not null) return TimeText.DaysOf(TimeText.ParseMonth(month));
        return new Period { FirstDay = TimeText.ParseDay(from ?? "2000-01-01"), LastDay = TimeText.ParseDay(to ?? "2099-12-31") };
    }

    /// <summary>The period; null where nothing is said.</summary>
    public Period? ReadOptional(ParseResult parsed) => All.Any(option => parsed.GetResult(option) is not null) ? Read(parsed) : null;
}
