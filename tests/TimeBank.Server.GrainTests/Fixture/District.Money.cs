using System.Text.Json.Nodes;
using TimeBank.Ledger;
using Xunit;

namespace TimeBank.Server.GrainTests;

/// <content>Funds, programmes, providers, and elders' vouchers.</content>
internal sealed partial class District
{
    public IFundGrain Fund(string id) => Grains.GetGrain<IFundGrain>($"{Tianyuan}/{id}");

    public IProgrammeGrain Programme(string id) => Grains.GetGrain<IProgrammeGrain>($"{Tianyuan}/{id}");

    public IVoucherGrain Voucher(OpaqueId id) => Grains.GetGrain<IVoucherGrain>($"{Tianyuan}/{id}");

    public IProviderGrain Provider(string id) => Grains.GetGrain<IProviderGrain>($"{Tianyuan}/{id}");

    /// <summary>Opens a fund and receives money for it.</summary>
    public async Task FundedAsync(string id, long fen)
    {
        Assert.Null((await Fund(id).CreateAsync(Command(), new FundRecord(id, FundKind.Lottery, id, ""))).Refusal);
        // Straight into the journal: an account that is described wants statements, and few tests are about those.
        Assert.Null((await Ledger().SubmitAsync(MoneyEntries.Receive(
            Command().Header(First, "430000/2026-01"), Slug.Parse("main"), Slug.Parse(id), new Fen(fen)))).Refusal);
    }

    /// <summary>Describes one of our bank accounts.</summary>
    public async Task BankAccountAsync(string slug) => Value(await Grains.GetGrain<IBankAccountGrain>($"{Tianyuan}/{slug}").SetAsync(
        Command(), new BankAccountDescription(new BankDetails("演示民政局", "6222000000000001", "演示银行", "102100099996"), "", "")));

    public async Task AllotAsync(string programme, string fund, long fen) =>
        Assert.Null((await Programme(programme).AllotAsync(Command(), [new AllotmentLine(fund, fen)], null, servesPurpose: false)).Refusal);

    /// <summary>Opens a programme of ten meals a month, at 12 yuan each, for every elder of 80 or more.</summary>
    public Task MealsAsync(string id = "meals", long contractFen = 1_200) => CreateAsync(new ProgrammeRecord(
        id, id, ProgrammeScheme.UnitVoucher, "MEAL", [ServiceType.Meal], 10, contractFen, 80, null, Difficulties.None));

    /// <summary>Opens a programme of one bath a month for every elder of 80 or more.</summary>
    public Task BathsAsync(string id, long contractFen) => CreateAsync(new ProgrammeRecord(
        id, id, ProgrammeScheme.UnitVoucher, "BATH", [ServiceType.Bath], 1, contractFen, 80, null, Difficulties.None));

    public Task NationalAsync(string id = "national") => CreateAsync(new ProgrammeRecord(
        id, id, ProgrammeScheme.NationalEVoucher, "CNY", [ServiceType.Care, ServiceType.Medical], 0, 0, 0, null, Difficulties.None));

    /// <summary>Opens a programme of 200 yuan a month, which never expire, for every elder of 80 or more.</summary>
    public Task SubsidyAsync(string id = "subsidy") => CreateAsync(new ProgrammeRecord(
        id, id, ProgrammeScheme.PersistentSubsidy, "CNY", [ServiceType.Care], 20_000, 0, 80, null, Difficulties.None));

    /// <summary>Registers an elder without difficulties. With points, also records an assessment.</summary>
    public async Task<OpaqueId> ElderAsync(int bornIn, int? points = null)
    {
        string elder = await RegisterAsync(new DateOnly(bornIn, 1, 1), Difficulties.None, Tianyuan);
        if (points is { } score)
        {
            var assessment = new AssessmentRecord(score, First, Tianyuan);
            Assert.Null((await Elder(elder).RecordAssessmentAsync(Command(), assessment, Difficulties.None)).Refusal);
        }
        return OpaqueId.Parse(elder);
    }

    public async Task<string> ProviderAsync(params ServiceType[] types)
    {
        Command command = Command();
        var record = new ProviderRecord(command.NewId.Text, "食堂", [.. types], new DateOnly(2026, 1, 1), new DateOnly(2026, 12, 31), []);
        Assert.Null((await Provider(command.NewId.Text).RegisterAsync(command, record)).Refusal);
        return command.NewId.Text;
    }

    /// <summary>The id of the voucher that a run issues to an elder for October.</summary>
    public async Task<OpaqueId> VoucherOfAsync(string programme, OpaqueId elder) =>
        OpaqueId.From((await Programme(programme).GetAsync())!.ToProgramme().IssueId(Code, First, elder));

    public async Task<RunPage> IssueAsync(string programme, Command? command = null)
    {
        var run = new VoucherRun(command ?? Command(), First);
        Assert.Null((await Programme(programme).BeginIssueAsync(run)).Refusal);
        return await Programme(programme).IssueAsync(run, null);
    }

    /// <summary>Puts a table of what elders show in force from tomorrow on, and makes it tomorrow.</summary>
    /// <param name="rows">The rows as in a policy's file.</param>
    public async Task NeedsAsync(string rows)
    {
        await NextPolicyAsync("shown", Today.AddDays(1), vouchers =>
            vouchers["confirm"] = new JsonObject { ["value"] = JsonNode.Parse($"[{rows}]"), ["source"] = "own" });
        MoveTo(Today.AddDays(1));
    }

    /// <summary>Has another policy approved.</summary>
    /// <param name="change">Changes the part of the file that vouchers have.</param>
    public async Task NextPolicyAsync(string name, DateOnly from, Action<JsonNode> change)
    {
        JsonObject file = JsonNode.Parse(Document.Policy(Tianyuan, name, from))!.AsObject();
        change(file["vouchers"]!);
        Value(await Policy(Tianyuan).ProposeAsync(Command("maker"), file.ToJsonString()));
        Value(await Policy(Tianyuan).ApproveAsync(Command("checker"), name));
    }

    private async Task CreateAsync(ProgrammeRecord record) =>
        Assert.Null((await Programme(record.Id).CreateAsync(Command(), record)).Refusal);
}
