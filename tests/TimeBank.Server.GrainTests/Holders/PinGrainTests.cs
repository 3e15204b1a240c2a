using System.Security.Cryptography;
using System.Text;
using TimeBank.Ledger;
using TimeBank.Storage.GrainStorage;
using Xunit;

namespace TimeBank.Server.GrainTests;

/// <summary>How a PIN is set, and how guesses at it are counted.</summary>
public sealed class PinGrainTests : IAsyncLifetime
{
    private const string Right = "830412", Other = "274905";

    private District _district = null!;
    private OpaqueId _elder;

    private IPinGrain Pin => _district.Grains.GetGrain<IPinGrain>(District.Code, _elder);

    /// <summary>The least that libsodium takes: these tests are about counting, and not about what a guess costs.</summary>
    internal static PinHasher Cheap(string keys = "") =>
        new(VaultTests.TestVault(keys), RandomNumberGenerator.GetBytes, new PinCost(8, 1));

    public async ValueTask InitializeAsync()
    {
        _district = await District.StartAsync();
        _elder = await _district.ElderAsync(1940);
    }

    public async ValueTask DisposeAsync() => await _district.DisposeAsync();

    [Fact]
    public async Task Who_changes_a_PIN_knows_the_old_one_and_a_reset_has_a_reason()
    {
        Assert.Equal(Reason.PinNotSet, await TryAsync(Right));
        Command first = _district.Command("window") with { OnBehalfOf = _elder.Text };
        await SetAsync(first, new PinOrder(Right, "", ""));
        Assert.Equal(Reason.PinAlreadySet, (await Pin.SetAsync(_district.Command(), new PinOrder(Other, "", ""))).Reason);
        Assert.Equal(Reason.PinWrong, (await Pin.SetAsync(_district.Command(), new PinOrder(Other, Other, ""))).Reason);
        await SetAsync(_district.Command("family"), new PinOrder(Other, Right, ""));
        Assert.Equal(Reason.PinWrong, await TryAsync(Right));
        PinRecord reset = await SetAsync(_district.Command("window"), new PinOrder(Right, "", "忘记了"));

        Assert.Equal(Reason.None, await TryAsync(Right));
        Assert.Equal([("window", _elder.Text, ""), ("family", "", ""), ("window", "", "忘记了")],
            reset.Changes.Select(change => (change.By, change.OnBehalfOf, change.Reason)));
        // The first request again: its effect was long ago, and is not repeated.
        Assert.Equal(3, (await SetAsync(first, new PinOrder(Other, "", ""))).Changes.Length);
        Assert.Equal(Reason.None, await TryAsync(Right));
    }

    [Fact]
    public async Task Five_misses_lock_it_for_a_day_also_for_the_right_one()
    {
        await SetAsync(_district.Command(), new PinOrder(Right, "", ""));

        for (int left = 4; left > 0; left--) Assert.Equal(("PinWrong", $"tries={left}"), await ToldAsync(Other));
        Assert.Equal(("PinLocked", "time=2026-10-02 08:00"), await ToldAsync(Other));
        Assert.Equal(("PinLocked", "time=2026-10-02 08:00"), await ToldAsync(Right));
        await _district.ForgetAsync(Pin);
        _district.Now += new TimeSpan(23, 59, 0);
        Assert.Equal(Reason.PinLocked, await TryAsync(Right));
        _district.Now += new TimeSpan(0, 1, 0);
        Assert.Equal(("PinWrong", "tries=4"), await ToldAsync(Other));
        Assert.Equal(Reason.None, await TryAsync(Right));
        Assert.Equal((0, null), (await Pin.GetAsync()) is var record ? (record.Misses, record.LockedUntil) : default);
    }

    [Fact]
    public async Task A_reset_ends_a_lock()
    {
        await SetAsync(_district.Command(), new PinOrder(Right, "", ""));
        for (int miss = 0; miss < 5; miss++) await TryAsync(Other);

        await SetAsync(_district.Command(), new PinOrder(Other, "", "锁住了"));

        Assert.Equal(Reason.None, await TryAsync(Other));
    }

