#!/usr/bin/env bash
# One would guess: an SM2 signature with SM3 made by one library with its defaults verifies in another with its defaults.
# What happens: SM2 hashes an identity of the signer together with the text. sm-crypto takes "1234567812345678" unless told
#   otherwise, OpenSSL takes the empty identity, so each rejects what the other signed. Neither error names the identity.
#   sm-crypto besides hashes with SM3 only where `hash: true` is asked for, and writes no DER unless asked.
# Seen with: sm-crypto 0.5.8 and OpenSSL 3.0 (Debian 12) on 2026-11-28.
# Why it matters: SM2 is what Chinese authorities ask for; a receipt that one side can't verify looks forged.
# Instead: the identity, the hash and the signature's encoding are part of the format, written down and always passed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts sm-crypto@0.5.8 > install.log
openssl version | cut -d' ' -f1,2

openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:SM2 -out key.pem 2> /dev/null
openssl pkey -in key.pem -pubout -out public.pem
printf 'provider 7 is owed 1350 fen' > text

cat > sign.js <<'JS'
const fs = require('fs');
const shown = fs.readFileSync('key.txt', 'utf8').match(/priv:([\s0-9a-f:]+)pub:/)[1].replace(/[\s:]/g, '');
const [key, publicKey] = [shown.padStart(64, '0').slice(-64), fs.readFileSync('public.der').subarray(-65).toString('hex')];
const { sm2 } = require('sm-crypto');
const text = fs.readFileSync('text', 'utf8'), openssl = fs.readFileSync('openssl.sig').toString('hex');
const write = (name, options) => fs.writeFileSync(name, Buffer.from(sm2.doSignature(text, key, { hash: true, der: true, ...options }), 'hex'));
write('plain.sig', {});
write('empty.sig', { userId: '' });
const verify = options => sm2.doVerifySignature(text, openssl, publicKey, { hash: true, der: true, ...options });
console.log(`OpenSSL's signature in sm-crypto: ${verify({})}; with an empty identity: ${verify({ userId: '' })}`);
JS
openssl pkey -in key.pem -noout -text > key.txt
openssl pkey -in key.pem -pubout -outform DER > public.der
openssl pkeyutl -sign -rawin -digest sm3 -in text -inkey key.pem -out openssl.sig
ask() { openssl pkeyutl -verify -rawin -digest sm3 -in text -pubin -inkey public.pem -sigfile "$@" 2> /dev/null || true; }
{
  node sign.js
  echo "sm-crypto's in OpenSSL: $(ask plain.sig)"
  echo "sm-crypto's in OpenSSL, identity named: $(ask plain.sig -pkeyopt distid:1234567812345678)"
  echo "sm-crypto's with an empty identity in OpenSSL: $(ask empty.sig)"
} | tee seen

diff - seen <<'EXPECTED'
OpenSSL's signature in sm-crypto: false; with an empty identity: true
sm-crypto's in OpenSSL: Signature Verification Failure
sm-crypto's in OpenSSL, identity named: Signature Verified Successfully
sm-crypto's with an empty identity in OpenSSL: Signature Verified Successfully
EXPECTED
