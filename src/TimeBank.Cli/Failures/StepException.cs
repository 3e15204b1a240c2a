using Grpc.Core;

namespace TimeBank.Cli;

/// <summary>A step of the month came out otherwise than it must.</summary>
internal sealed class StepException(string step, string chinese, string english, RpcException? cause = null) : Exception(english, cause)
{
    public string In(Language language) => language[$"步骤 {step}：{chinese}", $"Step {step}: {Message}"];
}