    [Fact]
    public async Task The_same_request_is_one_guess_whatever_PIN_comes_with_it()
    {
        await SetAsync(_district.Command(), new PinOrder(Right, "", ""));
        Command request = _district.Command();

        Assert.Equal(Reason.PinWrong, (await Pin.TryAsync(request, Shown(Other))).Reason);
        Assert.Equal(Reason.PinWrong, (await Pin.TryAsync(request, Shown(Other))).Reason);
        Assert.Equal(Reason.PinWrong, (await Pin.TryAsync(request, Shown(Right))).Reason);

        Assert.Equal(1, (await Pin.GetAsync()).Misses);
    }

    [Fact]
    public async Task A_change_that_was_refused_is_refused_again_and_guesses_no_more()
    {
        await SetAsync(_district.Command(), new PinOrder(Right, "", ""));
        Command change = _district.Command();
        var wrong = new PinOrder(Other, Other, "");
        Assert.Equal(Reason.PinWrong, (await Pin.SetAsync(change, wrong)).Reason);
        // The right one sets the count to zero, and the state forgets whose guesses were wrong.
        Assert.Equal(Reason.None, await TryAsync(Right));

        Assert.Equal(("PinWrong", "tries=4"), await Pin.SetAsync(change, wrong) is var again ? ($"{again.Reason}", again.Detail) : default);
        Assert.Equal(Reason.PinWrong, (await Pin.SetAsync(change, wrong with { OldPin = Right })).Reason);
        Command reused = change with { RequestDigest = _district.Command().RequestDigest };
        Assert.Equal(Reason.RequestIdReused, (await Pin.SetAsync(reused, wrong)).Reason);

        Assert.Equal(0, (await Pin.GetAsync()).Misses);
    }

    [Fact]
    public async Task Of_any_number_at_once_five_are_looked_at()
    {
        await SetAsync(_district.Command(), new PinOrder(Right, "", ""));
        Command[] requests = [.. Enumerable.Range(0, 40).Select(_ => _district.Command())];

        Reason[] told = [.. (await Task.WhenAll(requests.Select(request => Pin.TryAsync(request, Shown(Other))))).Select(
            reply => reply.Reason)];

        Assert.Equal((4, 36), (told.Count(reason => reason == Reason.PinWrong), told.Count(reason => reason == Reason.PinLocked)));
        Assert.Equal(5, (await Pin.GetAsync()).Misses);
    }

    [Fact]
    public async Task A_guess_counts_before_it_is_looked_at_so_a_crash_gives_none_away()
    {
        await SetAsync(_district.Command(), new PinOrder(Right, "", ""));

        // The count is written, and then nothing more.
        _district.States.FailNext(PinState.Kind, after: 1);
        await Assert.ThrowsAnyAsync<Exception>(() => TryAsync(Other));
        Assert.Equal(1, (await Pin.GetAsync()).Misses);
        // The count isn't written: then it isn't looked at.
        _district.States.FailNext(PinState.Kind);
        await Assert.ThrowsAnyAsync<Exception>(() => TryAsync(Right));
        Assert.Equal(1, (await Pin.GetAsync()).Misses);
    }

    [Fact]
    public async Task Two_activations_can_not_count_the_same_guess()
    {
        await SetAsync(_district.Command(), new PinOrder(Right, "", ""));
        // Another activation has counted four meanwhile.
        _district.States.Change<PinState>(PinState.Kind, Pin.GetGrainId(), state => state.Guesses = 4);

        await Assert.ThrowsAnyAsync<Exception>(() => TryAsync(Other));

        Assert.Equal(("PinLocked", "time=2026-10-02 08:00"), await ToldAsync(Other));
    }

    [Fact]
    public async Task Neither_the_state_nor_a_message_s_text_has_the_PIN()
    {
        await SetAsync(_district.Command(), new PinOrder(Right, "", ""));
        await TryAsync(Other);

        Assert.DoesNotContain(Right, _district.States.Text(), StringComparison.Ordinal);
        Assert.DoesNotContain(Other, _district.States.Text(), StringComparison.Ordinal);
        Assert.Equal(("PinOrder", "ShownRecord"), ($"{new PinOrder(Right, Right, Right)}", $"{Shown(Right)}"));
    }

