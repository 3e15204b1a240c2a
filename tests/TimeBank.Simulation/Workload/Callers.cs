using TimeBank.Ledger;
using TimeBank.Proofs;

namespace TimeBank.Simulation;

/// <summary>Many callers at once. Each has its own pace and patience, and they share each other's ids.</summary>
internal sealed class Callers
{
    private const long Patience = 3_000_000, LastPatience = 3_600_000_000;
    private const int MostAttemptsAtLast = 25;

    private readonly World _world;
    private readonly Network _network;
    private readonly Auditor _auditor;
    private readonly People _people;
    private readonly HourWants _hours;
    private readonly MoneyWants _money;
    private readonly BillWants _bills;
    private readonly OddWants _odd;
    private readonly List<Intent> _asked = [];
    private readonly int _callers, _calls, _bursts, _reads, _retries, _floods;
    private readonly long _longestThought;
    private int _requests;

    public Callers(World world, Network network, Auditor auditor)
    {
        (_world, _network, _auditor) = (world, network, auditor);
        _people = new People(world);
        _hours = new HourWants(world, _people);
        _money = new MoneyWants(world, _people);
        _bills = new BillWants(world, _people);
        _odd = new OddWants(world, _people);
        Chance chance = world.Chance;
        _callers = 1 + chance.Below(chance.Permille(300) ? 40 : 10);
        _calls = Math.Max(4, (100 + chance.Below(300)) / _callers);
        _bursts = chance.Permille(500) ? 0 : chance.Below(700);
        _reads = chance.Below(200);
        _retries = chance.Below(250);
        _floods = chance.Permille(800) ? 0 : 60;
        _longestThought = chance.Between(500, 100_000);
    }

    /// <summary>Each caller makes its calls.</summary>
    public Task LiveAsync() => Task.WhenAll(Enumerable.Range(0, _callers).Select(LiveAsync));

    /// <summary>After all faults have ended, makes every call once more. Each must be decided.</summary>
    public async Task SettleAsync()
    {
        foreach (Intent[] some in _asked.Chunk(8)) await Task.WhenAll(some.Select(SettleAsync));
        foreach (string[] some in _people.Paths.Chunk(5)) await _network.AccountsAsync(some);
        foreach (Intent[] some in _asked.Chunk(20)) await _network.FindAsync(some[0].Id);
    }

    /// <summary>What is wrong at the end with what was asked for; null where nothing is.</summary>
    public string? Wrong() => _bills.Wrong(_auditor);

    private async Task LiveAsync(int caller)
    {
        Chance chance = _world.Chance;
        int attempts = 1 + chance.Below(6);
        long firstWait = chance.Between(100, 300_000);
        var unawaited = new List<Task>();
        for (int call = 0; call < _calls; call++)
        {
            if (chance.Permille(_reads))
            {
                await ReadAsync();
                continue;
            }
            Intent intent = Next(caller);
            if (intent.Want is { Kind: WantKind.Hold, Expires: { } expires }) unawaited.Add(RaceAsync(caller, intent.Id, expires));
            Task asking = AskAsync(intent, attempts, firstWait);
            if (chance.Permille(_bursts))
            {
                unawaited.Add(asking);
                continue;
            }
            await asking;
            await _world.DelayAsync(chance.Between(0, _longestThought), $"caller {caller} has thought");
        }
        await Task.WhenAll(unawaited);
    }

    /// <summary>Ends a hold at the very moment of its expiry, when another caller may do the same.</summary>
    private async Task RaceAsync(int caller, EntryId hold, LedgerTime expires)
    {
        for (int racer = _world.Chance.Below(3); racer > 0; racer--)
        {
            long until = (expires.Microseconds - ProcessClock.At(_world.Now).Microseconds) + _world.Chance.Between(-5_000, 5_000);
            await _world.DelayAsync(Math.Max(until, 0), "a hold is about to expire");
            await AskAsync(Make(NewId(caller), Actor(caller), _hours.End(hold)), attempts: 2, wait: 1_000);
        }
    }

    private async Task AskAsync(Intent intent, int attempts, long wait)
    {
        for (int attempt = 1; ; attempt++)
        {
            Outcome? outcome = await _network.SubmitAsync(intent, Patience);
            // A caller that gives up does not know the outcome.
            if (IsFinal(outcome) || attempt == attempts) return;
            await _world.DelayAsync(wait, "a caller tries again");
            wait *= 2;
        }
    }

    private async Task SettleAsync(Intent intent)
    {
        for (int attempt = 1; attempt <= MostAttemptsAtLast; attempt++)
        {
            Outcome? outcome = await _network.SubmitAsync(intent, LastPatience);
            if (outcome is null) throw _world.Report($"nobody answers {intent}, though nothing fails any more");
            if (IsFinal(outcome)) return;
            await _world.DelayAsync(50_000, "a caller tries again");
        }
        throw _world.Report($"{intent} is not decided after {MostAttemptsAtLast} attempts, though nothing fails any more");
    }

