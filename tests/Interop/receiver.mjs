// A receiver of TimeBank's webhooks, as another system would have it. See protos/README.md.
import { createServer } from 'node:http';
import { Webhook } from 'standardwebhooks';

/** Listens on this machine; calls keep once for each event, and answers when that is done. */
export function receive(secret, keep) {
  const seen = new Set();
  const server = createServer(async (request, response) => {
    const pieces = [];
    for await (const piece of request) pieces.push(piece);
    const hook = new Webhook(secret());
    let event;
    try {
      event = hook.verify(Buffer.concat(pieces).toString(), request.headers);
    } catch {
      response.writeHead(400).end();
      return;
    }
    const id = request.headers['webhook-id'];
    // A real receiver keeps the id beside the event, in one transaction.
    if (!seen.has(id)) await keep(id, event);
    seen.add(id);
    response.writeHead(204).end();
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () =>
    resolve({ url: `http://127.0.0.1:${server.address().port}/hooks`, close: () => server.close() })));
}
