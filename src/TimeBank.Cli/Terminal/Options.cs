using System.CommandLine;
using System.Globalization;
using TimeBank.V1;

namespace TimeBank.Cli;

/// <summary>The option <c>--as-of</c>: the end of a day, or a number of entries.</summary>
internal sealed class AsOfOption(CommandFactory make)
{
    public Option<string> Option { get; } =
        make.Option("--as-of", "截至哪天（如 2026-10-15，当日终了）或第几笔分录之后（如 1200）",
        "as of the end of a day, such as 2026-10-15, or after so many entries, such as 1200");

    /// <summary>The moment; null for now.</summary>
    /// <exception cref="UsageException">The text is neither a day nor a number.</exception>
    public AsOf? Read(ParseResult parsed) => parsed.GetValue(Option) switch
    {
        null or "" => null,
        var text when long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long count) =>
        new AsOf { EntryCount = count },
        var text => new AsOf { Date = TimeText.ParseDay(text) },
    };
}

/// <summary>The options for the days of a list or statement: <c>--month</c>, or <c>--from</c> and <c>--to</c>.</summary>
internal sealed class PeriodOptions(CommandFactory make)
{
    private readonly Option<string> _month = make.Option("--month", "月份，如 2026-10", "a month, such as 2026-10");
    private readonly Option<string> _from = make.Option("--from", "起始日，如 2026-10-01", "the first day, such as 2026-10-01");
    private readonly Option<string> _to = make.Option("--to", "截止日", "the last day");

    public IEnumerable<Option> All => [_month, _from, _to];

    /// <summary>The period. Without options: from the first day ever to the last, because statements require a period.</summary>
    /// <exception cref="UsageException">A day or month can't be right, or both kinds of options are given.</exception>
    public Period Read(ParseResult parsed)
    {
        string? month = parsed.GetValue(_month), from = parsed.GetValue(_from), to = parsed.GetValue(_to);
        if (month is not null && (from ?? to) is not null) throw new UsageException("--month 不能与 --from、--to 同用。",
            "Give --month, or --from and --to, not both.");
        if (month is not null) return TimeText.DaysOf(TimeText.ParseMonth(month));
        return new Period { FirstDay = TimeText.ParseDay(from ?? "2000-01-01"), LastDay = TimeText.ParseDay(to ?? "2099-12-31") };
    }

    /// <summary>The period; null without options.</summary>
    public Period? ReadOptional(ParseResult parsed) => All.Any(option => parsed.GetResult(option) is not null) ? Read(parsed) : null;
}

/// <summary>The options of every command.</summary>
internal sealed class GlobalOptions
{
    private const int DefaultDeadlineSeconds = 30;

    public GlobalOptions(Language language, ToolEnvironment environment)
    {
        Server = Text("--server", language["gRPC 地址，集群的各地址用逗号隔开（TIMEBANK_SERVER）",
            "where gRPC listens; a cluster's servers with commas between (TIMEBANK_SERVER)"],
            environment.Or("TIMEBANK_SERVER", "http://127.0.0.1:5081"));
        Issuer = Text("--issuer", language["令牌地址（TIMEBANK_ISSUER）", "where tokens are given (TIMEBANK_ISSUER)"],
            environment.Or("TIMEBANK_ISSUER", "http://127.0.0.1:5080"));
        Data = Text("--data", language["数据目录，本机令牌密钥在其中（TIMEBANK_DATA）",
            "the data folder, which has the local issuer's secret (TIMEBANK_DATA)"], environment.Or("TIMEBANK_DATA", "data"));
        Region = Text("--region", language["地区代码（TIMEBANK_REGION）", "the region's code (TIMEBANK_REGION)"],
            environment.Or("TIMEBANK_REGION", "430211"));
        As = Text("--as", language["以何岗位办理：role 或 role:party，如 counter、volunteer:ID",
            "who acts: role or role:party, such as counter or volunteer:ID"], null);
        Token = Text("--token", language["访问令牌（TIMEBANK_TOKEN）；不写则向本机签发",
            "an access token (TIMEBANK_TOKEN); else the local issuer gives one"], environment.Variable("TIMEBANK_TOKEN"));
        RequestId = Text("--request-id",
            language["请求编号（UUID）；重试时用同一个，不会重复记账", "the request id (UUID); the same one again does nothing twice"], null);
        Json = new Option<bool>("--json") { Description = language["输出 JSON，供脚本使用", "JSON, for scripts"], Recursive = true };
        Lang = Text("--lang", language["语言：zh-CN 或 en；默认按 LANG", "the language, zh-CN or en; by LANG if left out"], language.Locale);
        Lang.AcceptOnlyFromAmong("zh-CN", "zh", "en");
        Deadline = new Option<int>("--deadline")
        {
            Description = language["等待秒数", "seconds to wait"], Recursive = true,
            DefaultValueFactory = _ => DefaultDeadlineSeconds
        };
    }

    public Option<string> Server { get; }

    public Option<string> Issuer { get; }

    public Option<string> Data { get; }

    public Option<string> Region { get; }

    public Option<string> As { get; }

    public Option<string> Token { get; }

    public Option<string> RequestId { get; }

    public Option<bool> Json { get; }

    public Option<string> Lang { get; }

    public Option<int> Deadline { get; }

    public IEnumerable<Option> All => [Server, Issuer, Data, Region, As, Token, RequestId, Json, Lang, Deadline];

    private static Option<string> Text(string name, string description, string? otherwise)
    {
        var option = new Option<string>(name) { Description = description, Recursive = true };
        if (otherwise is not null) option.DefaultValueFactory = _ => otherwise;
        return option;
    }
}
