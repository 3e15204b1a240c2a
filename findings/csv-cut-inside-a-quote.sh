#!/usr/bin/env bash
# One would guess: a CSV file that ends inside a quoted cell, as where a download broke off, is an error for every reader.
# What happens: Sep gives one row whose last cell holds the rest of the file, also with unescaping and with its check that all
#   rows have equally many cells: the last cell swallows lines without changing their number.
# Seen with: Sep 0.17.1 on .NET 10 on 2026-11-29.
# Why it matters: the payments behind the quote are one long text in the last cell, and nobody misses them.
# Instead: let the library split, without unescaping, and settle what quotes mean oneself: a cell that begins with a quote
#   ends with one, and one that doesn't has no line end in it. And hold the file's own counts and balances against its rows.
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
    <PackageReference Include="Sep" Version="[0.17.1]" />
  </ItemGroup>
</Project>
XML

cat > Program.cs <<'CS'
using nietras.SeparatedValues;

const string file = "day,amount,text\n2026-11-02,80.00,\"meals\n2026-11-03,90.00,baths\n2026-11-04,70.00,cleaning";

foreach (bool unescape in (bool[])[false, true])
{
    using SepReader rows = Sep.New(',').Reader(options => options with { Unescape = unescape }).FromText(file);
    foreach (SepReader.Row row in rows)
        Console.WriteLine($"unescape {unescape}: {row.ColCount} cells, the last one: {row[2].ToString().Replace("\n", "/")}");
}
CS
dotnet build --verbosity quiet > build.log || { cat build.log; exit 1; }
dotnet bin/Debug/net10.0/demo.dll | tee seen

diff - seen <<'EXPECTED'
unescape False: 3 cells, the last one: "meals/2026-11-03,90.00,baths/2026-11-04,70.00,cleaning
unescape True: 3 cells, the last one: meals/2026-11-03,90.00,baths/2026-11-04,70.00,cleaning
EXPECTED
