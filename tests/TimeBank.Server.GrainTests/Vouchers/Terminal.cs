using System.Collections.Immutable;
using TimeBank.Proofs;

namespace TimeBank.Server.GrainTests;

/// <summary>A terminal as it should be, and copies of it.</summary>
internal sealed class Terminal
{
    private readonly District _district;
    private readonly SigningKey _key;
    private readonly string _provider;

    private Terminal(District district, SigningKey key, string provider, string id) =>
        (_district, _key, _provider, Id) = (district, key, provider, id);

    public string Id { get; }

    public IDeviceGrain Grain => _district.Grains.GetGrain<IDeviceGrain>($"{District.Tianyuan}/{Id}");

    public long Counter { get; set; }

    public Digest? Last { get; set; }

    public long Synced { get; set; }

    public static async Task<Terminal> ActiveAsync(District district, string provider)
    {
        SigningKey key = SigningKey.Read(SigningKey.Create())[0];
        Command asks = district.Command("clerk");
        var terminal = new Terminal(district, key, provider, asks.NewId.Text);
        District.Value(await terminal.Grain.InviteAsync(asks, new DeviceInvitation(
            provider, DeviceGrain.HashOf(terminal.Id, "CODE"), district.Now.AddMinutes(15))));
        District.Value(await terminal.Grain.EnrolAsync(district.Command("clerk"), terminal.Enrolment("CODE")));
        District.Value(await terminal.Grain.ApproveAsync(district.Command("counter"), terminal.Fingerprint));
        return terminal;
    }

    public string Fingerprint => OfflineReceipt.Fingerprint(_key.PublicKey);

    public DeviceEnrolment Enrolment(string code) => new(code, Convert.ToBase64String(_key.PublicKey), "一号机");

    /// <summary>The same file on another machine.</summary>
    public Terminal Copy() => new(_district, _key, _provider, Id) { Counter = Counter, Last = Last, Synced = Synced };

    /// <summary>Accepts meals from a voucher, and goes on.</summary>
    public byte[] Meals(string code, long quantity = 1, long price = 1_000, Func<OfflineReceipt, OfflineReceipt>? change = null)
    {
        var receipt = new OfflineReceipt(District.Tianyuan, Id, _provider, Counter + 1, Last, code, "meal-canteen", quantity, price, 0, 1,
            quantity, DateTimeOffset.FromUnixTimeSeconds(_district.Now.ToUnixTimeSeconds()), 0, Synced);
        byte[] signed = (change?.Invoke(receipt) ?? receipt).Sign(_key);
        (Counter, Last) = (Counter + 1, OfflineReceipt.DigestOf(signed));
        return signed;
    }

    public async Task<ImmutableArray<OfflineReceiptRecord>> SendAsync(params byte[][] receipts) =>
        District.Value(await Grain.SubmitAsync(_district.Command("clerk"), [.. receipts])).Answers;
}