    /// <summary>Stored bytes: a changed line must be a decision.</summary>
    [Fact]
    public void The_state_is_stored_under_names_that_stay()
    {
        var at = new DateTimeOffset(2026, 10, 1, 8, 0, 0, ChinaTime.Offset);
        var state = new PinState
        {
            Hash = "$argon2id$", Guesses = 5, LockedUntil = at.AddDays(1), Missed = ["0123"],
            Changes = [new PinChangeRecord(at, "window", "ELDER", "why")], Done = { ["4567"] = "89ab" },
        };

        Assert.Equal(
            ("{'hash':'$argon2id$','guesses':5,'lockedUntil':'2026-10-02T08:00:00+08:00','missed':['0123'],"
                + "'changes':[{'at':'2026-10-01T08:00:00+08:00','by':'window','onBehalfOf':'ELDER','reason':'why'}],"
                + "'done':{'4567':'89ab'}}").Replace('\'', '"'),
            Encoding.UTF8.GetString(new GrainStateJson().Serialize(state)));
    }

    [Fact]
    public async Task A_hash_has_its_own_salt_and_costs_and_belongs_to_one_elder()
    {
        using PinHasher hasher = Cheap();
        string one = (await hasher.HashAsync(District.Code, _elder, Right)).Hash,
            two = (await hasher.HashAsync(District.Code, _elder, Right)).Hash;

        Assert.StartsWith("$argon2id$v=19$m=8,t=1,p=1$", one, StringComparison.Ordinal);
        Assert.NotEqual(one, two);
        Assert.True(await hasher.IsRightAsync(two, null, District.Code, _elder, Right));
        Assert.False(await hasher.IsRightAsync(two, null, District.Code, _elder, Other));
        Assert.False(await hasher.IsRightAsync(two, null, District.Code, OpaqueId.Parse("0123456789AB"), Right));
        // By another master key the same PIN is another one: the database alone is no help.
        using PinHasher stranger = Cheap($"{Convert.ToBase64String(new byte[VaultKeys.KeySize])}\n");
        Assert.False(await stranger.IsRightAsync(two, null, District.Code, _elder, Right));
        Assert.Equal(new PinCost(65_536, 3), PinCost.Recommended);
    }

    [Fact]
    public async Task A_PIN_goes_over_to_the_current_master_key_at_its_next_right_entry()
    {
        string older = $"{Convert.ToBase64String(new byte[VaultKeys.KeySize])}\n";
        using PinHasher before = Cheap(older), now = Cheap();
        KeyedHash hash = await before.HashAsync(District.Code, _elder, Right);
        await SetAsync(_district.Command(), new PinOrder(Other, "", ""));
        // Of a key that this vault hasn't: no PIN is the right one, and none is a miss.
        _district.States.Change<PinState>(
            PinState.Kind, Pin.GetGrainId(), state => (state.Hash, state.KeyId) = (hash.Hash, hash.KeyId));
        await _district.ForgetAsync(Pin);
        Assert.Equal(Reason.PinKeyRetired, await TryAsync(Right));
        Assert.Equal(Reason.PinKeyRetired, (await Pin.SetAsync(_district.Command(), new PinOrder(Other, Right, ""))).Reason);
        Assert.Equal(0, (await Pin.GetAsync()).Misses);
        // From before the id stood beside it.
        hash = await now.HashAsync(District.Code, _elder, Right);
        _district.States.Change<PinState>(PinState.Kind, Pin.GetGrainId(), state => (state.Hash, state.KeyId) = (hash.Hash, null));
        await _district.ForgetAsync(Pin);
        Assert.Equal(Reason.PinWrong, await TryAsync(Other));
        Assert.DoesNotContain("keyId", _district.States.Text(), StringComparison.Ordinal);

        Assert.Equal(Reason.None, await TryAsync(Right));

        Assert.Contains($"\"keyId\":\"{now.CurrentKey}\"", _district.States.Text(), StringComparison.Ordinal);
        Assert.Equal(Reason.None, await TryAsync(Right));
        Assert.False(now.HasKey(before.CurrentKey));
    }

    private static ShownRecord Shown(string pin) => ShownRecord.Nothing with { Pin = pin };

    private async Task<PinRecord> SetAsync(Command command, PinOrder order) => District.Value(await Pin.SetAsync(command, order));

    private async Task<Reason> TryAsync(string pin) => (await Pin.TryAsync(_district.Command(), Shown(pin))).Reason;

    private async Task<(string, string)> ToldAsync(string pin) =>
        await Pin.TryAsync(_district.Command(), Shown(pin)) is var reply ? ($"{reply.Reason}", reply.Detail) : default;
}
