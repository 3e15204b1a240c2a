using System.Collections.Immutable;
using Orleans;
using TimeBank.Ledger;

namespace TimeBank.Grains;

/// <summary>Accounts as the writer has them, or the refusal to read them; written as bytes only where they leave the process.</summary>
[GenerateSerializer, Immutable, Alias("timebank.accounts")]
public sealed record AccountsMessage
{
    public AccountsMessage(ImmutableArray<Account> accounts) => Accounts = accounts;

    [field: NonSerialized]
    public ImmutableArray<Account> Accounts { get; private set; }

    public Account? Find(AccountPath path)
    {
        foreach (Account account in Accounts)
        {
            if (account.Path == path) return account;
        }
        return null;
    }

    [Id(0)]
    public byte[] Bytes
    {
        get => MessageJson.Write(Accounts);
        internal set => Accounts = MessageJson.Read<ImmutableArray<Account>>(value);
    }
}
