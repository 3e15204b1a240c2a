using System.Collections.Frozen;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerUI;
using TimeBank.V1;

namespace TimeBank.Server;

/// <summary>
/// The OpenAPI 3.1 document of the contract's addresses: made from the descriptors, with the comments, roles and patterns of names that
/// the contract has.
/// </summary>
public static class HttpDocument
{
    public const string Path = HttpCalls.Prefix + "/openapi.json";

    /// <summary>The page to read and try the calls, on a server of this machine alone.</summary>
    public const string TryPath = "/api";

    private const string Error = "Error", Bearer = "bearer", Json = "application/json", Lines = "application/x-ndjson";

    private const int ShortestSummary = 12;

    // Who makes an id decides its form.
    private const string MadeByServer = "^[0-9A-HJKMNP-TV-Z]{12}$", ChosenByPeople = "^[a-z0-9-]{1,40}$", Index = "^[0-9]{1,19}$";

    private static readonly FrozenDictionary<string, (string Parameter, string Pattern)> Names =
        new Dictionary<string, (string, string)>
        {
            ["regions"] = ("region", "^[0-9]{6}$"), ["volunteers"] = ("volunteer", MadeByServer), ["elders"] = ("elder", MadeByServer),
            ["estatePayouts"] = ("estatePayout", MadeByServer),
            ["providers"] = ("provider", MadeByServer), ["payeeChanges"] = ("payeeChange", MadeByServer),
            ["orders"] = ("order", MadeByServer), ["vouchers"] = ("voucher", MadeByServer), ["redemptions"] = ("redemption", Index),
            ["bills"] = ("bill", Index), ["devices"] = ("device", MadeByServer),
            ["offlineExceptions"] = ("offlineException", "^[0-9A-HJKMNP-TV-Z]{12}-[0-9]{1,19}(-[0-9a-f]{12})?$"),
            ["programmes"] = ("programme", ChosenByPeople), ["funds"] = ("fund", ChosenByPeople),
            ["bankAccounts"] = ("bankAccount", ChosenByPeople), ["lines"] = ("line", Index), ["donations"] = ("donation", MadeByServer),
            ["entries"] = ("entry", Index), ["accounts"] = ("account", "^[A-Za-z0-9/-]{1,200}$"),
            ["settlements"] = ("settlement", MadeByServer), ["payments"] = ("payment", Index),
            ["periods"] = ("period", "^[0-9]{4}-[0-9]{2}$"), ["differences"] = ("difference", "^[A-Za-z0-9:._-]{1,200}$"),
            ["catalogueVersions"] = ("catalogueVersion", ChosenByPeople), ["policyVersions"] = ("policyVersion", ChosenByPeople),
            ["confirmations"] = ("confirmation", MadeByServer), ["webhooks"] = ("webhook", MadeByServer),
            ["outreachRuns"] = ("outreachRun", MadeByServer), ["complaints"] = ("complaint", MadeByServer),
            ["prepayments"] = ("prepayment", MadeByServer), ["nettings"] = ("netting", "^[0-9]{4}-[0-9]{2}$"),
        }.ToFrozenDictionary();

    private static readonly Lazy<Task<string>> Text = new(() => Make().SerializeAsJsonAsync(OpenApiSpecVersion.OpenApi3_1));

    // The contract's descriptors with their comments, which the generated ones lack.
    private static readonly Lazy<FrozenDictionary<string, string>> Comments = new(ReadComments);

    public static Task<string> TextAsync() => Text.Value;

