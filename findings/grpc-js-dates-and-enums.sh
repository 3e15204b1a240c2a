#!/usr/bin/env bash
# One would guess: a Date given for a google.protobuf.Timestamp is that moment, or is refused; an unknown name of an enum,
#   the text "false" for a bool and a misspelt field are refused.
# What happens: the Date is sent as 1970-01-01, the unknown name as the enum's zero, "false" as true, and the misspelt
#   field isn't sent at all. The call succeeds each time.
# Seen with: @grpc/grpc-js 1.14.7 and @grpc/proto-loader 0.8.1 on 2026-11-28.
# Why it matters: a service recorded for 1970 or a voucher of kind "unspecified" looks like any other request to the server.
# Instead: the server refuses zero enums and times before its own first day in required fields; clients make
#   { seconds, nanos } by hand and check names against the loaded definition.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts @grpc/grpc-js@1.14.7 @grpc/proto-loader@0.8.1 > install.log

cat > visit.proto <<'PROTO'
syntax = "proto3";
package demo;
import "google/protobuf/timestamp.proto";
enum Kind { KIND_UNSPECIFIED = 0; KIND_MEAL = 1; }
message Visit { google.protobuf.Timestamp start = 1; Kind kind = 2; bool confirmed = 3; string memo = 4; }
service Care { rpc Record(Visit) returns (Visit); }
PROTO

cat > ask.js <<'JS'
const grpc = require('@grpc/grpc-js');
const options = { longs: String, enums: String, defaults: true };
const { demo } = grpc.loadPackageDefinition(require('@grpc/proto-loader').loadSync('visit.proto', options));
const server = new grpc.Server();
server.addService(demo.Care.service, { Record: (call, answer) => answer(null, call.request) });
server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), async (_, port) => {
  const client = new demo.Care(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
  const visits = [{ start: new Date('2026-11-02T01:00:00Z') }, { kind: 'KIND_MEALS' }, { confirmed: 'false' }, { mem: 'ill' }];
  for (const visit of visits) {
    const arrived = await new Promise(done => client.Record(visit, (error, answer) => done(error ? 'refused' : JSON.stringify(answer))));
    console.log(`${JSON.stringify(visit)}\n  arrives as ${arrived}`);
  }
  client.close();
  server.forceShutdown();
});
JS
node ask.js | tee seen

diff - seen <<'EXPECTED'
{"start":"2026-11-02T01:00:00.000Z"}
  arrives as {"start":{"seconds":"0","nanos":0},"kind":"KIND_UNSPECIFIED","confirmed":false,"memo":""}
{"kind":"KIND_MEALS"}
  arrives as {"start":null,"kind":"KIND_UNSPECIFIED","confirmed":false,"memo":""}
{"confirmed":"false"}
  arrives as {"start":null,"kind":"KIND_UNSPECIFIED","confirmed":true,"memo":""}
{"mem":"ill"}
  arrives as {"start":null,"kind":"KIND_UNSPECIFIED","confirmed":false,"memo":""}
EXPECTED
