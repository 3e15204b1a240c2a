using System.Collections.Immutable;
using TimeBank.Proofs;

namespace TimeBank.Simulation;

/// <summary>
/// A provider's terminal. What it remembers can be set back to an earlier copy, as after a repair; what it signed stays in the world. Most
/// terminals keep the rules of acceptance; some don't, and some forget how much they have at stake.
/// </summary>
internal sealed class Terminal
{
    private const long MostUnsynced = 50_000;

    private readonly World _world;
    private readonly SigningKey _key;
    private readonly string _region;
    private readonly bool _isTampered, _isCareless;
    private readonly TimeSpan _ahead;
    private TerminalMemory _memory = TerminalMemory.New;
    private TerminalMemory? _copy;

    public Terminal(World world, string region, string id, string provider, DateTimeOffset approved)
    {
        (_world, _region, Id, Provider, Approved) = (world, region, id, provider, approved);
        _key = TerminalKeys.Of(world.Chance.Bytes(32));
        PublicKey = _key.PublicKey;
        (_isTampered, _isCareless) = (world.Chance.Permille(300), world.Chance.Permille(300));
        _ahead = world.Chance.Below(10) switch
        {
            0 => TimeSpan.FromMinutes(world.Chance.Between(6, 2_000)),
            1 => TimeSpan.FromMinutes(-world.Chance.Between(6, 2_000)),
            _ => TimeSpan.FromSeconds(world.Chance.Between(-290, 290)),
        };
    }

    public string Id { get; }

    public string Provider { get; }

    public DateTimeOffset Approved { get; }

    public byte[] PublicKey { get; }

    /// <summary>Every receipt that it ever signed, by its digest.</summary>
    public Dictionary<string, (OfflineReceipt Receipt, byte[] Signed)> Signed { get; } = [];

    /// <summary>Receipts that no file has any more.</summary>
    public HashSet<string> Gone { get; } = [];

    /// <summary>The first final answer to each receipt.</summary>
    public Dictionary<string, TerminalVerdict> Answered { get; } = [];

    public void KnowList(long number) => _memory = _memory with { List = Math.Max(number, _memory.List) };

    /// <summary>Somebody keeps a copy of its memory, or it starts again from the last copy.</summary>
    public void Copy()
    {
        if (_copy is null || _world.Chance.Permille(400))
        {
            _copy = _memory;
            return;
        }
        // A swap: both go on, in turns.
        (_memory, _copy) = (_copy, _world.Chance.Permille(500) ? _memory : _copy);
        _world.Tally.Add("terminals restored");
        _world.Note($"{Id} goes on from a copy at {_memory.Counter}");
    }

    /// <summary>Its file loses a receipt that was not answered yet, or all of them.</summary>
    public void Break(bool asAWhole)
    {
        string[] open = [.. _memory.Receipts.Where(digest => !Answered.ContainsKey(digest) && !Gone.Contains(digest))];
        if (open.Length < (asAWhole ? 1 : 2)) return;
        foreach (string lost in asAWhole ? open : [open[_world.Chance.Below(open.Length - 1)]])
        {
            Gone.Add(lost);
            _world.Tally.Add("receipts lost");
            _world.Note($"{Id} loses receipt {Signed[lost].Receipt.Counter}");
        }
    }