    /// <param name="canTry">True: also a page on which the calls can be read and tried.</param>
    public static void MapTimeBankHttpDocument(this WebApplication app, bool canTry)
    {
        app.MapGet(Path, async () => Results.Text(await TextAsync(), Json));
        if (!canTry) return;
        app.Use((http, next) =>
        {
            // This page alone writes styles into its elements.
            const string ours = "style-src 'self'";
            IHeaderDictionary headers = http.Response.Headers;
            if (http.Request.Path.StartsWithSegments(TryPath)) headers.ContentSecurityPolicy =
                headers.ContentSecurityPolicy.ToString().Replace(ours, $"{ours} 'unsafe-inline'", StringComparison.Ordinal);
            return next(http);
        });
        app.UseSwaggerUI(page =>
        {
            page.RoutePrefix = TryPath[1..];
            page.DocumentTitle = "TimeBank";
            page.SwaggerEndpoint(Path, "timebank.v1");
            page.EnableDeepLinking();
            page.EnableFilter();
            page.DocExpansion(DocExpansion.None);
            // The page would send the document to a service of Swagger's to be judged.
            page.EnableValidator(null);
        });
    }

    private static OpenApiDocument Make()
    {
        var document = new OpenApiDocument
        {
            Info = new OpenApiInfo
            {
                Title = "TimeBank", Version = "v1",
                Description = "The calls of timebank.v1 as JSON. Each POST that changes something has a request_id, a UUID: sent twice it "
                    + "is one effect. Errors carry a reason and a text in Chinese and English.",
            },
            Paths = [],
            Components = new OpenApiComponents
            {
                Schemas = new Dictionary<string, IOpenApiSchema>(),
                SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
                {
                    [Bearer] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", BearerFormat = "JWT" },
                },
            },
        };
        document.Components.Schemas[Error] = ErrorSchema();
        foreach (HttpRule rule in HttpRule.All)
        {
            (string path, List<IOpenApiParameter> parameters) = Address(rule);
            if (!document.Paths.TryGetValue(path, out IOpenApiPathItem? item)) document.Paths[path] = item = new OpenApiPathItem();
            ((OpenApiPathItem)item).AddOperation(new HttpMethod(rule.Verb), Operation(rule, parameters, document));
        }
        return document;
    }

