using Google.Protobuf.Reflection;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Protos.Tests;

public sealed class ShapeTests
{
    [Fact]
    public void Mutations_carry_a_request_id_as_field_1_and_reads_carry_none()
    {
        foreach (MethodDescriptor method in Contract.Methods)
        {
            FieldDescriptor? id = method.InputType.FindFieldByName("request_id");
            if (Contract.IsRead(method))
            {
                Assert.True(id is null, method.FullName);
                continue;
            }

            Assert.True(id is { FieldNumber: 1, FieldType: FieldType.String, IsRepeated: false }, method.FullName);
        }
    }

    [Fact]
    public void On_behalf_of_is_field_2_and_only_where_counter_staff_may_call()
    {
        foreach (MethodDescriptor method in Contract.Methods)
        {
            if (method.InputType.FindFieldByName("on_behalf_of") is { } field)
            {
                Assert.Equal(2, field.FieldNumber);
                Assert.Contains(Role.Counter, Contract.AccessOf(method)!.Grants.Select(grant => grant.Role));
            }
        }
    }

    [Fact]
    public void Lists_come_in_pages()
    {
        foreach (MethodDescriptor method in Contract.Methods.Where(method => method.Name.StartsWith("List", StringComparison.Ordinal)))
        {
            Assert.True(method.InputType.FindFieldByName("page_size") is { FieldType: FieldType.Int32 }, method.FullName);
            Assert.True(method.InputType.FindFieldByName("page_token") is { FieldType: FieldType.String }, method.FullName);
            Assert.True(method.OutputType.FindFieldByName("next_page_token") is { FieldType: FieldType.String }, method.FullName);
        }
    }

    [Fact]
    public void Nothing_is_floating_point_or_a_wrapper()
    {
        foreach (FieldDescriptor field in Contract.Messages.SelectMany(message => message.Fields.InDeclarationOrder()))
        {
            Assert.False(field.FieldType is FieldType.Double or FieldType.Float, field.FullName);
            Assert.False(field.FieldType == FieldType.Message && field.MessageType.File.Name == "google/protobuf/wrappers.proto",
                field.FullName);
        }
    }

    [Fact]
    public void Every_enum_starts_with_unspecified()
    {
        foreach (EnumDescriptor type in Contract.Files.SelectMany(file => file.EnumTypes))
        {
            Assert.EndsWith("_UNSPECIFIED", type.FindValueByNumber(0)?.Name, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_contract_is_all_there()
    {
        string[] sources = [.. Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "protos"), "*.proto").Select(Path.GetFileName)
            .Order(StringComparer.Ordinal)!];

        Assert.Equal(sources, Contract.Files.Select(file => Path.GetFileName(file.Name)).Order(StringComparer.Ordinal));
        Assert.Equal(22, Contract.Files.Sum(file => file.Services.Count));
    }
}