    private static bool IsFinal(Outcome? outcome) => outcome is not null
        && outcome.Refusal?.Reason is not (Reason.QueueFull or Reason.StoreUnavailable or Reason.InternalError);

    private Task ReadAsync()
    {
        Chance chance = _world.Chance;
        if (_asked.Count > 0 && chance.Permille(300)) return _network.FindAsync(chance.Of(_asked).Id);
        if (chance.Permille(400))
        {
            Intent? earlier = _asked.Count > 0 && chance.Permille(300) ? chance.Of(_asked) : null;
            return _network.TryAsync(chance.Permille(500) && earlier is not null
                ? earlier : Compose(earlier?.Id ?? NewId(0), Actor(0), Draw()));
        }
        string[] paths = [.. Enumerable.Range(0, 1 + chance.Below(4)).Select(_ => _people.AnyPath() ?? "hours/issued").Distinct()];
        return _network.AccountsAsync(paths);
    }

    private Intent Next(int caller)
    {
        Chance chance = _world.Chance;
        if (_asked.Count > 0 && chance.Permille(_retries))
        {
            Intent earlier = _asked[_asked.Count - 1 - chance.Below(Math.Min(_asked.Count, 30))];
            // The same command again, or another one under the same id. A command refused for shape is never stored, so only a look-up of
            // the id tells that the id is taken.
            return chance.Permille(650) ? earlier
                : Make(earlier.Id, earlier.Header.Actor, chance.Permille(200) ? _odd.Misshapen() : Draw());
        }
        Draft draft = Draw();
        return Make(draft.Id ?? NewId(caller), Actor(caller), draft);
    }

    private static string Actor(int caller) => $"CALLER{caller}";

    private EntryId NewId(int caller) => EntryId.Of(Actor(caller), new Guid(++_requests, 0, 0, new byte[8]));

    private Intent Make(EntryId id, string actor, Draft draft)
    {
        Intent intent = Compose(id, actor, draft);
        // Reuse the known command: drawing another header must not make it a second one.
        if (_asked.Find(other => other.Id == id && other.Command == intent.Command) is { } same) return same;
        draft.Asked?.Invoke(id);
        _people.Named(draft.Want);
        _asked.Add(intent);
        _auditor.Wants(intent);
        _world.Note($"somebody wants {intent}");
        return intent;
    }

    private Intent Compose(EntryId id, string actor, Draft draft)
    {
        Digest command = Intent.CommandOf(draft.Want);
        EntryDetails details = EntryHeader.NoDetails;
        if (_world.Chance.Permille(100)) details = details.Add("b", "二").Add("a", "\"quoted\"").Add("B", "\n");
        var header = new EntryHeader(
            id, command, actor, _world.Chance.Permille(100) ? "ELDER" : "", new DateOnly(2026, 10, 1 + _world.Chance.Below(28)), "p1",
                draft.Want.Memo, details);
        return new Intent(header, draft.Want, draft.Make(header));
    }

    private Draft Draw()
    {
        Chance chance = _world.Chance;
        if (chance.Permille(_floods)) return _odd.Flood();
        // At first there is nothing to move.
        int kind = _asked.Count < 12 ? chance.Below(28) : chance.Below(200);
        Draft? draft = kind switch
        {
            < 8 => _hours.Issue(plenty: true),
            < 15 => _money.Receive(),
            < 24 => _money.Allot(),
            < 28 => _hours.ClearIn(),
            < 32 => _hours.Issue(plenty: false),
            < 36 => _hours.Expire(),
            < 40 => _hours.Grant(),
            < 48 => _hours.Gift(),
            < 54 => _hours.Donate(),
            < 57 => _hours.ClearOut(),
            < 59 => _hours.ClearIn(),
            < 79 => _hours.Hold(),
            < 93 => _hours.Render(),
            < 97 => _hours.TakeBack(),
            < 101 => _hours.Release(),
            < 109 => _hours.ExpireHold(),
            < 112 => _money.Return(),
            < 126 => _money.Issue(),
            < 135 => _money.Redeem(),
            < 142 => _bills.Pay(),
            < 145 => _bills.Refund(),
            < 151 => _money.GiveBack(),
            < 166 => _odd.Reverse(),
            < 176 => _odd.Change(),
            < 178 => _odd.Note(),
            < 180 => _odd.Refuse(),
            < 185 => _odd.AtMost(),
            < 187 => _odd.AtMostBack(),
            < 190 => _odd.HoldAtMost(),
            < 194 => _odd.PostOddParts(),
            < 199 => _odd.Misshapen(),
            _ => _odd.WordyMemo(),
        };
        return draft ?? _hours.Issue(plenty: true);
    }
}
