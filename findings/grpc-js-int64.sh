#!/usr/bin/env bash
# One would guess: a gRPC client for Node refuses a text that is no whole number where the contract has an int64.
# What happens: it reads the leading characters after a rule of its own and sends some other number. "1,000" arrives as 1,
#   "1,234,567" as 17, "12345678.50" as 12345678000, "13.50" as 13, and 2^63 as the most negative number. Nobody hears of it.
# Seen with: @grpc/grpc-js 1.14.7 and @grpc/proto-loader 0.8.1, with longs: String, on 2026-11-28.
# Why it matters: amounts of money and minutes are int64, and a page or script has them as text from a form or a file.
#   The server gets a well-formed number and can't know what was typed.
# Instead: turn text into BigInt before the call, since BigInt("1,000") throws; check the range; show the amount that the
#   server recorded before somebody confirms it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts @grpc/grpc-js@1.14.7 @grpc/proto-loader@0.8.1 > install.log

cat > payment.proto <<'PROTO'
syntax = "proto3";
package demo;
message Payment { int64 fen = 1; }
service Purse { rpc Pay(Payment) returns (Payment); }
PROTO

cat > ask.js <<'JS'
const grpc = require('@grpc/grpc-js');
const { demo } = grpc.loadPackageDefinition(require('@grpc/proto-loader').loadSync('payment.proto', { longs: String, defaults: true }));
const server = new grpc.Server();
server.addService(demo.Purse.service, { Pay: (call, answer) => answer(null, call.request) });
server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), async (_, port) => {
  const client = new demo.Purse(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
  for (const fen of ['1350', '13.50', '1,000', '1,234,567', '12345678.50', '9223372036854775808', 1350n]) {
    const arrived = await new Promise(done => client.Pay({ fen }, (error, answer) => done(error ? 'refused' : answer.fen)));
    console.log(`${typeof fen} ${fen} arrives as ${arrived}`);
  }
  client.close();
  server.forceShutdown();
});
JS
node ask.js | tee seen

diff - seen <<'EXPECTED'
string 1350 arrives as 1350
string 13.50 arrives as 13
string 1,000 arrives as 1
string 1,234,567 arrives as 17
string 12345678.50 arrives as 12345678000
string 9223372036854775808 arrives as -9223372036854775808
bigint 1350 arrives as 1350
EXPECTED
