using TimeBank.V1;

namespace TimeBank.Cli;

/// <summary>The role that a command is called in, and for roles of a party the party.</summary>
/// <param name="Party">A resource name; empty for staff.</param>
internal readonly record struct ActingAs(Role Role, string Party)
{
    /// <summary>From <c>role</c> or <c>role:party</c>, such as <c>provider-clerk:providers/P7K2…</c>.</summary>
    /// <exception cref="UsageException">There is no such role.</exception>
    public static ActingAs Parse(string text, string region)
    {
        string[] parts = text.Split(':', 2);
        Role role = EnumText.Parse<Role>(parts[0]);
        if (parts.Length == 1) return new ActingAs(role, "");
        string collection = role switch
        {
            Role.Volunteer => "volunteers",
            Role.Elder => "elders",
            Role.ProviderClerk => "providers",
            Role.Unspecified or Role.Counter or Role.FinanceMaker or Role.FinanceChecker or Role.Auditor or Role.Administrator => "",
        };
        return collection.Length > 0
            ? new ActingAs(role, ResourceNames.Full(collection, parts[1], region))
            : throw new UsageException("只有志愿者、老人和机构人员需要写明本人。", "Only volunteers, elders and provider clerks have a party of their own.");
    }

    /// <summary>As tokens write it: <c>provider_clerk</c>.</summary>
    public static string NameOf(Role role) => EnumText.UpperSnake(role.ToString()).ToLowerInvariant();
}
