using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using TimeBank.Proofs;
using DeviceState = TimeBank.V1.DeviceState;

namespace TimeBank.Cli;

/// <summary>
/// A terminal's own file: its key, the lists that it was given, what it accepted and what the server answered; a line of JSON each, written
/// once and never changed. A line counts once its newline is on the disk: what a crash cut short was never shown to anybody, and is cut
/// off before the next line. So no counter is ever used twice by this file.
/// </summary>
internal sealed class TerminalFile : IDisposable
{
    /// <summary>The state in which a terminal may accept.</summary>
    public const string Active = "active";

    private readonly FileStream _lock, _file;

    private TerminalFile(FileStream locked, FileStream file) => (_lock, _file) = (locked, file);

    /// <summary>The device; null in a new file.</summary>
    public TerminalDevice? Device { get; private set; }

    /// <summary>The newest list; null before the first.</summary>
    public TerminalList? List { get; private set; }

    /// <summary>What the server called the device's state at the last sync; empty before the first.</summary>
    public string State { get; private set; } = "";

    /// <summary>Every receipt, in the order of the counters, with the last answer to it; null: none yet.</summary>
    public List<(byte[] Signed, OfflineReceipt Receipt, TerminalAnswer? Answer)> Receipts { get; } = [];

    /// <summary>The counter up to which every receipt has its final answer.</summary>
    public long Synced => Receipts.TakeWhile(one => one.Answer is { IsFinal: true }).Count();

    /// <exception cref="UsageException">Another process has the file, others may read it, or it is damaged; or there is none.</exception>
    public static TerminalFile Open(string path, bool create = false)
    {
        if (!create && !File.Exists(path)) throw new UsageException($"没有终端文件 {path}；先用 terminal enrol 登记。",
            $"There is no terminal's file {path}; terminal enrol makes one.");
        FileStream? locked = null, file = null;
        try
        {
            locked = Open($"{path}.lock", FileShare.None);
            file = Open(path, FileShare.Read);
            const UnixFileMode others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & others) != 0) throw new UsageException(
                $"{path} 可被他人读取；请运行 chmod 600 {path}。", $"{path} may be read by others than its owner; run: chmod 600 {path}");
            var opened = new TerminalFile(locked, file);
            opened.Read(path);
            return opened;
        }
        catch (Exception error)
        {
            file?.Dispose();
            locked?.Dispose();
            if (error is IOException or UnauthorizedAccessException) throw new UsageException($"打不开 {path}：另一个程序正在使用它，或无权访问。",
                $"Can't open {path}: another program is using it, or it may not be read.");
            throw;
        }
    }

    public void Enrol(TerminalDevice device)
    {
        Append(new TerminalLine { Device = device });
        Device = device;
    }

    /// <param name="state">As the server calls it now.</param>
    public void Take(DeviceState state)
    {
        string name = EnumText.ShortOf(state);
        if (name == State) return;
        Append(new TerminalLine { State = name });
        State = name;
    }

    /// <exception cref="UsageException">The list is not the region's, or older than the one before.</exception>
    public void Take(string note)
    {
        TerminalList list = Verified(note);
        if (List is { } known && (list.Number < known.Number || list.Made < known.Made)) throw new UsageException(
            $"服务器给的名单（{list.Number}）比终端已有的（{known.Number}）旧，不予采用。",
            $"The server's list ({list.Number}) is older than the terminal's ({known.Number}), and is not taken.");
        Append(new TerminalLine { List = note });
        List = list;
    }

    /// <summary>Signs an acceptance and writes it to the disk. Show nothing of it before this has returned.</summary>
    public byte[] Accept(OfflineReceipt receipt)
    {
        using SigningKey key = SigningKey.Read(Device!.Key)[0];
        byte[] signed = receipt.Sign(key);
        Append(new TerminalLine { Receipt = Convert.ToBase64String(signed) });
        Receipts.Add((signed, receipt, null));
        return signed;
    }

    public void Answer(long counter, TerminalAnswer answer)
    {
        Append(new TerminalLine { Counter = counter, Answer = answer });
        Put(counter, answer);
    }

    public void Dispose()
    {
        _file.Dispose();
        _lock.Dispose();
    }

    private static FileStream Open(string path, FileShare share)
    {
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = share };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(path, options);
    }

    private void Read(string path)
    {
        byte[] all = new byte[_file.Length];
        _file.ReadExactly(all);
        int end = all.AsSpan().LastIndexOf((byte)'\n') + 1;
        _file.SetLength(end);
        _file.Position = end;
        int number = 0;
        foreach (string text in Encoding.UTF8.GetString(all, 0, end).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            number++;
            try
            {
                Add(JsonSerializer.Deserialize(text, TerminalJson.Default.TerminalLine) ?? throw new FormatException("null"));
            }
            catch (Exception error) when (error is JsonException or FormatException or ArgumentOutOfRangeException)
            {
                throw new UsageException($"{path} 第 {number} 行已损坏：请停用这台终端，把文件交给管理员。",
                    $"Line {number} of {path} is damaged: revoke this terminal, and give the file to the administrator.");
            }
        }
    }

    private void Add(TerminalLine line)
    {
        if (line.Device is { } device) Device = device;
        if (line.List is { } note) List = Verified(note);
        if (line.State is { } state) State = state;
        if (line.Answer is { } answer) Put(line.Counter, answer);
        if (line.Receipt is not { } text) return;
        byte[] signed = Convert.FromBase64String(text);
        using SigningKey key = SigningKey.Read(Device!.Key)[0];
        OfflineReading reading = OfflineReceipt.Read(signed, Device.Region, Device.Id, key.PublicKey);
        if (reading.Receipt is not { } receipt || receipt.Counter != Receipts.Count + 1) throw new FormatException("chain");
        Receipts.Add((signed, receipt, null));
    }

    private void Put(long counter, TerminalAnswer answer)
    {
        int at = checked((int)counter) - 1;
        Receipts[at] = Receipts[at] with { Answer = answer };
    }

    private TerminalList Verified(string note)
    {
        try
        {
            return TerminalList.Read(note, [VerifierKey.Parse(Device!.ListKey), .. List?.Signers ?? []]);
        }
        catch (FormatException error)
        {
            throw new UsageException($"名单不是本地区签发的：{error.Message}", $"The list is not the region's: {error.Message}");
        }
    }

    private void Append(TerminalLine line)
    {
        byte[] bytes = [.. JsonSerializer.SerializeToUtf8Bytes(line, TerminalJson.Default.TerminalLine), (byte)'\n'];
        _file.Write(bytes);
        _file.Flush(flushToDisk: true);
    }
}

