#!/usr/bin/env bash
# One would guess: a reader of spreadsheets says that a cell is an error such as #N/A, and that another is a formula, whose
#   result somebody other than the bank may have written.
# What happens: ExcelDataReader gives null for the error, as for an empty cell, and the last stored result for the formula. Its
#   interface has nothing that tells them apart.
# Seen with: ExcelDataReader 3.6.0 on .NET 10 on 2026-11-29.
# Why it matters: a bank's list that went through a spreadsheet has payments with an "empty" amount, or amounts that nobody
#   at the bank wrote.
# Instead: look through the sheet's XML for cells with t="e" and for <f> before it is read, and refuse the file with the
#   cell's row; an amount that is missing refuses the file in any case.
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
    <PackageReference Include="ExcelDataReader" Version="[3.6.0]" />
  </ItemGroup>
</Project>
XML

cat > Program.cs <<'CS'
using System.Globalization;
using System.IO.Compression;
using System.Text;
using ExcelDataReader;

Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
const string office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const string package = "http://schemas.openxmlformats.org/package/2006";
const string main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
var bytes = new MemoryStream();
using (var archive = new ZipArchive(bytes, ZipArchiveMode.Create, true))
{
    Add("[Content_Types].xml", $"<Types xmlns='{package}/content-types'/>");
    Add("_rels/.rels", $"<Relationships xmlns='{package}/relationships'><Relationship Id='a' Type='{office}/officeDocument' "
        + "Target='xl/workbook.xml'/></Relationships>");
    Add("xl/workbook.xml", $"<workbook xmlns='{main}' xmlns:r='{office}'><sheets><sheet name='S' sheetId='1' r:id='b'/></sheets></workbook>");
    Add("xl/_rels/workbook.xml.rels", $"<Relationships xmlns='{package}/relationships'><Relationship Id='b' Type='{office}/worksheet' "
        + "Target='worksheets/sheet1.xml'/></Relationships>");
    Add("xl/worksheets/sheet1.xml", $"<worksheet xmlns='{main}'><sheetData>"
        + "<row r='1'><c r='A1'><v>80.5</v></c><c r='B1' t='e'><v>#N/A</v></c><c r='C1'/><c r='D1'><f>A1*2</f><v>161</v></c></row>"
        + "</sheetData></worksheet>");

    void Add(string name, string text)
    {
        using Stream entry = archive.CreateEntry(name).Open();
        entry.Write(Encoding.UTF8.GetBytes(text));
    }
}
bytes.Position = 0;
using IExcelDataReader reader = ExcelReaderFactory.CreateReader(bytes);
reader.Read();
string[] what = ["80.5", "the error #N/A", "an empty cell", "the formula A1*2"];
for (int at = 0; at < 4; at++)
    Console.WriteLine($"{what[at]}: {Convert.ToString(reader.GetValue(at), CultureInfo.InvariantCulture) switch { null or "" => "null", var text => text }}");
CS
dotnet build --verbosity quiet > build.log || { cat build.log; exit 1; }
dotnet bin/Debug/net10.0/demo.dll | tee seen

diff - seen <<'EXPECTED'
80.5: 80.5
the error #N/A: null
an empty cell: null
the formula A1*2: 161
EXPECTED
