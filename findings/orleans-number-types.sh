#!/usr/bin/env bash
# One would guess: where two versions of a program disagree on the number type of a message's member, Orleans' serializer
#   converts the value or throws.
# What happens: only some pairs. long 1350 read as ulong is 2700, as it is a zigzag number and nobody undoes that; long 1350
#   read as decimal is 0.0001997948, since the same bits are taken for another kind of number; double 13.5 read as long is
#   4623789442425946112. long as int and double as decimal are converted right, and text throws.
# Seen with: Microsoft.Orleans.Sdk 10.4.2 on .NET 10 on 2026-11-28.
# Why it matters: during a rolling update both versions talk to each other. "Amounts can't be negative, so make it ulong"
#   doubles every amount, without an exception anywhere.
# Instead: the type of a published [Id] member never changes, a new one gets a new Id; a test pins the types of all of them.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

cat > demo.csproj <<'XML'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType>
    <TargetFramework>net10.0</TargetFramework>
    <ImplicitUsings>enable</ImplicitUsings>
  </PropertyGroup>
  <ItemGroup>
    <PackageReference Include="Microsoft.Orleans.Sdk" Version="[10.4.2]" />
  </ItemGroup>
</Project>
XML

cat > Program.cs <<'CS'
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Serialization;

var serializer = new ServiceCollection().AddSerializer().BuildServiceProvider().GetRequiredService<Serializer>();
Show("long 1350 as ulong", () => Reread<AsLong, AsULong>(new() { Fen = 1350 }).Fen);
Show("long 1350 as decimal", () => Reread<AsLong, AsDecimal>(new() { Fen = 1350 }).Fen);
Show("double 13.5 as long", () => Reread<AsDouble, AsLong>(new() { Fen = 13.5 }).Fen);
Show("long 1350 as int", () => Reread<AsLong, AsInt>(new() { Fen = 1350 }).Fen);
Show("double 13.5 as decimal", () => Reread<AsDouble, AsDecimal>(new() { Fen = 13.5 }).Fen);
Show("long 1350 as string", () => Reread<AsLong, AsText>(new() { Fen = 1350 }).Fen);

TNew Reread<TOld, TNew>(TOld old) => serializer.Deserialize<TNew>(serializer.SerializeToArray(old));

static void Show(string what, Func<object> read)
{
    try { Console.WriteLine(FormattableString.Invariant($"{what}: {read()}")); }
    catch (Exception exception) { Console.WriteLine($"{what}: {exception.GetType().Name}"); }
}

[GenerateSerializer] public sealed class AsLong { [Id(0)] public long Fen; }
[GenerateSerializer] public sealed class AsULong { [Id(0)] public ulong Fen; }
[GenerateSerializer] public sealed class AsInt { [Id(0)] public int Fen; }
[GenerateSerializer] public sealed class AsDecimal { [Id(0)] public decimal Fen; }
[GenerateSerializer] public sealed class AsDouble { [Id(0)] public double Fen; }
[GenerateSerializer] public sealed class AsText { [Id(0)] public string Fen = ""; }
CS
dotnet build --verbosity quiet > build.log || { cat build.log; exit 1; }
dotnet bin/Debug/net10.0/demo.dll | tee seen

diff - seen <<'EXPECTED'
long 1350 as ulong: 2700
long 1350 as decimal: 0.0001997948
double 13.5 as long: 4623789442425946112
long 1350 as int: 1350
double 13.5 as decimal: 13.5
long 1350 as string: UnsupportedWireTypeException
EXPECTED
