using System.Text;
using TimeBank.Ledger;
using TimeBank.Storage.GrainStorage;
using Xunit;

namespace TimeBank.Server.GrainTests;

/// <summary>Whose a number of identity is, where much happens at once or breaks off.</summary>
public sealed class IdentityNumberTests : IAsyncLifetime
{
    private static readonly PersonDetails Details = new("439999194001319986", "", "");

    private District _district = null!;

    public async ValueTask InitializeAsync() => _district = await District.StartAsync();

    public async ValueTask DisposeAsync() => await _district.DisposeAsync();

    [Fact]
    public async Task Of_two_registrations_at_once_one_gets_it()
    {
        Reply<ElderRecord>[] replies = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => RegisterAsync(_district.Command())));

        ElderRecord one = Assert.Single(replies, reply => reply.Reason == Reason.None).Value!;
        Assert.All(replies.Where(reply => reply.Value is null), reply => Assert.Equal(
            Refusal.Of(Reason.IdentityNumberRegistered, ("person", $"regions/{District.Tianyuan}/elders/{one.Id}")), reply.Refusal));
    }

    [Fact]
    public async Task A_registration_that_broke_off_keeps_nobody_else_from_the_number()
    {
        Command brokenOff = _district.Command();
        _district.States.FailNext(ElderState.Kind);
        await Assert.ThrowsAnyAsync<Exception>(() => RegisterAsync(brokenOff));
        Assert.Equal($"elders/{brokenOff.NewId}", await Number("key").PersonAsync());

        ElderRecord other = District.Value(await RegisterAsync(_district.Command()));

        Assert.Equal(Reason.IdentityNumberRegistered, (await RegisterAsync(brokenOff)).Reason);
        Assert.Equal($"elders/{other.Id}", await Number("key").PersonAsync());
    }

    [Fact]
    public async Task A_registration_that_broke_off_is_finished_by_its_retry()
    {
        Command command = _district.Command();
        _district.States.FailNext(ElderState.Kind);
        await Assert.ThrowsAnyAsync<Exception>(() => RegisterAsync(command));

        ElderRecord elder = District.Value(await RegisterAsync(command));

        Assert.Equal(Details, await _district.Elder(elder.Id.Text).DetailsAsync());
        Assert.Equal(Reason.IdentityNumberRegistered, (await RegisterAsync(_district.Command())).Reason);
    }

    [Fact]
    public async Task A_number_is_known_by_an_older_master_key_too()
    {
        District.Value(await RegisterAsync(_district.Command(), "older"));

        Assert.Equal(Reason.IdentityNumberRegistered, (await RegisterAsync(_district.Command(), "newer", "older")).Reason);
        Assert.Equal(Reason.IdentityNumberRegistered, (await Number("newer").SetDetailsAsync(
            _district.Command(), $"elders/{await _district.RegisterAsync()}", Details, ["older"])).Reason);
    }

    /// <summary>Stored bytes: a changed line must be a decision.</summary>
    [Fact]
    public void The_states_are_stored_under_names_that_stay()
    {
        Assert.Equal(
            """{"person":"elders/0123456789AB","done":{}}""",
            Encoding.UTF8.GetString(new GrainStateJson().Serialize(new IdentityNumberState { Person = "elders/0123456789AB" })));
        string elder = Encoding.UTF8.GetString(new GrainStateJson().Serialize(
            new ElderState { Details = new SealedDetails("k", "d", "c") }));
        Assert.Contains("""{"key":"k","details":"d","setAs":"c"}""", elder, StringComparison.Ordinal);
        Assert.Equal("""{"identityNumber":"n","telephone":"t","address":"a"}""",
            System.Text.Json.JsonSerializer.Serialize(new PersonDetails("n", "t", "a")));
    }

    private IIdentityNumberGrain Number(string key) => _district.Grains.GetGrain<IIdentityNumberGrain>(District.Code, key);

    private Task<Reply<ElderRecord>> RegisterAsync(Command command, params string[] keys)
    {
        string[] all = keys is [] ? ["key"] : keys;
        return Number(all[0]).RegisterElderAsync(
            command, "老人", new DateOnly(1940, 1, 31), Difficulties.None, Details, [.. all[1..]]);
    }
}
