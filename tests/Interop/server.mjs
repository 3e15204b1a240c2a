// Starts a server for the tests: free loopback ports, a new database, the demonstration's clock.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { connect, contract, root } from './contract.mjs';

const startsBy = 120_000;

export async function start() {
  const data = mkdtempSync(path.join(os.tmpdir(), 'timebank-interop-'));
  const [grpcPort, httpPort] = [await freePort(), await freePort()];
  const address = `127.0.0.1:${grpcPort}`, issuer = `http://127.0.0.1:${httpPort}`;
  const child = spawn('dotnet', [newest('src/TimeBank.Server', 'TimeBank.Server.dll'), `--TimeBank:Data=${data}`, '--TimeBank:Scenario=2026-10-01T00:00:00+08:00', `--TimeBank:Grpc=${address}`, `--TimeBank:Http=127.0.0.1:${httpPort}`], { stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => { log += text; });
  const ended = new Promise((resolve) => child.once('exit', resolve));

  const health = connect(contract.grpc.health.v1.Health, address);
  const latest = Date.now() + startsBy;
  while (true) {
    if (child.exitCode !== null) throw new Error(`The server ended with ${child.exitCode}:\n${log}`);
    const status = await health.call('Check', { service: '' }, 5).then((answer) => answer.status, (error) => error.details);
    if (status === 'SERVING') break;
    if (Date.now() > latest) throw new Error(`The server did not start (${status}):\n${log}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  health.close();

  return {
    address,
    /** The tool with these words, as a person would run it; gives what it writes. */
    tool: (...words) => run('dotnet', [newest('src/TimeBank.Demo', 'timebank-demo.dll'), ...words], {
      TIMEBANK_SERVER: `http://${address}`, TIMEBANK_ISSUER: issuer, TIMEBANK_DATA: data, LC_ALL: 'en',
    }),
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
      child.kill('SIGTERM');
      await ended;
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
