using System.CommandLine;
using TimeBank.V1;
using Client = TimeBank.V1.HolderService.HolderServiceClient;

namespace TimeBank.Cli;

/// <summary>What an elder shows before a voucher is spent: PIN and cards.</summary>
internal static class HolderCommands
{
    public static Command Pin(CommandFactory make) => make.Group(
        "pin", "老人的密码：查看、设置或修改、重置", "an elder's PIN: show, set or change, reset", Show(make), Set(make), Reset(make),
        Keys(make));

    private static Command Show(CommandFactory make)
    {
        Argument<string> elder = Elder(make);
        return make.Command("show", "有没有密码，是否锁定", "whether there is a PIN, and whether it is locked", [elder], async (session, parsed) =>
        {
            string name = session.Name("elders", parsed.GetValue(elder)!);
            var client = new Client(await session.AsAsync(Role.Auditor, name));
            Show(session, await client.GetHolderAsync(new GetHolderRequest { Elder = name }));
        });
    }

    private static Command Set(CommandFactory make)
    {
        Argument<string> elder = Elder(make);
        return make.Command("set", "设置密码；已有密码时先问原密码", "set a PIN; where there is one, the old one is asked first", [elder],
            async (session, parsed) =>
        {
            string name = session.Name("elders", parsed.GetValue(elder)!);
            var client = new Client(await session.AsAsync(Role.Counter, name));
            bool isSet = (await client.GetHolderAsync(new GetHolderRequest { Elder = name })).Pin is not null;
            Show(session, await client.SetPinAsync(new SetPinRequest
            {
                RequestId = session.RequestId(), OnBehalfOf = session.BehalfOf(name), Elder = name,
                OldPin = isSet ? make.Secret("原密码", "The old PIN") : "", Pin = New(make),
            }));
        });
    }

    private static Command Reset(CommandFactory make)
    {
        Argument<string> elder = Elder(make);
        Option<string> reason = make.Option("--reason", "原因，不写个人信息", "why; nothing personal", required: true);
        return make.Command("reset", "老人忘记密码时在窗口重置", "give an elder who forgot the PIN another one, at the counter", [elder, reason],
            async (session, parsed) =>
        {
            string name = session.Name("elders", parsed.GetValue(elder)!);
            var client = new Client(await session.AsAsync(Role.Counter, name));
            Show(session, await client.ResetPinAsync(new ResetPinRequest
            {
                RequestId = session.RequestId(), OnBehalfOf = name, Elder = name, Reason = parsed.GetValue(reason)!, Pin = New(make),
            }));
        });
    }

    public static Command Card(CommandFactory make) => make.Group(
        "card", "老人的卡：绑定或更换、停用、解除错绑", "an elder's card: bind or replace, block, unbind from the wrong elder",
        Bind(make), Block(make), AskUnbinding(make), Unbind(make));

    private static Command Bind(CommandFactory make)
    {
        Argument<string> elder = Elder(make);
        Option<string> reason = make.Option("--reason", "换卡原因，不写个人信息", "why it replaces the good one; nothing personal");
        return make.Command("bind", "绑定一张卡：随后输入卡号", "bind a card: its number is asked for", [elder, reason], async (session, parsed) =>
        {
            string name = session.Name("elders", parsed.GetValue(elder)!);
            var client = new Client(await session.AsAsync(Role.Counter, name));
            Show(session, await client.BindCardAsync(new BindCardRequest
            {
                RequestId = session.RequestId(), OnBehalfOf = name, Elder = name, Reason = parsed.GetValue(reason) ?? "",
                Number = make.Secret("卡号", "The card's number"),
            }));
        });
    }

    private static Command Block(CommandFactory make)
    {
        Argument<string> elder = Elder(make);
        Option<string> reason = make.Option("--reason", "原因，不写个人信息", "why; nothing personal", required: true);
        return make.Command("block", "停用老人的卡，如丢失", "block the elder's card, such as a lost one", [elder, reason],
            async (session, parsed) =>
        {
            string name = session.Name("elders", parsed.GetValue(elder)!);
            var client = new Client(await session.AsAsync(Role.Counter, name));
            Show(session, await client.BlockCardAsync(new BlockCardRequest
            {
                RequestId = session.RequestId(), OnBehalfOf = session.BehalfOf(name), Elder = name, Reason = parsed.GetValue(reason)!,
            }));
        });
    }

    private static Command AskUnbinding(CommandFactory make)
    {
        Argument<string> elder = Elder(make);
        Option<string> reason = make.Option("--reason", "原因，不写个人信息", "why; nothing personal", required: true);
        return make.Command(
            "ask-unbinding", "申请解除绑错了人的卡：随后输入卡号", "ask that a card of the wrong elder be unbound: its number is asked for",
            [elder, reason], async (session, parsed) =>
        {
            string name = session.Name("elders", parsed.GetValue(elder)!);
            var client = new Client(await session.AsAsync(Role.Counter, name));
            Show(session, await client.AskCardUnbindingAsync(new AskCardUnbindingRequest
            {
                RequestId = session.RequestId(), OnBehalfOf = name, Elder = name, Reason = parsed.GetValue(reason)!,
                Number = make.Secret("卡号", "The card's number"),
            }));
        });
    }