    /// <summary>Accepts a code, where it may or dares to.</summary>
    public void Accept(TerminalCode code, DateTimeOffset now)
    {
        Chance chance = _world.Chance;
        bool isMoney = code.Says.IsMoney, errs = chance.Permille(_isTampered ? 250 : 30);
        long quantity = isMoney ? chance.Between(1, 2) : chance.Between(1, 4);
        // A careless one counts nothing together, and takes what insurance pays as a whole.
        bool isDear = _isCareless && chance.Permille(isMoney ? 1_000 : 300);
        long price = isDear ? chance.Between(15_000, 80_000) : isMoney ? chance.Between(20, 20_000) : chance.Between(1, 2_000);
        bool isFree = chance.Permille(_isCareless ? 60 : errs ? 200 : 0);
        long insurance = isFree ? price : chance.Permille(700) ? 0 : chance.Between(0, price / 2);
        long from = isMoney ? TerminalRules.OpenOf(price, quantity, insurance) : quantity;
        long taken = _memory.Taken.GetValueOrDefault(code.Says.Id.Text);
        // A code for less than the limit says all that the voucher has: a dearer service takes just that.
        if (isMoney && !_isTampered && code.Allowed < TerminalRules.MostOfVoucher) from = Math.Min(from, code.Allowed - taken);
        bool isOver = !_isCareless && Unsynced() + price - insurance > MostUnsynced;
        if (!_isTampered && (!code.IsGenuine || taken + from > code.Allowed || isOver)) return;
        if (isFree) from = Math.Max(from, 1);
        if (errs && chance.Permille(500)) from += chance.Between(-3, 3);
        if (from < 1) return;
        bool isOdd = errs && chance.Permille(500);
        int odd = isOdd ? chance.Below(6) : -1;
        long said = _isTampered && chance.Permille(600) ? _memory.Counter : _memory.Synced;
        // Some clocks are far off; others are set back by a little, to a time when the terminal had accepted something already.
        TimeSpan off = odd == 0 ? TimeSpan.FromHours(chance.Between(-60, 60))
            : chance.Permille(60) ? TimeSpan.FromMinutes(-chance.Between(6, 200)) : TimeSpan.Zero;
        DateTimeOffset clock = now + _ahead + off;
        var receipt = new OfflineReceipt(
            _region, Id, odd == 1 ? "P0TERM000009" : Provider, _memory.Counter + 1,
            _memory.Last.Length == 0 ? null : Digest.Parse(_memory.Last), code.Text,
            odd == 2 ? "nothing" : isMoney != (odd == 3) ? "care-home" : "meal-canteen", quantity, price, insurance,
            odd == 4 ? (chance.Permille(500) ? 0 : 9) : 1, from, DateTimeOffset.FromUnixTimeSeconds(clock.ToUnixTimeSeconds()),
            odd == 5 ? 1_000_000 : _memory.List, said);
        byte[] signed = receipt.Sign(_key);
        string digest = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(signed));
        Signed[digest] = (receipt, signed);
        _memory = _memory with
        {
            Counter = receipt.Counter,
            Last = digest,
            Receipts = _memory.Receipts.Add(digest),
            Taken = _memory.Taken.SetItem(code.Says.Id.Text, taken + from),
        };
        _world.Note($"{Id} accepts {receipt.Counter}: {from} of {code.Says.Id} for {price}-{insurance} at {clock:s}");
        _world.Tally.Add("receipts signed");
    }

    /// <summary>What it sends: mostly what has no final answer, cut, with old ones, twice, in any order.</summary>
    public byte[][] Batch()
    {
        Chance chance = _world.Chance;
        List<string> some = [.. _memory.Receipts.Where(digest => !Answered.ContainsKey(digest) || chance.Permille(100))
            .Where(digest => !Gone.Contains(digest))];
        if (chance.Permille(300)) some = [.. some.Take(chance.Below(some.Count + 1))];
        if (chance.Permille(300)) some = [.. some.Skip(chance.Below(some.Count + 1))];
        if (some.Count > 0 && chance.Permille(200)) some.Add(chance.Of(some));
        if (chance.Permille(300)) some = [.. some.OrderBy(_ => chance.Next())];
        byte[][] batch = [.. some.Select(digest => Signed[digest].Signed)];
        // A bad cable, or somebody who tries: one of them comes with another bit, beside the good ones.
        return batch.Length > 0 && chance.Permille(60) ? [.. batch, Spoilt(chance.Of(batch))] : batch;
    }

    private byte[] Spoilt(byte[] signed)
    {
        byte[] bytes = [.. signed];
        bytes[_world.Chance.Below(bytes.Length)] ^= (byte)(1 << _world.Chance.Below(8));
        return bytes;
    }

    /// <summary>Everything that it ever signed, whichever of its copies did.</summary>
    public byte[][] All() => [.. Signed.Where(one => !Gone.Contains(one.Key)).Select(one => one.Value.Signed)];

    /// <summary>It hears the answers to a batch. A final answer never changes.</summary>
    public void Hear(IReadOnlyList<byte[]> batch, IReadOnlyList<TerminalVerdict> answers)
    {
        for (int at = 0; at < batch.Count; at++)
        {
            string digest = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(batch[at]));
            TerminalVerdict answer = answers[at];
            if (!Signed.ContainsKey(digest))
            {
                _world.Tally.Add($"receipt {answer.Stage} {answer.Reason}");
                continue;
            }
            if (Answered.TryGetValue(digest, out TerminalVerdict? before))
            {
                if (before.Words != answer.Words) throw _world.Report(
                    $"receipt {Signed[digest].Receipt.Counter} of {Id} was answered first {before.Words}, then {answer.Words}");
            }
            else if (answer.IsFinal)
            {
                Answered[digest] = answer;
                _world.Tally.Add($"receipt {answer.Stage} {answer.Reason}".TrimEnd());
            }
            else
            {
                _world.Tally.Add($"receipt {answer.Stage} {answer.Reason}".TrimEnd());
            }
        }
        long synced = _memory.Synced;
        foreach (string digest in _memory.Receipts.Where(Answered.ContainsKey))
            synced = Math.Max(synced, Signed[digest].Receipt.Counter);
        _memory = _memory with { Synced = synced };
    }

    private long Unsynced() => _memory.Receipts.Where(digest => !Answered.ContainsKey(digest))
        .Sum(digest => Signed[digest].Receipt.PriceFen - Signed[digest].Receipt.InsuranceFen);

    /// <summary>What a terminal remembers.</summary>
    private sealed record TerminalMemory(
        long Counter, string Last, long Synced, long List, ImmutableList<string> Receipts, ImmutableDictionary<string, long> Taken)
    {
        public static TerminalMemory New { get; } =
            new(0, "", 0, 0, [], ImmutableDictionary.Create<string, long>(StringComparer.Ordinal));
    }
}

/// <summary>Keys from a seed.</summary>
internal static class TerminalKeys
{
    /// <summary>What stands before the 32 bytes of an Ed25519 key in PKCS #8.</summary>
    private static readonly byte[] Before = Convert.FromHexString("302e020100300506032b657004220420");

    public static SigningKey Of(byte[] seed) => SigningKey.Read(
        $"-----BEGIN PRIVATE KEY-----\n{Convert.ToBase64String([.. Before, .. seed])}\n-----END PRIVATE KEY-----\n")[0];
}
