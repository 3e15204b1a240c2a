using System.CommandLine;

namespace TimeBank.Cli;

/// <summary>What the global options of a command say.</summary>
/// <param name="As">Who acts; null: whoever the command is usually called by.</param>
/// <param name="Token">A token to use; null: the local issuer gives one.</param>
/// <param name="RequestId">The id to use for a mutation; null: a new one.</param>
/// <param name="DeadlineSeconds">How long one call may take.</param>
internal sealed record Settings(Uri Server, Uri Issuer, string Data, string Region, ActingAs? As, string? Token, string? RequestId, int DeadlineSeconds)
{
    /// <exception cref="UsageException">An option can't be right.</exception>
    public static Settings Read(ParseResult parsed, GlobalOptions options)
    {
        string region = parsed.GetValue(options.Region)!;
        int deadline = parsed.GetValue(options.Deadline);
        if (deadline is < 1 or > 86_400) throw new UsageException("--deadline 须在 1 到 86400 秒之间。", "--deadline must be from 1 to 86400 seconds.");
        return new Settings(
            Address(parsed.GetValue(options.Server)!, "--server"),
            Address(parsed.GetValue(options.Issuer)!, "--issuer"),
            parsed.GetValue(options.Data)!,
            region,
            parsed.GetValue(options.As) is { Length: > 0 } who ? ActingAs.Parse(who, region) : null,
            parsed.GetValue(options.Token) is { Length: > 0 } token ? token : null,
            parsed.GetValue(options.RequestId) is { Length: > 0 } id ? id : null,
            deadline);
    }

    private static Uri Address(string text, string option) =>
        Uri.TryCreate(text.Contains("://", StringComparison.Ordinal) ? text : $"http://{text}", UriKind.Absolute, out Uri? address) && address.Scheme is ("http" or "https")
            ? address
            : throw new UsageException($"{option} 须为地址，例如 http://127.0.0.1:5081。", $"{option} must be an address, such as http://127.0.0.1:5081.");
}