    private static Command Unbind(CommandFactory make)
    {
        Argument<string> elder = Elder(make), digits = make.Argument("digits", "卡号末四位", "the last four digits of the card");
        return make.Command("unbind", "由另一人解除绑定", "unbind what another person asked to unbind", [elder, digits],
            async (session, parsed) =>
        {
            string name = session.Name("elders", parsed.GetValue(elder)!);
            var client = new Client(await session.AsAsync(Role.Counter, name));
            Show(session, await client.UnbindCardAsync(new UnbindCardRequest
            {
                RequestId = session.RequestId(), OnBehalfOf = session.BehalfOf(name), Elder = name, LastDigits = parsed.GetValue(digits)!,
            }));
        });
    }

    /// <summary>What is looked at before a master key of the vault is retired.</summary>
    private static Command Keys(CommandFactory make) => make.Command(
        "keys", "每把主密钥上挂着多少密码和卡（停用旧密钥之前查看）",
        "how many PINs and cards hang on each master key (before one is retired)", [], async (session, _) =>
    {
        var client = new Client(await session.AsAsync(Role.Administrator, session.Settings.Region));
        HolderKeys keys = await client.GetHolderKeysAsync(new GetHolderKeysRequest { Parent = session.Region });
        Language language = session.Language;
        session.Screen.Show(keys, () => session.Screen.Table(
            "", [new(language["密钥", "key"]), new(language["密码", "PINs"], true), new(language["卡", "cards"], true),
                new(language["说明", "remark"])],
            keys.Keys.Select(key => (IReadOnlyList<string>)[
                key.KeyId, $"{key.Pins}", $"{key.Cards}",
                key.IsCurrent ? language["现用", "current"] : key.IsHere ? language["旧，还在", "older, still here"]
                    : key.KeyId.Length == 0 ? language["旧记录，未记密钥", "from before the key was kept"]
                    : language["已停用：须重置、重绑", "retired: to be set and bound anew"]])));
    });

    private static Argument<string> Elder(CommandFactory make) => make.Argument("elder", "老人", "the elder");

    private static string New(CommandFactory make) => make.Secret("新密码（六位数字）", "The new PIN (six digits)");

    private static void Show(Session session, Holder holder) => session.Screen.Show(holder, () =>
    {
        Language language = session.Language;
        Pin? pin = holder.Pin;
        session.Screen.Facts(
            ResourceNames.Short(holder.Elder),
            (language["去世", "died"], holder.DeathDate is null ? "" : TimeText.Of(holder.DeathDate)),
            (language["密码", "PIN"], pin is null ? language["未设置", "not set"] : language["已设置", "set"]),
            (language["设置时间", "set at"], pin is null ? "" : TimeText.Of(pin.SetTime)),
            (language["设置人", "set by"], pin?.SetBy ?? ""),
            (language["连续输错", "misses"], pin is { Misses: > 0 } ? language[$"{pin.Misses} 次", $"{pin.Misses}"] : ""),
            (language["锁定到", "locked until"], pin?.LockedUntil is { } until ? TimeText.Of(until) : ""));
        if (holder.Cards.Count == 0) return;
        session.Screen.Table(
            language["卡", "Cards"], [new(language["末四位", "last digits"]), new(language["绑定", "bound"]), new(language["停用", "ended"]),
                new(language["原因", "why"])],
            holder.Cards.Select(card => (IReadOnlyList<string>)[
                card.LastDigits, TimeText.Of(card.BindTime), card.EndTime is { } ended ? TimeText.Of(ended) : language["有效", "good"],
                card.Reason]));
    });
}

/// <summary>What an elder shows for a payment. A PIN is asked for, and never an argument: others see a process's arguments.</summary>
internal sealed class ShownOptions(CommandFactory make)
{
    private readonly Option<bool> _pin = new("--pin")
    {
        Description = make.Language["出示密码：随后输入，不回显；也可由标准输入给出", "show a PIN: it is asked for and not echoed, or read from the input"],
    };

    private readonly Option<string[]> _codes = new("--code")
    {
        Description = make.Language[
            "出示券码：- 为随后扫码输入，或写存有券码的文件；可多次。券码不写在命令行上，以免他人看到",
            "show a voucher's code: - to scan it in, or a file with it; may be repeated. The code is no argument: others see those"],
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<bool> _card = new("--card")
    {
        Description = make.Language["出示绑定的卡：随后输入或刷卡号", "show a bound card: its number is asked for, or read from the input"],
    };

    private readonly Option<string> _confirmation = make.Option("--confirmation", "电话或家属确认的编号", "a confirmation by telephone or family");

    public IReadOnlyList<Symbol> All => [_pin, _codes, _card, _confirmation];

    /// <summary>Null: nothing is shown.</summary>
    public Shown? Read(Session session, ParseResult parsed)
    {
        string[] codes = [.. (parsed.GetValue(_codes) ?? []).Select(place => make.SecretOf(place, "券码", "The voucher's code"))];
        var shown = new Shown
        {
            Card = parsed.GetValue(_card) ? make.Secret("卡号", "The card's number") : "",
            Pin = parsed.GetValue(_pin) ? make.Secret("密码", "The PIN") : "",
            Confirmation = parsed.GetValue(_confirmation) is { } asked ? session.Name("confirmations", asked) : "",
        };
        shown.Codes.Add(codes);
        return shown.Equals(new Shown()) ? null : shown;
    }
}
