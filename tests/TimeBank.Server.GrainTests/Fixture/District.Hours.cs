using TimeBank.Ledger;
using TimeBank.Proofs;
using Xunit;

namespace TimeBank.Server.GrainTests;

/// <content>Volunteers, elders and their orders.</content>
internal sealed partial class District
{
    public IVolunteerGrain Volunteer(string id, string region = Tianyuan) => Grains.GetGrain<IVolunteerGrain>($"{region}/{id}");

    public IElderGrain Elder(string id, string region = Tianyuan) => Grains.GetGrain<IElderGrain>($"{region}/{id}");

    public IServiceOrderGrain Order(string id, string region = Tianyuan) => Grains.GetGrain<IServiceOrderGrain>($"{region}/{id}");

    public IServiceOrderGrain Order(OpaqueId id) => Order(id.Text);

    public async Task<string> EnrolAsync(int age = 40, string region = Tianyuan, string home = "")
    {
        Command command = Command();
        Reply<VolunteerRecord> reply = await Volunteer(command.NewId.Text, region)
            .EnrolAsync(command, "V", Born(age), home);
        return Value(reply).Id.Text;
    }

    /// <summary>Registers an elder. From age 80 on the elder is entitled to 240 minutes a month.</summary>
    public Task<string> RegisterAsync(int age = 85, string region = Tianyuan,
        Difficulties difficulties = Difficulties.LivingAlone | Difficulties.EmptyNest) =>
        RegisterAsync(Born(age), difficulties, region);

    public async Task<string> RegisterWithHoursAsync(string region = Tianyuan)
    {
        string elder = await RegisterAsync(region: region);
        Value(await Elder(elder, region).IssueHoursAsync(Command(), MonthOf(Now)));
        return elder;
    }

    /// <summary>Gives a volunteer earned minutes without a service, as if another region had cleared them.</summary>
    public async Task CreditAsync(string volunteer, long minutes, string region = Tianyuan)
    {
        var header = new EntryHeader(Command().Id, Digest.Of([1]), "TEST", "", Today, "", "", EntryHeader.NoDetails);
        Outcome outcome = await Ledger(region)
            .SubmitAsync(HourEntries.ClearIn(header, RegionCode.Parse("430100"), OpaqueId.Parse(volunteer), new Minutes(minutes)));
        Assert.Null(outcome.Refusal);
    }

    public Task<Reply<OrderRecord>> RequestAsync(string recipient, TimeSpan? fromNow = null, long minutes = 120,
        string item = "companionship", string region = Tianyuan, Command? command = null)
    {
        command ??= Command();
        return Order(command.NewId.Text, region)
            .RequestAsync(new ServiceWanted(command, recipient, item, Now + (fromNow ?? TimeSpan.FromHours(1)), minutes));
    }

    public Task<Reply<OrderRecord>> AcceptAsync(string order, string volunteer, string region = Tianyuan, Command? command = null) =>
        Order(order, region).AcceptAsync(command ?? Command(), OpaqueId.Parse(volunteer));

    public Task<Reply<OrderRecord>> AcceptAsync(OpaqueId order, string volunteer, Command? command = null) =>
        AcceptAsync(order.Text, volunteer, command: command);

    public OrderStep Step(string party, string note = "", Command? command = null) => new(command ?? Command(), party, note);

    public async Task<PersonHours> HoursAsync(string person, string region = Tianyuan) =>
        await Volunteer(person, region).HoursAsync() ?? await Elder(person, region).HoursAsync()
            ?? throw new InvalidOperationException($"{person} isn't there.");

    public async Task<int> CountAsync(EntryCode code, string region = Tianyuan) =>
        (await Journal.EntriesAsync(RegionCode.Parse(region), 0, 10_000, default)).Count(stored => stored.Entry.Code == code);

    private async Task<string> RegisterAsync(DateOnly born, Difficulties difficulties, string region)
    {
        Command command = Command();
        return Value(await Elder(command.NewId.Text, region).RegisterAsync(command, "老人", born, difficulties)).Id.Text;
    }

    private DateOnly Born(int age) => Today.AddYears(-age);
}
