using TimeBank.Ledger;
using TimeBank.Proofs;

namespace TimeBank.Server;

/// <summary>
/// The Ed25519 keys of voucher codes, each under the name of every region. They are kept like the keys of checkpoints, and apart from them:
/// whoever takes a journal's key must not be able to make vouchers. The first key signs; all of them are published.
/// </summary>
public sealed class VoucherKeys : IDisposable
{
    private const string FileName = "voucher-keys.pem";
    private readonly string _origin;
    private readonly IReadOnlyList<SigningKey> _keys;

    private VoucherKeys(string origin, IReadOnlyList<SigningKey> keys) => (_origin, _keys) = (origin, keys);

    /// <exception cref="InvalidOperationException">The keys are missing, invalid or readable by others; the message says how to mend
    /// it.</exception>
    public static VoucherKeys Open(TimeBankOptions options) => new(CheckpointKeys.OriginOf(options), CheckpointKeys.ReadKeys(
        options.VoucherKeys, nameof(TimeBankOptions.VoucherKeys),
        options.VoucherKeyFile.Length > 0 ? options.VoucherKeyFile : Path.Combine(options.Data, FileName),
        nameof(TimeBankOptions.VoucherKeyFile), options.IsLocal));

    public VoucherSigner SignerOf(RegionCode region) => SignersOf(region).First();

    /// <summary>The one that signs vouchers first, then those that it replaced.</summary>
    public IEnumerable<VoucherSigner> SignersOf(RegionCode region) => _keys.Select(key => key.VoucherSigner(NameOf(region)));

    public IEnumerable<VerifierKey> Of(RegionCode region) => SignersOf(region).Select(signer => signer.Key);

    public void Dispose()
    {
        foreach (SigningKey key in _keys) key.Dispose();
    }

    private string NameOf(RegionCode region) => VoucherSigner.NameOf(_origin, region.ToString());
}
