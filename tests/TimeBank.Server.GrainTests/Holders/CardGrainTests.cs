using System.Text;
using TimeBank.Ledger;
using TimeBank.Storage.GrainStorage;
using Xunit;

namespace TimeBank.Server.GrainTests;

/// <summary>Cards that staff bind to elders.</summary>
public sealed class CardGrainTests : IAsyncLifetime
{
    private District _district = null!;
    private OpaqueId _elder, _other;

    public async ValueTask InitializeAsync()
    {
        _district = await District.StartAsync();
        (_elder, _other) = (await _district.ElderAsync(1940), await _district.ElderAsync(1941));
    }

    public async ValueTask DisposeAsync() => await _district.DisposeAsync();

    [Fact]
    public async Task An_elder_has_one_good_card_and_a_reason_replaces_it()
    {
        CardOrder first = Order("first"), second = Order("second");
        await BindAsync(_elder, first);
        Assert.Equal(Reason.CardAlreadyActive, (await Cards(_elder).BindAsync(_district.Command(), second)).Reason);

        CardList replaced = await BindAsync(_elder, second with { Reason = "旧卡磨损" });

        Assert.Equal([("first", "旧卡磨损"), ("second", "")], replaced.Cards.Select(card => (card.Key, card.Reason)));
        Assert.Equal("second", replaced.Good!.Key);
        CardList blocked = District.Value(await Cards(_elder).BlockAsync(_district.Command("window"), "丢了"));
        Assert.Null(blocked.Good);
        Assert.Equal(("window", "丢了"), (blocked.Cards[1].EndedBy, blocked.Cards[1].Reason));
        Assert.Equal(Reason.CardNotActive, (await Cards(_elder).BlockAsync(_district.Command(), "丢了")).Reason);
        // It was found again.
        Assert.Equal("second", (await BindAsync(_elder, second)).Good!.Key);
    }

    [Fact]
    public async Task A_number_belongs_to_one_elder_also_after_a_block_and_by_any_key()
    {
        await BindAsync(_elder, Order("key"));
        District.Value(await Cards(_elder).BlockAsync(_district.Command(), "丢了"));

        Assert.Equal(Reason.CardOtherElder, (await Cards(_other).BindAsync(_district.Command(), Order("key"))).Reason);
        Assert.Equal(Reason.CardOtherElder, (await Cards(_other).BindAsync(_district.Command(), Order("newer", "key"))).Reason);
        Assert.Empty((await Cards(_other).GetAsync()).Cards);
    }

    [Fact]
    public async Task Of_two_elders_at_once_one_gets_it()
    {
        Reason[] told = [.. (await Task.WhenAll(new[] { _elder, _other }.Select(
            elder => Cards(elder).BindAsync(_district.Command(), Order("key"))))).Select(reply => reply.Reason)];

        Assert.Equal([Reason.None, Reason.CardOtherElder], told.Order());
    }

    [Fact]
    public async Task The_same_request_is_one_effect_and_a_crash_is_finished_by_the_retry()
    {
        Command command = _district.Command();
        _district.States.FailNext(CardsState.Kind);
        await Assert.ThrowsAnyAsync<Exception>(() => Cards(_elder).BindAsync(command, Order("key")));
        Assert.Empty((await Cards(_elder).GetAsync()).Cards);

        CardList bound = District.Value(await Cards(_elder).BindAsync(command, Order("key")));
        District.Value(await Cards(_elder).BlockAsync(_district.Command(), "丢了"));
        CardList again = District.Value(await Cards(_elder).BindAsync(command, Order("key")));

        Assert.Equal("key", bound.Good!.Key);
        Assert.Null(again.Good);
        Assert.Single(again.Cards);
    }

    [Fact]
    public async Task A_number_that_a_crash_left_with_the_wrong_elder_is_unbound_and_bound_to_the_right_one()
    {
        _district.States.FailNext(CardsState.Kind);
        await Assert.ThrowsAnyAsync<Exception>(() => Cards(_elder).BindAsync(_district.Command(), Order("key")));
        Assert.Equal(Reason.CardOtherElder, (await Cards(_other).BindAsync(_district.Command(), Order("key"))).Reason);
        Assert.Equal(Reason.CardNotOfElder, (await Cards(_other).AskUnbindingAsync(_district.Command(), Order("key"))).Reason);

        CardOrder mistake = Order("newer", "key") with { Reason = "登错了老人" };
        Assert.Equal("1234", District.Value(await Cards(_elder).AskUnbindingAsync(_district.Command("window"), mistake)).Asked?.LastDigits);
        Assert.Empty(District.Value(await Cards(_elder).UnbindAsync(_district.Command("office"), "1234")).Cards);

        Assert.Equal("key", (await BindAsync(_other, Order("key"))).Good!.Key);
        Assert.Equal(Reason.CardNotOfElder, (await Cards(_elder).AskUnbindingAsync(_district.Command(), Order("key"))).Reason);
    }

    /// <summary>Stored bytes: a changed line must be a decision.</summary>
    [Fact]
    public void The_states_are_stored_under_names_that_stay()
    {
        var at = new DateTimeOffset(2026, 10, 1, 8, 0, 0, ChinaTime.Offset);
        var cards = new CardsState { Cards = [new CardRecord("key", "1234", at, "window", at, "window", "why")] };
        var number = new CardNumberState { Elder = "0123456789AB" };

        Assert.Equal(
            ("{'cards':[{'key':'key','lastDigits':'1234','boundAt':'2026-10-01T08:00:00+08:00','boundBy':'window',"
                + "'endedAt':'2026-10-01T08:00:00+08:00','endedBy':'window','reason':'why'}],'done':{}}").Replace('\'', '"'),
            Encoding.UTF8.GetString(new GrainStateJson().Serialize(cards)));
        Assert.Equal("""{"elder":"0123456789AB","done":{}}""", Encoding.UTF8.GetString(new GrainStateJson().Serialize(number)));
    }

    private static CardOrder Order(params string[] keys) =>
        new([.. keys.Select(key => new KeyedHash($"id-{key}", key))], "1234", "");

    private ICardsGrain Cards(OpaqueId elder) => _district.Grains.GetGrain<ICardsGrain>(District.Code, elder);

    private async Task<CardList> BindAsync(OpaqueId elder, CardOrder order) =>
        District.Value(await Cards(elder).BindAsync(_district.Command(), order));
}
