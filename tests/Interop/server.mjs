// Starts a server for the tests, with further settings where they are named: free loopback ports, a new database, the demonstration's clock.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { connect, contract, root } from './contract.mjs';

const startsBy = 120_000;

export async function start(...settings) {
  const data = mkdtempSync(path.join(os.tmpdir(), 'timebank-interop-'));
  const [grpcPort, httpPort] = [await freePort(), await freePort()];
  const address = `127.0.0.1:${grpcPort}`, issuer = `http://127.0.0.1:${httpPort}`;
  const tool = newest('src/TimeBank.Demo', 'timebank-demo.dll');
  const variables = { TIMEBANK_SERVER: `http://${address}`, TIMEBANK_ISSUER: issuer, TIMEBANK_DATA: data, LC_ALL: 'en' };
  let log = '';
  const begin = (words, input) => {
    const child = spawn('dotnet', words, { env: { ...process.env, ...variables }, stdio: [input, 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => { log += text; });
    return { child, ended: new Promise((resolve) => child.once('exit', resolve)) };
  };
  const until = async (what, { child }, holds) => {
    for (const latest = Date.now() + startsBy; !(await holds()); await new Promise((resolve) => setTimeout(resolve, 100))) {
      if (child.exitCode !== null) throw new Error(`${what} ended with ${child.exitCode}:\n${log}`);
      if (Date.now() > latest) throw new Error(`${what} did not start:\n${log}`);
    }
  };

  // The month has gifts by card: their payment service runs beside the server, and ends with its input.
  const cards = begin([tool, 'stripe'], 'pipe'), files = path.join(data, 'stripe');
  await until('The payment service', cards, () => existsSync(path.join(files, 'address')));
  const server = begin([newest('src/TimeBank.Server', 'TimeBank.Server.dll'), `--TimeBank:Data=${data}`, '--TimeBank:Scenario=2026-10-01T00:00:00+08:00', `--TimeBank:Grpc=${address}`, `--TimeBank:Http=127.0.0.1:${httpPort}`,
    '--TimeBank:Stripe:Region=430211', `--TimeBank:Stripe:ApiBase=${readFileSync(path.join(files, 'address'), 'utf8').trim()}`, `--TimeBank:Stripe:SecretKeyFile=${files}/key`, `--TimeBank:Stripe:WebhookSecretFile=${files}/signing`, ...settings], 'ignore');
  const health = connect(contract.grpc.health.v1.Health, address);
  await until('The server', server, () => health.call('Check', { service: '' }, 5).then((answer) => answer.status === 'SERVING', () => false));
  health.close();

  return {
    address,
    /** Where the pages and the addresses of HTTP are. */
    http: issuer,
    /** The tool with these words, as a person would run it; gives what it writes. */
    tool: (...words) => run('dotnet', [tool, ...words], variables),
    log: () => log,
    /** A token of the local issuer, for a role and, where it has one, a party. */
    async token(role, party = '', region = '430211') {
      const secret = readFileSync(path.join(data, 'local-issuer.secret'), 'utf8').trim();
      const form = new URLSearchParams({ grant_type: 'client_credentials', client_secret: secret, role, region, party });
      const answer = await (await fetch(`${issuer}/token`, { method: 'POST', body: form })).json();
      if (!answer.access_token) throw new Error(`No token: ${JSON.stringify(answer)}`);
      return answer.access_token;
    },
    async stop() {
      server.child.kill('SIGTERM');
      await server.ended;
      cards.child.stdin.end();
      await cards.ended;
      rmSync(data, { recursive: true, force: true });
    },
  };
}

/** Runs a program to its end; gives what it writes, or fails with what it says. */
export function run(program, words, variables = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, { env: { ...process.env, ...variables }, stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '', error = '';
    child.stdout.setEncoding('utf8').on('data', (text) => { out += text; });
    child.stderr.setEncoding('utf8').on('data', (text) => { error += text; });
    child.once('error', reject);
    child.once('close', (code) => (code === 0 ? resolve(out) : reject(new Error(`${program} ${words.join(' ')} ended with ${code}:\n${error}${out.slice(-2_000)}`))));
  });
}

function newest(project, file) {
  const built = ['Debug', 'Release'].map((kind) => path.join(root, `${project}/bin/${kind}/net10.0/${file}`)).filter(existsSync);
  if (built.length === 0) throw new Error(`Build it first: dotnet build ${project}`);
  return built.sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs)[0];
}

function freePort() {
  return new Promise((resolve) => {
    const probe = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}