/// <summary>Who the terminal is.</summary>
/// <param name="Key">Its private key, as PEM. It leaves this file never.</param>
/// <param name="ListKey">The verifier key of the region's lists, as it was when the terminal was enrolled.</param>
internal sealed record TerminalDevice(
    [property: JsonPropertyName("region")] string Region,
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("provider")] string Provider,
    [property: JsonPropertyName("key")] string Key,
    [property: JsonPropertyName("listKey")] string ListKey);

/// <summary>The server's answer to a receipt.</summary>
/// <param name="Outcome">The contract's outcome, in capitals.</param>
internal sealed record TerminalAnswer(
    [property: JsonPropertyName("outcome")] string Outcome,
    [property: JsonPropertyName("reason")] string Reason,
    [property: JsonPropertyName("zh")] string Chinese,
    [property: JsonPropertyName("en")] string English,
    [property: JsonPropertyName("redemption")] string Redemption)
{
    public const string Accepted = "accepted", Exception = "exception";

    [JsonIgnore]
    public bool IsFinal => Outcome is Accepted or Exception;
}

/// <summary>A line of the file: one of these.</summary>
internal sealed class TerminalLine
{
    [JsonPropertyName("device")]
    public TerminalDevice? Device { get; set; }

    [JsonPropertyName("list")]
    public string? List { get; set; }

    [JsonPropertyName("state")]
    public string? State { get; set; }

    [JsonPropertyName("receipt")]
    public string? Receipt { get; set; }

    [JsonPropertyName("counter")]
    public long Counter { get; set; }

    [JsonPropertyName("answer")]
    public TerminalAnswer? Answer { get; set; }
}

/// <summary>Reads and writes lines without reflection, which a tool that is compiled ahead of time has not.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(TerminalLine))]
internal sealed partial class TerminalJson : JsonSerializerContext;
