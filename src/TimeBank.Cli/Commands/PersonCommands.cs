using System.CommandLine;
using TimeBank.V1;
using Client = TimeBank.V1.VolunteerService.VolunteerServiceClient;

namespace TimeBank.Cli;

/// <summary>Numbers of identity, telephones and addresses of elders and volunteers.</summary>
internal static class PersonCommands
{
    public static Command Of(CommandFactory make) => make.Group(
        "person", "老人或志愿者的证件号码、电话、住址：登记或更正、按号码查找",
        "number of identity, telephone and address of an elder or a volunteer: set, find by number", Set(make), Find(make));

    /// <summary>The options of a command that may say a person's details.</summary>
    public static PersonOptions Options(CommandFactory make) => new(
        make,
        make.Option(
            "--identity-number", "证件号码：写 - 随后输入，或写存有它的文件", "the number of identity: - to enter it, or a file that holds it"),
        make.Option("--telephone", "电话", "the telephone"), make.Option("--address", "住址", "the address"));

    /// <summary>Of a person as facts; none where nobody said any.</summary>
    public static (string, string)[] Facts(PersonDetails? details, Language language) => details is null ? [] :
    [
        (language["证件号码", "number of identity"], details.IdentityNumber), (language["电话", "telephone"], details.Telephone),
        (language["住址", "address"], details.Address),
    ];

    private static Command Set(CommandFactory make)
    {
        Argument<string> person = make.Argument("person", "elders/ID 或 volunteers/ID", "elders/ID or volunteers/ID");
        PersonOptions options = Options(make);
        return make.Command("set", "登记或更正；不写的保持原样", "set or correct them; what is left out stays", [person, .. options.All],
            async (session, parsed) =>
        {
            string name = OrderCommands.Person(session, parsed.GetValue(person)!);
            var client = new Client(await session.AsAsync(Role.Counter, name));
            PersonDetails details = await client.SetPersonDetailsAsync(new SetPersonDetailsRequest
            {
                RequestId = session.RequestId(), Person = name, Details = options.Read(parsed),
            });
            session.Screen.Show(details, () => session.Screen.Facts(ResourceNames.Short(name), Facts(details, session.Language)));
        });
    }

    private static Command Find(CommandFactory make) => make.Command(
        "find", "按证件号码查找：随后输入号码", "find who has a number of identity: it is asked for", [], async (session, _) =>
    {
        var client = new Client(await session.AsAsync(Role.Counter, session.Settings.Region));
        IdentityHolder found = await client.GetIdentityHolderAsync(new GetIdentityHolderRequest
        {
            Parent = session.Region, IdentityNumber = make.Secret("证件号码", "The number of identity"),
        });
        Language language = session.Language;
        string Of(string name) => name.Length == 0 ? language["没有", "nobody"] : ResourceNames.Short(name);
        session.Screen.Show(found, () => session.Screen.Facts(
            "", (language["老人", "elder"], Of(found.Elder)), (language["志愿者", "volunteer"], Of(found.Volunteer))));
    });
}

/// <summary>The options that say a person's details.</summary>
internal sealed record PersonOptions(
    CommandFactory Make, Option<string> IdentityNumber, Option<string> Telephone, Option<string> Address)
{
    public Option[] All => [IdentityNumber, Telephone, Address];

    /// <returns>Null where none was given.</returns>
    public PersonDetails? Read(ParseResult parsed)
    {
        (string? number, string? telephone, string? address) =
            (parsed.GetValue(IdentityNumber), parsed.GetValue(Telephone), parsed.GetValue(Address));
        return number is null && telephone is null && address is null ? null : new PersonDetails
        {
            IdentityNumber = number is null ? "" : Make.SecretOf(number, "证件号码", "the number of identity"),
            Telephone = telephone ?? "", Address = address ?? "",
        };
    }
}
