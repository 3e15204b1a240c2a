using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.HttpOverrides;

namespace TimeBank.Server;

/// <summary>
/// The listeners' certificate and its chain, from two PEM files. New connections get a renewed certificate within a minute, without a new
/// start; broken files leave the last good one in use.
/// </summary>
public sealed class ServerCertificate
{
    // Read again instead of watched: secrets come as links that are moved, and on shared file systems nothing tells of a change.
    private static readonly TimeSpan LooksEvery = TimeSpan.FromMinutes(1);

    private readonly string _file, _keyFile;
    private readonly TimeProvider _time;
    private readonly Lock _turn = new();
    private SslStreamCertificateContext _context;
    private string _text;
    private long _looked;

    private ServerCertificate(string file, string keyFile, TimeProvider time)
    {
        (_file, _keyFile, _time, _looked) = (file, keyFile, time, time.GetTimestamp());
        _text = ReadText();
        _context = Parse(_text);
    }

    /// <summary>The configured certificate; null if there is none.</summary>
    /// <exception cref="InvalidOperationException">The files are no certificate and its key, or anybody may read the key.</exception>
    public static ServerCertificate? Open(TimeBankOptions options, TimeProvider time) => options.CertificateFile.Length == 0
        ? null : new ServerCertificate(options.CertificateFile, options.CertificateKeyFile, time);

    /// <summary>What the server shows to the next connection. New each time: Kestrel writes the listener's protocol into it.</summary>
    public SslServerAuthenticationOptions Server(ILogger log) => new() { ServerCertificateContext = Current(log) };

    private SslStreamCertificateContext Current(ILogger log)
    {
        lock (_turn)
        {
            if (_time.GetElapsedTime(_looked) < LooksEvery) return _context;
            _looked = _time.GetTimestamp();
            try
            {
                string text = ReadText();
                if (text == _text) return _context;
                _context = Parse(text);
                _text = text;
                log.LogInformation("New connections get the certificate that is now in {File}.", _file);
            }
            // While the two files are exchanged they may not fit; the next look finds out.
            catch (Exception error) when (error is InvalidOperationException or IOException or UnauthorizedAccessException)
            {
                log.LogWarning("The certificate that was read before stays in use: {Reason}", error.Message);
            }
            return _context;
        }
    }

    private string ReadText()
    {
        const UnixFileMode anybody = UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
        if ((File.GetUnixFileMode(_keyFile) & anybody) != 0) throw new InvalidOperationException(
            $"{_keyFile} may be read by anybody; run: chmod o= {_keyFile}");
        return $"{File.ReadAllText(_file)}\n{File.ReadAllText(_keyFile)}";
    }

    private SslStreamCertificateContext Parse(string text)
    {
        try
        {
            var chain = new X509Certificate2Collection();
            chain.ImportFromPem(text);
            return SslStreamCertificateContext.Create(X509Certificate2.CreateFromPem(text, text), chain, offline: true);
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException)
        {
            throw new InvalidOperationException(
                $"{_file} and {_keyFile} must be a certificate, then its chain, and its private key without a password, as PEM: "
                    + error.Message, error);
        }
    }
}

/// <summary>Sets up a server whose proxy, on the same host, ends TLS.</summary>
public static class ProxySetup
{
    /// <summary>Requests came over TLS, from the address that the proxy added last. Only a proxy on loopback is believed.</summary>
    public static void UseProxyOfThisHost(this WebApplication app)
    {
        app.UseForwardedHeaders(new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor });
        app.Use(static (http, next) =>
        {
            http.Request.Scheme = Uri.UriSchemeHttps;
            return next(http);
        });
    }
}
