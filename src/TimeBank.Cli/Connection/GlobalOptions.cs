using System.CommandLine;

namespace TimeBank.Cli;

/// <summary>The options that every command has.</summary>
internal sealed class GlobalOptions
{
    private const int DefaultDeadlineSeconds = 30;

    public GlobalOptions(Language language, Surroundings around)
    {
        Server = Text("--server", language["gRPC 地址（TIMEBANK_SERVER）", "where gRPC listens (TIMEBANK_SERVER)"], around.Or("TIMEBANK_SERVER", "http://127.0.0.1:5081"));
        Issuer = Text("--issuer", language["令牌地址（TIMEBANK_ISSUER）", "where tokens are given (TIMEBANK_ISSUER)"], around.Or("TIMEBANK_ISSUER", "http://127.0.0.1:5080"));
        Data = Text("--data", language["数据目录，本机令牌密钥在其中（TIMEBANK_DATA）", "the data folder, which has the local issuer's secret (TIMEBANK_DATA)"], around.Or("TIMEBANK_DATA", "data"));
        Region = Text("--region", language["地区代码（TIMEBANK_REGION）", "the region's code (TIMEBANK_REGION)"], around.Or("TIMEBANK_REGION", "430211"));
        As = Text("--as", language["以何岗位办理：role 或 role:party，如 counter、volunteer:ID", "who acts: role or role:party, such as counter or volunteer:ID"], null);
        Token = Text("--token", language["访问令牌（TIMEBANK_TOKEN）；不写则向本机签发", "an access token (TIMEBANK_TOKEN); else the local issuer gives one"], around.Variable("TIMEBANK_TOKEN"));
        RequestId = Text("--request-id", language["请求编号（UUID）；重试时用同一个，不会重复记账", "the request id (UUID); the same one again does nothing twice"], null);
        Json = new Option<bool>("--json") { Description = language["输出 JSON，供脚本使用", "JSON, for scripts"], Recursive = true };
        Lang = Text("--lang", language["语言：zh-CN 或 en；默认按 LANG", "the language, zh-CN or en; by LANG if left out"], language.Locale);
        Lang.AcceptOnlyFromAmong("zh-CN", "zh", "en");
        Deadline = new Option<int>("--deadline") { Description = language["等待秒数", "seconds to wait"], Recursive = true, DefaultValueFactory = _ => DefaultDeadlineSeconds };
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
