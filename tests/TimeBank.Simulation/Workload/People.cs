using TimeBank.Ledger;

namespace TimeBank.Simulation;

/// <summary>The people and things of a world, and what callers have asked for so far. Few of each, so that accounts are hot.</summary>
internal sealed class People(World world)
{
    private readonly int _persons = 2 + world.Chance.Below(8);
    private readonly int _providers = 1 + world.Chance.Below(4);
    private readonly int _funds = 1 + world.Chance.Below(4);
    private readonly int _programmes = 1 + world.Chance.Below(2);

    public List<VoucherAsked> Vouchers { get; } = [];

    public List<HoldAsked> Holds { get; } = [];

    /// <summary>Entries that end a hold by posting it, each under its own id with what the hold holds.</summary>
    public List<HoldAsked> Rendered { get; } = [];

    /// <summary>Entries to reverse; some may be reversed and some may not.</summary>
    public List<EntryId> Entries { get; } = [];

    /// <summary>Accounts that commands have named.</summary>
    public List<string> Paths { get; } = [];

    public static RegionCode Neighbour { get; } = RegionCode.Parse("430200");

    public OpaqueId Person() => OpaqueId.Parse($"{1 + world.Chance.Below(_persons):D12}");

    public OpaqueId Provider() => OpaqueId.Parse($"P{1 + world.Chance.Below(_providers):D11}");

    public Slug Fund() => Slug.Parse($"fund-{1 + world.Chance.Below(_funds)}");

    public Slug Bank() => Slug.Parse(world.Chance.Permille(800) ? "main" : "second");

    public Slug Programme() => Slug.Parse($"programme-{1 + world.Chance.Below(_programmes)}");

    /// <summary>Prefers the latest ones.</summary>
    public T? Recent<T>(List<T> asked)
        where T : class => asked.Count == 0 ? null : asked[Near(asked.Count)];

    public EntryId? RecentEntry() => Entries.Count == 0 ? null : Entries[Near(Entries.Count)];

    public string? AnyPath() => Paths.Count == 0 ? null : Paths[world.Chance.Below(Paths.Count)];

    public void Named(Want want)
    {
        foreach (Leg leg in want.Legs)
        {
            if (!Paths.Contains(leg.Debit)) Paths.Add(leg.Debit);
            if (!Paths.Contains(leg.Credit)) Paths.Add(leg.Credit);
        }
    }

    private int Near(int count) => world.Chance.Permille(700)
        ? count - 1 - world.Chance.Below(Math.Min(count, 8)) : world.Chance.Below(count);
}