    private static OpenApiOperation Operation(HttpRule rule, List<IOpenApiParameter> parameters, OpenApiDocument document)
    {
        MethodDescriptor method = rule.Method;
        AccessRule access = AccessRules.Find(AccessRules.FullName(method))!;
        FieldDescriptor[] fields = [.. method.InputType.Fields.InDeclarationOrder().Where(field => field != rule.Variable)];
        if (!rule.HasBody) parameters.AddRange(fields.SelectMany(field => Parameters(field, "", document)));
        string comment = Comment(method.FullName), who = access.IsPublic ? "Anybody may call it, without a token."
            : $"Roles: {string.Join(", ", access.Roles.Select(role => CallerClaims.RoleName(role)))}.";
        IOpenApiSchema answer = Reference(method.OutputType, document);
        // The first sentence, but not one as short as "A run."
        int sentence = comment.IndexOf(". ", Math.Min(comment.Length, ShortestSummary), StringComparison.Ordinal);
        bool isFirst = HttpRule.All.First(one => one.Method == method) == rule;
        string suffix = isFirst ? "" : $"_{parameters.Last(one => one.In == ParameterLocation.Path).Name}";
        return new OpenApiOperation
        {
            OperationId = $"{method.Service.Name}_{method.Name}{suffix}",
            Summary = sentence < 0 ? comment.TrimEnd('.') : comment[..sentence],
            Description = $"{comment}\n\n{who}",
            Tags = new HashSet<OpenApiTagReference> { new(method.Service.Name, document) },
            Parameters = parameters,
            RequestBody = !rule.HasBody ? null : new OpenApiRequestBody
            {
                Required = true, Content = Of(Json, Object(fields, document)),
            },
            Responses = new OpenApiResponses
            {
                ["200"] = new OpenApiResponse
                {
                    Description = method.IsServerStreaming ? "A line for each message, and one that says whether it is whole." : "Done.",
                    Content = method.IsServerStreaming ? Of(Lines, Line(answer, document)) : Of(Json, answer),
                },
                ["default"] = new OpenApiResponse
                {
                    Description = "An error.", Content = Of(Json, new OpenApiSchemaReference(Error, document)),
                },
            },
            Security = access.IsPublic ? [] :
                [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Bearer, document)] = [] }],
        };
    }

    /// <summary>An address as OpenAPI writes it, with a parameter for each part of a name.</summary>
    private static (string Path, List<IOpenApiParameter> Parameters) Address(HttpRule rule)
    {
        var parameters = new List<IOpenApiParameter>();
        string path = "";
        for (int i = 0; i < rule.Parts.Length; i++)
        {
            if (rule.Parts[i] is not ("*" or "**"))
            {
                path += $"/{rule.Parts[i]}";
                continue;
            }
            (string name, string pattern) = Names[rule.Parts[i - 1]];
            path += $"/{{{name}}}";
            parameters.Add(new OpenApiParameter
            {
                Name = name, In = ParameterLocation.Path, Required = true,
                Schema = new OpenApiSchema { Type = JsonSchemaType.String, Pattern = pattern },
                Description = rule.Parts[i] == "**" ? "May have slashes, also escaped ones." : null,
            });
        }
        return (rule.Custom.Length > 0 ? $"{path}:{rule.Custom}" : path, parameters);
    }

    /// <summary>Query parameters of a field; a message gives one for each of its own fields.</summary>
    private static IEnumerable<IOpenApiParameter> Parameters(FieldDescriptor field, string before, OpenApiDocument document)
    {
        if (field.FieldType == FieldType.Message && !field.IsRepeated && !IsText(field.MessageType))
        {
            return field.MessageType.Fields.InDeclarationOrder()
                .SelectMany(inner => Parameters(inner, $"{before}{field.JsonName}.", document));
        }
        return
        [
            new OpenApiParameter
            {
                Name = before + field.JsonName, In = ParameterLocation.Query, Description = Comment(field.FullName),
                Schema = Schema(field, document),
            },
        ];
    }

    private static OpenApiSchema Object(IEnumerable<FieldDescriptor> fields, OpenApiDocument document) => new()
    {
        Type = JsonSchemaType.Object, AdditionalPropertiesAllowed = false,
        Properties = fields.ToDictionary(field => field.JsonName, field => Schema(field, document)),
    };

    private static IOpenApiSchema Schema(FieldDescriptor field, OpenApiDocument document)
    {
        if (field.IsMap)
        {
            return new OpenApiSchema
            {
                Type = JsonSchemaType.Object, Description = Comment(field.FullName),
                AdditionalProperties = Single(field.MessageType.FindFieldByName("value"), document),
            };
        }
        IOpenApiSchema one = Single(field, document);
        if (!field.IsRepeated) return one;
        return new OpenApiSchema { Type = JsonSchemaType.Array, Items = one, Description = Comment(field.FullName) };
    }

    private static IOpenApiSchema Single(FieldDescriptor field, OpenApiDocument document)
    {
        string comment = Comment(field.FullName);
        OpenApiSchema Of(JsonSchemaType type, string? format = null) => new() { Type = type, Format = format, Description = comment };
        return field.FieldType switch
        {
            FieldType.Bool => Of(JsonSchemaType.Boolean),
            FieldType.Int32 or FieldType.UInt32 => Of(JsonSchemaType.Integer, "int32"),
            FieldType.Int64 or FieldType.UInt64 => Of(JsonSchemaType.String, "int64"),
            FieldType.Bytes => Of(JsonSchemaType.String, "byte"),
            FieldType.Enum => new OpenApiSchema
            {
                Type = JsonSchemaType.String, Description = comment,
                Enum = [.. field.EnumType.Values.Select(value => (JsonNode)JsonValue.Create(value.Name))],
            },
            FieldType.Message when IsText(field.MessageType) =>
                Of(JsonSchemaType.String, field.MessageType.Name == "Timestamp" ? "date-time" : null),
            FieldType.Message => Reference(field.MessageType, document),
            FieldType.String => Of(JsonSchemaType.String),
            _ => throw new InvalidOperationException($"{field.FullName}: the contract has no fields of the type {field.FieldType}."),
        };
    }

    private static OpenApiSchemaReference Reference(MessageDescriptor type, OpenApiDocument document)
    {
        string name = type.FullName[(type.File.Package.Length + 1)..].Replace('.', '_');
        IDictionary<string, IOpenApiSchema> schemas = document.Components!.Schemas!;
        if (!schemas.ContainsKey(name))
        {
            // There before its fields, which may lead back to it.
            var schema = new OpenApiSchema { Type = JsonSchemaType.Object, Description = Comment(type.FullName) };
            schemas[name] = schema;
            schema.Properties = Object(type.Fields.InDeclarationOrder(), document).Properties;
        }
        return new OpenApiSchemaReference(name, document);
    }

    private static OpenApiSchema Line(IOpenApiSchema answer, OpenApiDocument document) => new()
    {
        Type = JsonSchemaType.Object,
        Properties = new Dictionary<string, IOpenApiSchema>
        {
            ["result"] = answer, ["whole"] = new OpenApiSchema { Type = JsonSchemaType.Boolean },
            ["error"] = new OpenApiSchemaReference(Error, document),
        },
    };

    private static OpenApiSchema ErrorSchema()
    {
        var text = new OpenApiSchema { Type = JsonSchemaType.String };
        return new OpenApiSchema
        {
            Type = JsonSchemaType.Object,
            Properties = new Dictionary<string, IOpenApiSchema>
            {
                ["error"] = new OpenApiSchema
                {
                    Type = JsonSchemaType.Object,
                    Properties = new Dictionary<string, IOpenApiSchema>
                    {
                        ["code"] = new OpenApiSchema { Type = JsonSchemaType.Integer }, ["status"] = text, ["message"] = text,
                        ["details"] = new OpenApiSchema
                        {
                            Type = JsonSchemaType.Array, Items = new OpenApiSchema { Type = JsonSchemaType.Object },
                            Description = "google.rpc.ErrorInfo with the reason, LocalizedMessage in zh-CN and in en, and BadRequest with "
                                + "each wrong field.",
                        },
                    },
                },
            },
        };
    }

    private static Dictionary<string, IOpenApiMediaType> Of(string type, IOpenApiSchema schema) =>
        new() { [type] = new OpenApiMediaType { Schema = schema } };

    private static bool IsText(MessageDescriptor type) => type.FullName is "google.protobuf.Timestamp" or "google.protobuf.Duration";

    private static string Comment(string name) => Comments.Value.GetValueOrDefault(name, "");

    private static FrozenDictionary<string, string> ReadComments()
    {
        using Stream stream = typeof(Amount).Assembly.GetManifestResourceStream("contract.binpb")
            ?? throw new InvalidOperationException("The contract's description is missing from its build.");
        FileDescriptorSet set = FileDescriptorSet.Parser.ParseFrom(stream);
        IReadOnlyList<FileDescriptor> files = FileDescriptor.BuildFromByteStrings(set.File.Select(file => file.ToByteString()));
        IEnumerable<IDescriptor> all = files.SelectMany(file => (IEnumerable<IDescriptor>)
            [.. file.Services, .. file.Services.SelectMany(service => service.Methods), .. file.MessageTypes.SelectMany(Inside)]);
        return all.Select(one => (one.FullName, Text: Declared(one)?.LeadingComments ?? "")).Where(one => one.Text.Length > 0)
            .ToFrozenDictionary(one => one.FullName, one => string.Join(' ', one.Text.Split(
                (char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries)));
    }

    private static IEnumerable<IDescriptor> Inside(MessageDescriptor type) =>
        [type, .. type.Fields.InDeclarationOrder(), .. type.NestedTypes.SelectMany(Inside)];

    private static DescriptorDeclaration? Declared(IDescriptor one) => (one as DescriptorBase)?.Declaration;
}
